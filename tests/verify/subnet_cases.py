"""Cases of the rules on the ways into and out of private subnets."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.network import AclEntry
from tests.verify.cases import Case, nothing
from tests.verify.network_edits import (
    both,
    claimed,
    network,
    one,
    setting,
    with_acl_entries,
    with_each,
    with_route,
    without_route,
)

ANYWHERE = "0.0.0.0/0"
PUBLIC, PRIVATE = "public-rt", "private-rt-us-east-1a"


def _private(facts: Facts) -> set[str]:
    return set(facts.scope.subnet_ids("private"))


def _private_a(facts: Facts) -> str:
    return claimed("private-subnet-us-east-1a")(facts)


WAY_IN = [
    Case(
        "private-subnets-have-no-way-in",
        "its way out is the internet gateway",
        with_route(PRIVATE, ANYWHERE, claimed("igw")),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "a part of the internet comes by the internet gateway",
        with_route(PRIVATE, "54.0.0.0/8", claimed("igw")),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "the internet comes by UDP only",
        both(
            with_route(PRIVATE, ANYWHERE, claimed("igw")), with_acl_entries(AclEntry(10, False, False, "6", ANYWHERE))
        ),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "others come by a peering",
        with_route(PRIVATE, "172.16.0.0/12", "pcx-1"),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "machines get public addresses",
        with_each("subnets", lambda each: replace(each, public_ip=True), _private_a),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "it lost its table, and the main one leads to the internet gateway",
        lambda facts: network(
            facts,
            tables=tuple(
                replace(each, subnets=()) if each.id == claimed(PRIVATE)(facts) else with_igw(facts, each)
                for each in facts.network.tables
            ),
        ),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-no-way-in",
        "a peering is a blackhole",
        with_route(PRIVATE, "172.16.0.0/12", "pcx-1", blackhole=True),
        nothing,
    ),
    Case("private-subnets-have-no-way-in", "it has no way out at all", without_route(PRIVATE, ANYWHERE), nothing),
]


def with_igw(facts: Facts, table):
    public = next(each for each in facts.network.tables if each.id == claimed(PUBLIC)(facts))
    return replace(table, routes=public.routes) if table.main else table


WAY_OUT = [
    Case("private-subnets-have-a-way-out", "there is no route", without_route(PRIVATE, ANYWHERE), one(_private_a)),
    Case(
        "private-subnets-have-a-way-out",
        "the NAT gateway failed",
        with_each("nats", lambda each: replace(each, state="failed"), claimed("nat-us-east-1a")),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-a-way-out",
        "the NAT gateways' subnets have no way out",
        without_route(PUBLIC, ANYWHERE),
        _private,
    ),
    Case(
        "private-subnets-have-a-way-out",
        "the NAT gateway is in the private subnet",
        with_each("nats", lambda each: replace(each, subnet="subnet-elsewhere"), claimed("nat-us-east-1a")),
        one(_private_a),
    ),
    Case(
        "private-subnets-have-a-way-out",
        "an ACL denies answers",
        with_acl_entries(AclEntry(10, False, False, "-1", ANYWHERE)),
        _private,
    ),
    Case(
        "private-subnets-have-a-way-out",
        "there is none, and the config says so",
        both(without_route(PRIVATE, ANYWHERE), setting("nat_gateways", "none")),
        nothing,
    ),
    Case(
        "private-subnets-have-a-way-out",
        "an ACL denies what comes from one place",
        with_acl_entries(AclEntry(10, False, False, "-1", "54.0.0.0/8")),
        nothing,
    ),
]

CASES = [*WAY_IN, *WAY_OUT]
