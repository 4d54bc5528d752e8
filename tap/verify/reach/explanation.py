"""Explain one connection: the path that it takes, or what stops it first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from tap.errors import TapError, UsageError
from tap.verify.contract import SUBNETS_OF
from tap.verify.facts import Facts, Unseen
from tap.verify.reach.path import Flow, Party, Path, walk
from tap.verify.reach.placements import members, outside_parties, real_parties, subnets_of, topology_of
from tap.verify.reach.ranges import contains, network, parse_address, parse_range, representatives

INTERNET = "internet"
_RIGHT = f"{INTERNET}, an address or range, {', '.join(SUBNETS_OF)}, or the id of a subnet, group or interface"


@dataclass(frozen=True, slots=True)
class Explanation:
    """path: one that is reached, else the one that gets furthest. open_ways of all `ways` are reached.

    Ways differ in the subnets and addresses that the two names stand for.
    """

    source: str
    target: str
    path: Path
    ways: int
    open_ways: int


def explain(facts: Facts, source: str, target: str, port: str) -> Explanation:
    """Raises UsageError for what is no end or no port, TapError where the network could not be seen."""
    blind = [each for each in facts.unseen if each.area == "network" and _decides(each)]
    if blind:
        said = "; ".join(f"{each.action}: {each.why}" for each in blind)
        raise TapError(f"the network could not be seen: {said}", hint="`tap verify --permissions` says what it takes")
    number, protocol = _port(port)
    sources, targets = _parties(facts, source), _parties(facts, target)
    topology = topology_of(facts.network)
    pairs = [(one, other) for one, other in product(sources, targets) if one.subnet or other.subnet]
    if target == INTERNET:  # S3 through its endpoint is not what somebody means who asks for the internet
        pairs = [
            (one, other)
            for one, other in pairs
            if one.subnet and not topology.is_served_by_endpoint(one.subnet, other.address)
        ]
    if not pairs:
        raise UsageError(f"{source} and {target} are both outside the VPC: nothing here decides between them")
    paths = [walk(topology, Flow(one, other, protocol, number)) for one, other in pairs]
    reached = [path for path in paths if path.reached]
    return Explanation(source, target, _telling(reached or paths), len(paths), len(reached))


def _decides(unseen: Unseen) -> bool:
    """Whether a path may be another one than it seems: the whole area is blind, or what a rule or route names."""
    return not unseen.subject or unseen.subject.startswith("pl-")


def _telling(paths: Sequence[Path]) -> Path:
    return max(paths, key=lambda path: len(path.hops))


def _port(text: str) -> tuple[int, str]:
    """`443`, or `53/udp`."""
    number, _, protocol = text.partition("/")
    is_number = number.isascii() and number.isdigit() and 0 < int(number) < 65536
    if not is_number or protocol not in ("", "tcp", "udp"):
        raise UsageError(f"{text!r} is no port", hint="give 1 to 65535, with /udp for UDP: 443, 53/udp")
    return int(number), protocol or "tcp"


def _parties(facts: Facts, name: str) -> list[Party]:
    """All that a name stands for. Raises UsageError for one that stands for nothing."""
    topology = topology_of(facts.network)
    found: list[Party] = []
    if name == INTERNET:
        found = list(outside_parties(topology, topology.internet, INTERNET))
    elif name in SUBNETS_OF and (group := facts.scope.groups.get(name)) in topology.groups:
        found = list(members(topology, name, group, subnets_of(facts, SUBNETS_OF[name])))
    elif name in topology.groups:
        found = list(members(topology, name, name, topology.subnets.values()))
    elif name in topology.subnets:
        found = list(members(topology, "anything", None, [topology.subnets[name]]))
    elif name.startswith("eni-"):
        found = [party for party in real_parties(facts) if party.label == name]
    elif parse_range(name):
        found = _addressed(facts, name)
    if not found:
        raise UsageError(f"{name!r} stands for nothing in this network", hint=f"give {_RIGHT}")
    return found


def _addressed(facts: Facts, cidr: str) -> list[Party]:
    """What has those addresses: something that is there, or might be, in a subnet; or somebody outside."""
    topology = topology_of(facts.network)
    real = [party for party in real_parties(facts) if contains(cidr, party.address)]
    if real and parse_address(cidr):
        return real
    parties = real
    for address in representatives({*topology.said_ranges, cidr}):
        if address not in network(cidr):
            continue
        exact = parse_address(cidr) or address
        subnet = topology.subnet_of(exact)
        if subnet is not None or not topology.is_inside(exact):
            parties.append(Party("anything" if subnet else "outside", exact, subnet))
    return parties
