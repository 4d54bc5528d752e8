"""What a network loses with each of its zones. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tap.verify.facts.network import NetworkFacts, RouteTable, Subnet
from tap.verify.reach.placements import topology_of
from tap.verify.reach.topology import Topology
from tap.verify.reach.ways_out import way_out_trouble


@dataclass(frozen=True, slots=True)
class CutOff:
    """A subnet of another zone that had a way out to the internet and has none any more, and why."""

    subnet: Subnet
    why: str


@dataclass(frozen=True, slots=True)
class LostRoute:
    """A route of subnets of other zones whose target was in the lost one, though they still have a way out."""

    table: str
    destination: str
    target: str
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """keeps: the subnets of the other zones that go out to the internet as before."""

    zone: str
    keeps: tuple[Subnet, ...]
    cut_off: tuple[CutOff, ...]
    lost_routes: tuple[LostRoute, ...]


def losses(network: NetworkFacts) -> list[ZoneLoss]:
    """One for each zone that has a subnet, by its name."""
    return [_loss(topology_of(network), zone) for zone in sorted({subnet.zone for subnet in network.subnets})]


def _loss(before: Topology, zone: str) -> ZoneLoss:
    after = before.without_zone(zone)
    keeps: list[Subnet] = []
    cut_off: list[CutOff] = []
    for subnet in after.facts.subnets:
        if way_out_trouble(before, subnet):
            continue  # it had none to lose
        if trouble := way_out_trouble(after, subnet):
            cut_off.append(CutOff(subnet, trouble))
        else:
            keeps.append(subnet)
    lost = {cut.subnet.id for cut in cut_off}
    return ZoneLoss(zone, tuple(keeps), tuple(cut_off), tuple(_lost_routes(before, after, lost)))


def _lost_routes(before: Topology, after: Topology, cut_off: set[str]) -> Iterator[LostRoute]:
    remaining = {subnet.id: after.table_of(subnet) for subnet in after.facts.subnets}
    was_dead = {
        (table.id, route.destination) for table in before.facts.tables for route in table.routes if route.blackhole
    }
    for table in after.facts.tables:
        users = tuple(sorted(subnet for subnet, its in remaining.items() if its is not None and its.id == table.id))
        if users and not cut_off.issuperset(users):
            yield from _dead_routes(table, users, was_dead)


def _dead_routes(table: RouteTable, users: tuple[str, ...], was_dead: set[tuple[str, str]]) -> Iterator[LostRoute]:
    for route in table.routes:
        if route.blackhole and (table.id, route.destination) not in was_dead:
            yield LostRoute(table.id, route.destination, route.target, users)
