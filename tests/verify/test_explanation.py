"""`--explain`: who the names stand for, and what stops them first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tap.errors import TapError, UsageError
from tap.verify.facts import Facts, Unseen
from tap.verify.facts.network import AclEntry
from tap.verify.reach.explanation import explain
from tests.verify.network_edits import (
    both,
    claimed,
    network,
    with_acl_entries,
    with_each,
    with_route,
    with_rule,
    without_route,
)

ANYWHERE = "0.0.0.0/0"
PUBLIC, PRIVATE = "public-rt", "private-rt-us-east-1a"
LET_ALL_OUT = AclEntry(10, True, True, "-1", ANYWHERE)


def public_acl(*entries: AclEntry):
    """The public subnets get an ACL of their own with these entries alone."""

    def edit(facts: Facts) -> Facts:
        public = facts.scope.subnet_ids("public")
        (acl,) = facts.network.acls
        rest = replace(acl, subnets=tuple(each for each in acl.subnets if each not in public))
        return network(facts, acls=(rest, replace(acl, id="acl-public", subnets=public, entries=entries)))

    return edit


@pytest.mark.parametrize(
    ("source", "target", "port", "reached"),
    [
        ("internet", "web", "443", True),
        ("internet", "web", "443/udp", False),
        ("internet", "web", "22", False),
        ("internet", "app", "8080", False),
        ("web", "app", "8080", True),
        ("web", "db", "3306", False),
        ("app", "db", "3306", True),
        ("app", "db", "5432/tcp", True),
        ("db", "app", "8080", False),
        ("app", "internet", "443", True),
        ("db", "internet", "443", False),
        ("10.0.0.0/16", "ssh", "22", True),
        ("10.0.1.7", "ssh", "22", True),
        ("10.5.0.1", "ssh", "22", False),
        ("192.168.0.0/16", "ssh", "22", False),
        ("8.8.8.8", "10.0.1.9", "80", True),
        ("8.8.8.8", "10.0.10.9", "80", False),
        ("2600::1", "web", "443", False),
        ("app", "8.8.8.8", "53/udp", True),
    ],
)
def test_the_stack_as_it_is_built(good, source, target, port, reached):
    explanation = explain(good, source, target, port)

    assert explanation.path.reached == reached
    assert (explanation.open_ways > 0) == reached
    assert (explanation.path.stop is None) == reached


@pytest.mark.parametrize(
    ("edit", "source", "target", "port", "stopped_at", "says"),
    [
        (without_route(PUBLIC, ANYWHERE), "internet", "web", "443", claimed(PUBLIC), "no route to"),
        (with_route(PUBLIC, ANYWHERE, "eigw-1"), "internet", "web", "443", claimed(PUBLIC), "lets nothing in"),
        (
            with_route(PUBLIC, ANYWHERE, "igw-gone", blackhole=True),
            *("internet", "web", "443", claimed(PUBLIC), "blackhole: igw-gone is gone"),
        ),
        (
            with_each("nats", lambda each: replace(each, public=False), claimed("nat-us-east-1a")),
            *("10.0.10.7", "internet", "443", claimed("public-subnet-us-east-1a"), "NAT gateway is private"),
        ),
        (
            both(
                with_route(PRIVATE, "10.0.11.0/24", claimed("nat-us-east-1a")),
                with_route("private-rt-us-east-1b", "10.0.10.0/24", claimed("nat-us-east-1b")),
            ),
            *("10.0.10.7", "10.0.11.7", "80", claimed(PRIVATE), "leads out to nat-"),
        ),
        (
            public_acl(LET_ALL_OUT, AclEntry(10, False, True, "6", ANYWHERE, (1024, 65535))),
            *("app", "internet", "443", lambda _: "acl-public", "denies tcp 443 in from 10.0.1"),
        ),
        (
            public_acl(LET_ALL_OUT, AclEntry(10, False, True, "6", "10.0.0.0/16")),
            *("app", "internet", "443", lambda _: "acl-public", "no entry allows the answer in from"),
        ),
        (
            with_acl_entries(AclEntry(10, True, False, "6", "10.0.1.0/24", (1024, 65535))),
            *("10.0.1.7", "10.0.10.7", "80", lambda facts: facts.network.acls[0].id, "no entry allows the answer out"),
        ),
    ],
)
def test_the_first_thing_that_stops_it_is_named(good, edit, source, target, port, stopped_at, says):
    edited = edit(good)

    stop = explain(edited, source, target, port).path.stop

    assert stop is not None
    assert stop.at == stopped_at(edited)
    assert says in stop.says


def test_a_nat_gateway_is_answered_on_ports_of_its_own(good):
    own = AclEntry(5, False, True, "6", ANYWHERE, (1024, 2000))
    edited = both(
        public_acl(
            LET_ALL_OUT,
            AclEntry(10, False, True, "6", "10.0.0.0/16"),
            AclEntry(11, False, True, "6", ANYWHERE, (40000, 50000)),
        ),
        lambda facts: network(
            facts,
            acls=(replace(facts.network.acls[0], entries=(own, LET_ALL_OUT)), *facts.network.acls[1:]),
        ),
    )(good)

    path = explain(edited, "app", "internet", "443").path

    assert path.reached
    assert path.answers == ((1024, 2000),)
    assert path.nat_answers == ((40000, 50000),)
    assert "answers get back on 1024-2000 only" in path.trouble


def test_a_prefix_list_counts_with_its_longest_range_that_holds_the_address(good):
    edited = with_route(PRIVATE, "52.216.0.0/16", "pcx-1")(good)

    within = explain(edited, "10.0.10.7", "52.216.0.9", "443").path
    beside = explain(edited, "10.0.10.7", "52.217.0.9", "443").path

    assert any("pcx-1, which is not followed" in hop.says for hop in within.hops)
    assert any("vpce-" in hop.says for hop in beside.hops)


def test_ways_are_counted_by_the_subnets_that_differ(good):
    explanation = explain(without_route(PRIVATE, ANYWHERE)(good), "app", "8.8.8.8", "443")

    assert explanation.path.reached
    assert (explanation.open_ways, explanation.ways) == (1, 2)


def test_a_group_of_nobody_and_its_id_are_names_too(good):
    group = good.scope.groups["web"]
    edited = with_rule(lambda _: group, "10.0.0.0/16", (9100, 9100))(good)

    assert explain(edited, "app", group, "9100").path.reached
    assert not explain(good, "app", group, "9100").path.reached
    assert explain(good, "internet", good.scope.subnet_ids("public")[0], "9100").path.reached


@pytest.mark.parametrize(
    ("source", "target", "port", "said"),
    [
        ("nobody", "web", "80", "'nobody' stands for nothing"),
        ("sg-1", "web", "80", "'sg-1' stands for nothing"),
        ("internet", "8.8.8.8", "80", "both outside the VPC"),
        ("internet", "web", "0", "'0' is no port"),
        ("internet", "web", "65536", "'65536' is no port"),
        ("internet", "web", "https", "'https' is no port"),
        ("internet", "web", "80/icmp", "'80/icmp' is no port"),
    ],
)
def test_what_stands_for_nothing_is_refused(good, source, target, port, said):
    with pytest.raises(UsageError) as refused:
        explain(good, source, target, port)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("action", "subject"), [("ec2:DescribeSubnets", ""), ("ec2:GetManagedPrefixListEntries", "pl-1")]
)
def test_a_network_that_was_not_seen_is_not_explained(good, action, subject):
    blind = replace(good, unseen=(Unseen("network", action, subject, "not allowed"),))

    with pytest.raises(TapError, match=f"could not be seen: {action}: not allowed"):
        explain(blind, "internet", "web", "443")
