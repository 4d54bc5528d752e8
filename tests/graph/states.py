"""Stacks to draw: recorded ones, and such as no run here has made, derived from them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

from tap.cli.graph_source import inventory_of
from tap.graph.inventory import Change, Inventory, Thing
from tap.state.checkpoint import decode_checkpoint
from tap.state.secrets_providers import blind

DATA = Path(__file__).with_name("data")
RECORDED = ("two", "three", "six", "bare")
TEMPLATE = "us-east-1a"


@lru_cache
def recorded(name: str) -> Inventory:
    """A stack that `tap up` built (`record.py`)."""
    content = lzma.decompress((DATA / f"{name}.json.xz").read_bytes())
    return inventory_of("tap", "local", decode_checkpoint(content, blind))


@lru_cache
def one_zone() -> Inventory:
    """What an interrupted run may leave: the second zone is not there yet."""
    return in_zones("a")


def in_zones(letters: Iterable[str], nats: str = "per-az") -> Inventory:
    """The recorded stack of two zones with these zones instead, each made of its first one."""
    letters = list(letters)
    things = [thing for thing in recorded("two").things if "us-east-1b" not in thing.key]
    shared = [thing for thing in things if TEMPLATE not in thing.key]
    zoned = [thing for thing in things if TEMPLATE in thing.key]
    ids = sorted({thing.id for thing in zoned if thing.id}, key=len, reverse=True)
    made = [_moved(thing, letter, ids) for letter in letters for thing in zoned]
    tables = [thing.id for thing in made if thing.kind == "RouteTable"]
    leading = {"routeTableIds": tables}
    shared = [
        replace(thing, properties={**thing.properties, **leading}) if thing.kind == "VpcEndpoint" else thing
        for thing in shared
    ]
    kept = [thing for thing in made if _is_there(thing, nats, min(letters, default=""))]
    if nats == "single":
        only = next((thing.id for thing in kept if thing.kind == "NatGateway"), "")
        kept = [
            replace(thing, properties={**thing.properties, "natGatewayId": only}) if _is_way_out(thing) else thing
            for thing in kept
        ]
    return with_things(recorded("two"), [*shared, *kept])


def _is_way_out(thing: Thing) -> bool:
    return thing.kind == "Route" and "natGatewayId" in thing.properties


def _is_there(thing: Thing, nats: str, first: str) -> bool:
    if nats == "none":
        return thing.kind not in ("NatGateway", "Eip") and not _is_way_out(thing)
    return nats == "per-az" or thing.kind not in ("NatGateway", "Eip") or thing.key.endswith(f"us-east-1{first}-local")


def _moved(thing: Thing, letter: str, ids: Iterable[str]) -> Thing:
    number = ord(letter) - ord("a")
    text = json.dumps(asdict(thing))
    text = text.replace(TEMPLATE, f"us-east-1{letter}").replace("10.0.10.0/24", f"10.0.{number + 10}.0/24")
    text = text.replace("10.0.1.0/24", f"10.0.{number + 1}.0/24")
    for id_ in ids:
        text = text.replace(f'"{id_}"', f'"{id_}-{letter}"')
    fields = json.loads(text)
    return Thing(**{**fields, "change": Change(fields["change"]), "needs": tuple(fields["needs"])})


def with_things(inventory: Inventory, things: Iterable[Thing]) -> Inventory:
    return replace(inventory, things=tuple(sorted(things, key=lambda thing: thing.key)))
