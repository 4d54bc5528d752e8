"""Cases of the rules on who reaches whom."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.network import AclEntry, Interface
from tests.verify.cases import Case, nothing
from tests.verify.network_edits import (
    both,
    claimed,
    network,
    one,
    setting,
    tier,
    with_acl_entries,
    with_each,
    with_route,
    with_rule,
    without_route,
    without_rule,
)

ANYWHERE = "0.0.0.0/0"
PUBLIC, PRIVATE = "public-rt", "private-rt-us-east-1a"

_NO_ANSWERS = AclEntry(10, True, False, "6", ANYWHERE, (0, 65535))
_OPEN_APP = with_rule(tier("app"), ANYWHERE, (8080, 8080))


def _private(facts: Facts) -> set[str]:
    return set(facts.scope.subnet_ids("private"))


def _private_a(facts: Facts) -> str:
    return claimed("private-subnet-us-east-1a")(facts)


def _machine(*groups: str, public_ip: str = "54.1.2.3"):
    """A machine in the first public subnet, in the groups of these tiers."""

    def edit(facts: Facts) -> Facts:
        subnet = claimed("public-subnet-us-east-1a")(facts)
        ids = tuple(facts.scope.groups[group] for group in groups)
        machine = Interface("eni-machine", subnet, "interface", "10.0.1.77", public_ip, ids)
        return network(facts, interfaces=(*facts.network.interfaces, machine))

    return edit


WEB_ONLY = [
    Case(
        "internet-reaches-web-only",
        "web opens a port more",
        with_rule(tier("web"), ANYWHERE, (8443, 8443)),
        one(tier("web")),
    ),
    Case(
        "internet-reaches-web-only",
        "web opens 80 for UDP",
        with_rule(tier("web"), ANYWHERE, (80, 80), protocol="udp"),
        one(tier("web")),
    ),
    Case(
        "internet-reaches-web-only",
        "ssh is open to a single address of the internet",
        with_rule(tier("ssh"), "54.9.9.9/32", (22, 22)),
        one(tier("ssh")),
    ),
    Case(
        "internet-reaches-web-only",
        "everything is open to half the internet",
        with_rule(tier("app"), "128.0.0.0/1", None, protocol="-1"),
        one(tier("app")),
    ),
    Case(
        "internet-reaches-web-only",
        "app is open, but no subnet has an internet gateway",
        both(_OPEN_APP, without_route(PUBLIC, ANYWHERE)),
        nothing,
    ),
    Case(
        "internet-reaches-web-only",
        "app is open, but the gateway is not attached",
        both(_OPEN_APP, lambda facts: network(facts, gateways=())),
        nothing,
    ),
    Case(
        "internet-reaches-web-only",
        "app is open, but an ACL denies all answers",
        both(_OPEN_APP, with_acl_entries(_NO_ANSWERS)),
        nothing,
    ),
    Case(
        "internet-reaches-web-only",
        "app is open, and only answers to privileged ports pass",
        both(_OPEN_APP, with_acl_entries(replace(_NO_ANSWERS, ports=(1024, 65535)))),
        one(tier("app")),
    ),
    Case(
        "internet-reaches-web-only",
        "app is open, but an ACL denies its port",
        both(_OPEN_APP, with_acl_entries(AclEntry(10, False, False, "6", ANYWHERE, (8000, 9000)))),
        nothing,
    ),
    Case(
        "internet-reaches-web-only",
        "app is open to a private range of others",
        with_rule(tier("app"), "192.168.0.0/16", (8080, 8080)),
        nothing,
    ),
    Case(
        "internet-reaches-web-only", "a machine is in web and db", _machine("web", "db"), one(lambda _: "eni-machine")
    ),
    Case(
        "internet-reaches-web-only",
        "a machine is in web and db without a public address",
        _machine("web", "db", public_ip=""),
        nothing,
    ),
    Case("internet-reaches-web-only", "a machine is in web", _machine("web"), nothing),
]

DATABASE = [
    Case("database-from-app-only", "web reaches it", with_rule(tier("db"), tier("web"), (3306, 3306)), one(tier("db"))),
    Case(
        "database-from-app-only",
        "app reaches it on a port more",
        with_rule(tier("db"), tier("app"), (1521, 1521)),
        one(tier("db")),
    ),
    Case(
        "database-from-app-only",
        "all of the VPC reaches it",
        with_rule(tier("db"), "10.0.0.0/16", (5432, 5432)),
        one(tier("db")),
    ),
    Case(
        "database-from-app-only",
        "one private subnet reaches it",
        with_rule(tier("db"), "10.0.10.0/28", (5432, 5432)),
        one(tier("db")),
    ),
    Case(
        "database-from-app-only",
        "a range around its ports is open to app",
        with_rule(tier("db"), tier("app"), (3306, 5432)),
        one(tier("db")),
    ),
    Case(
        "database-from-app-only",
        "ssh may ask it, but an ACL stands between",
        both(
            with_rule(tier("db"), tier("ssh"), (3306, 3306)),
            with_acl_entries(
                AclEntry(10, True, False, "-1", "10.0.0.0/16"), AclEntry(11, False, False, "-1", "10.0.0.0/16")
            ),
        ),
        one(tier("db")),
    ),
    Case(
        "database-from-app-only",
        "a range that is not routed here may ask it",
        with_rule(tier("db"), "192.168.0.0/16", (3306, 3306)),
        nothing,
    ),
    Case(
        "database-from-app-only",
        "a range that a transit gateway joins may ask it",
        both(with_rule(tier("db"), "192.168.0.0/16", (3306, 3306)), with_route(PRIVATE, "192.168.0.0/16", "tgw-1")),
        one(tier("db")),
    ),
]

TIERS = [
    Case("tiers-reach-each-other", "app does not let web in", without_rule("app-in-8080-web"), one(tier("app"))),
    Case(
        "tiers-reach-each-other", "db does not let app in on one port", without_rule("db-in-5432-app"), one(tier("db"))
    ),
    Case(
        "tiers-reach-each-other", "app may not ask anybody", without_rule("app-out-all-anywhere-ipv4"), one(tier("db"))
    ),
    Case("tiers-reach-each-other", "public subnets have no gateway", without_route(PUBLIC, ANYWHERE), one(tier("web"))),
    Case(
        "tiers-reach-each-other",
        "an ACL denies ephemeral ports",
        with_acl_entries(AclEntry(10, False, False, "6", "10.0.0.0/16", (1024, 65535))),
        lambda facts: {facts.scope.groups["app"], facts.scope.groups["db"]},
    ),
    Case(
        "tiers-reach-each-other",
        "an ACL denies a port that nobody uses",
        with_acl_entries(AclEntry(10, False, False, "6", "10.0.0.0/16", (25, 25))),
        nothing,
    ),
]

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

CASES = [*WEB_ONLY, *DATABASE, *TIERS, *WAY_IN, *WAY_OUT]
