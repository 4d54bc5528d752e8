"""Whether one rule, one ACL or one route table applies to one packet: AWS's own rules of matching. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tap.verify.facts.network import AclEntry, NetworkAcl, Route, SecurityRule
from tap.verify.reach.ranges import Address, contains, network

_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_EVERYTHING = "-1"


def covers(protocol: str, ports: tuple[int, int] | None, packet_protocol: str, port: int) -> bool:
    """Whether a rule of that protocol (a name, a number, -1) and those ports (None: all) is about such a packet."""
    if protocol == _EVERYTHING:
        return True
    if _NAMES.get(protocol, protocol) != packet_protocol:
        return False
    return ports is None or ports[0] <= port <= ports[1]


def deciding_entry(acl: NetworkAcl, egress: bool, protocol: str, port: int, peer: Address) -> AclEntry | None:
    """The entry of the lowest number that applies; None where none does, which denies.

    peer: the other end's address, the source of what comes in, the destination of what goes out. port: the packet's
    destination port in both directions, also of an answer.
    """
    for entry in sorted(acl.entries, key=lambda each: each.number):
        about_it = entry.egress == egress and covers(entry.protocol, entry.ports, protocol, port)
        if about_it and entry.cidr and contains(entry.cidr, peer):
            return entry
    return None


def admitting_rule(
    rules: Iterable[SecurityRule],
    protocol: str,
    port: int,
    peer: Address,
    peer_groups: Iterable[str],
    ranges_of: dict[str, tuple[str, ...]],
) -> SecurityRule | None:
    """A rule that lets it through; None where none does. Rules only ever allow.

    peer_groups: the security groups that the other end is in. ranges_of: prefix list -> its ranges.
    """
    groups = frozenset(peer_groups)
    for rule in rules:
        if not covers(rule.protocol, rule.ports, protocol, port):
            continue
        if rule.peer in groups or any(contains(cidr, peer) for cidr in ranges(rule.peer, ranges_of)):
            return rule
    return None


def ranges(peer: str, ranges_of: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The ranges that a CIDR or a prefix list stands for; none for a security group's id."""
    if peer.startswith("pl-"):
        return ranges_of.get(peer, ())
    return (peer,) if peer and not peer.startswith("sg-") else ()


def matching_route(routes: Iterable[Route], address: Address, ranges_of: dict[str, tuple[str, ...]]) -> Route | None:
    """The route that a packet to the address takes: the one of the longest prefix, though it may be a blackhole.

    Of equal ones the VPC's own comes first, then a route of a range, of a prefix list, and a propagated one at last.
    """
    best: tuple[tuple[int, bool, bool, bool], Route] | None = None
    for route in routes:
        lengths = [network(cidr).prefixlen for cidr in ranges(route.destination, ranges_of) if contains(cidr, address)]
        if not lengths:
            continue
        rank = (
            max(lengths),
            route.target == "local",
            not route.propagated,
            not route.destination.startswith("pl-"),
        )
        if best is None or rank > best[0]:
            best = rank, route
    return best[1] if best else None
