"""Rules, ACLs, routes and whole paths against oracles that try everything and know nothing of how it is done."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tap.verify.facts.network import (
    AclEntry,
    InternetGateway,
    NetworkAcl,
    NetworkFacts,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Vpc,
)
from tap.verify.reach.matching import admitting_rule, deciding_entry, matching_route
from tap.verify.reach.path import Flow, Party, walk
from tap.verify.reach.ranges import is_internet, merged_ports, pieces_of_ports, ports_text, representatives
from tap.verify.reach.topology import Topology

BASE = int(IPv4Address("54.0.0.0"))
SIZE = 64
"""The oracles try every address of 54.0.0.0/26 and every port below 40, where all ranges of these tests lie."""

PORTS = 40

cidrs = st.builds(
    lambda length, offset: f"{IPv4Address(BASE + offset // 2 ** (32 - length) * 2 ** (32 - length))}/{length}",
    st.integers(26, 32),
    st.integers(0, SIZE - 1),
) | st.just("0.0.0.0/0")
port_ranges = st.none() | st.tuples(st.integers(0, PORTS - 1), st.integers(0, PORTS - 1)).map(
    lambda pair: (min(pair), max(pair))
)
protocols = st.sampled_from(["-1", "6", "17", "tcp", "udp", "1"])
ingress_rules = st.builds(SecurityRule, st.just("sgr"), st.just("sg"), st.just(False), protocols, cidrs, port_ranges)
acls = st.lists(
    st.builds(AclEntry, st.integers(1, 32766), st.booleans(), st.booleans(), protocols, cidrs, port_ranges),
    max_size=6,
    unique_by=lambda entry: (entry.egress, entry.number),
).map(lambda entries: NetworkAcl("acl", "vpc", False, ("subnet",), tuple(entries)))
addresses = st.integers(0, SIZE - 1).map(lambda offset: IPv4Address(BASE + offset))


def holds(cidr: str, address: IPv4Address) -> bool:
    """By comparing the leading bits."""
    start, length = cidr.split("/")
    shift = 32 - int(length)
    return int(IPv4Address(start)) >> shift == int(address) >> shift


def is_about(protocol: str, ports, packet: str, port: int) -> bool:
    number = {"tcp": "6", "udp": "17"}
    if protocol == "-1":
        return True
    same = number.get(protocol, protocol) == number[packet]
    return same and (ports is None or port in range(ports[0], ports[1] + 1))


def acl_lets(acl: NetworkAcl, egress: bool, protocol: str, port: int, peer: IPv4Address) -> bool:
    """All entries that are about it; the lowest number decides."""
    about = {
        entry.number: entry.allow
        for entry in acl.entries
        if entry.egress == egress and is_about(entry.protocol, entry.ports, protocol, port) and holds(entry.cidr, peer)
    }
    return about[min(about)] if about else False


UNSORTED = NetworkAcl(
    "acl",
    "vpc",
    False,
    ("subnet",),
    (AclEntry(20, False, True, "-1", "0.0.0.0/0"), AclEntry(10, False, False, "-1", "0.0.0.0/0")),
)


@example(UNSORTED, False, "tcp", 1, IPv4Address(BASE))
@given(acls, st.booleans(), st.sampled_from(["tcp", "udp"]), st.integers(0, PORTS), addresses)
def test_the_entry_of_the_lowest_number_decides(acl, egress, protocol, port, peer):
    entry = deciding_entry(acl, egress, protocol, port, peer)

    assert (entry is not None and entry.allow) == acl_lets(acl, egress, protocol, port, peer)


@given(st.lists(st.builds(Route, cidrs, st.sampled_from(["igw-1", "nat-1", "pcx-1"]), st.booleans()), max_size=6))
def test_a_packet_takes_the_route_of_the_longest_prefix(routes):
    for offset in range(SIZE):
        address = IPv4Address(BASE + offset)
        lengths = [int(route.destination.split("/")[1]) for route in routes if holds(route.destination, address)]

        found = matching_route(routes, address, {})

        assert (int(found.destination.split("/")[1]) if found else None) == max(lengths, default=None)


def test_of_equal_routes_the_local_one_comes_first_then_static_ones_then_prefix_lists_then_propagated_ones():
    ranges = {"pl-1": ("54.0.0.0/26",)}
    local, static = Route("54.0.0.0/26", "local"), Route("54.0.0.0/26", "nat-1")
    listed, propagated = Route("pl-1", "vpce-1"), Route("54.0.0.0/26", "vgw-1", propagated=True)
    order = [local, static, listed, propagated]

    for first in range(len(order)):
        assert matching_route(reversed(order[first:]), ip_address("54.0.0.1"), ranges) is order[first]


@given(
    st.lists(
        st.builds(SecurityRule, st.just("sgr"), st.just("sg"), st.just(False), protocols, cidrs, port_ranges),
        max_size=5,
    ),
    st.sampled_from(["tcp", "udp"]),
    st.integers(0, PORTS),
    addresses,
)
def test_a_group_lets_through_what_any_rule_lets_through(rules, protocol, port, peer):
    expected = any(is_about(rule.protocol, rule.ports, protocol, port) and holds(rule.peer, peer) for rule in rules)

    assert (admitting_rule(rules, protocol, port, peer, (), {}) is not None) == expected


@pytest.mark.parametrize(
    ("peer", "groups", "lets"),
    [
        ("sg-web", ("sg-web",), True),
        ("sg-web", ("sg-app", "sg-web"), True),
        ("sg-web", ("sg-app",), False),
        ("sg-web", (), False),
        ("pl-1", (), True),
        ("pl-unseen", (), False),
        ("::/0", (), False),
    ],
)
def test_a_rule_names_a_group_or_a_prefix_list(peer, groups, lets):
    rule = SecurityRule("sgr", "sg", False, "tcp", peer, (80, 80))

    found = admitting_rule([rule], "tcp", 80, ip_address("54.0.0.1"), groups, {"pl-1": ("54.0.0.0/26",)})

    assert (found is rule) == lets


@given(st.lists(cidrs, max_size=5))
def test_no_address_differs_from_all_representatives(ranges):
    def told_apart(address):
        return (is_internet(address), *(holds(cidr, address) for cidr in ranges))

    every = {told_apart(IPv4Address(BASE + offset)) for offset in range(SIZE)}
    few = {told_apart(address) for address in representatives(ranges) if address.version == 4}

    assert every <= few


@given(st.lists(port_ranges, max_size=5))
def test_the_pieces_of_ports_are_all_ports_and_no_range_cuts_one(ranges):
    pieces = pieces_of_ports(ranges, (1, PORTS))

    assert [port for low, high in pieces for port in range(low, high + 1)] == list(range(1, PORTS + 1))
    for low, high in pieces:
        for each in ranges:
            assert each is None or len({each[0] <= port <= each[1] for port in range(low, high + 1)}) == 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda pair: (pair[0], sum(pair))), max_size=6))
def test_merged_ports_are_the_same_ports(pieces):
    def ports(ranges):
        return sorted({port for low, high in ranges for port in range(low, high + 1)})

    merged = merged_ports(pieces)

    assert ports(merged) == ports(pieces)
    assert all(first[1] + 1 < second[0] for first, second in pairwise(merged))


def test_ports_read_well():
    assert ports_text([(80, 80), (443, 443), (8000, 8005), (8006, 8010)]) == "80, 443, 8000-8010"
    assert ports_text([(0, 1023), (1024, 65535)]) == "all ports"


routes_out = st.lists(
    st.builds(Route, cidrs, st.sampled_from(["igw-1", "igw-detached"]), st.booleans()),
    max_size=3,
    unique_by=lambda route: route.destination,
)
rules_in = st.lists(ingress_rules, max_size=3)


@settings(max_examples=200)
@given(acls, rules_in, routes_out, st.integers(0, PORTS - 1), addresses)
def test_the_internet_gets_in_where_a_packet_and_its_answer_do(acl, rules, routes, port, outside):
    subnet = Subnet("subnet", "vpc", "a", ("10.0.0.0/24",))
    table = RouteTable("rtb", "vpc", False, ("subnet",), (Route("10.0.0.0/16", "local"), *routes))
    facts = NetworkFacts(
        vpcs=(Vpc("vpc", ("10.0.0.0/16",)),),
        subnets=(subnet,),
        tables=(table,),
        gateways=(InternetGateway("igw-1", ("vpc",)),),
        acls=(acl,),
        groups=(SecurityGroup("sg", "vpc", "web", tuple(rules)),),
    )
    matching = sorted(
        (route for route in routes if holds(route.destination, outside)),
        key=lambda route: int(route.destination.split("/")[1]),
    )
    has_route = bool(matching) and matching[-1].target == "igw-1" and not matching[-1].blackhole
    let_in = any(is_about(rule.protocol, rule.ports, "tcp", port) and holds(rule.peer, outside) for rule in rules)
    answered = any(acl_lets(acl, True, "tcp", client, outside) for client in range(PORTS + 1))
    expected = has_route and let_in and acl_lets(acl, False, "tcp", port, outside) and answered

    target = Party("web", ip_address("10.0.0.10"), subnet, ("sg",))
    path = walk(Topology(facts), Flow(Party("outside", outside), target, "tcp", port))

    assert path.reached == expected
