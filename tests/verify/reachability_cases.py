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


def _machine(*groups: str, public_ip: str = "54.1.2.3"):
    """A machine in the first public subnet, in the groups of these tiers."""

    def edit(facts: Facts) -> Facts:
        subnet = claimed("public-subnet-us-east-1a")(facts)
        ids = tuple(facts.scope.groups[group] for group in groups)
        machine = Interface("eni-machine", subnet, "interface", "10.0.1.77", public_ip, ids)
        return network(facts, interfaces=(*facts.network.interfaces, machine))

    return edit


def _with_ipv6(facts: Facts) -> Facts:
    """The VPC and its first public subnet have IPv6 ranges, routed to the internet gateway; ACLs let it through."""
    subnet = claimed("public-subnet-us-east-1a")(facts)
    edited = both(
        with_each("vpcs", lambda each: replace(each, cidrs=(*each.cidrs, "2600:1f18::/56")), claimed("vpc")),
        with_each("subnets", lambda each: replace(each, cidrs=(*each.cidrs, "2600:1f18::/64")), lambda _: subnet),
        with_route(PUBLIC, "::/0", claimed("igw")),
        with_acl_entries(AclEntry(101, False, True, "-1", "::/0"), AclEntry(101, True, True, "-1", "::/0")),
    )
    return edited(facts)


WEB_ONLY = [
    Case("internet-reaches-web-only", "nothing is open to IPv6", _with_ipv6, nothing),
    Case(
        "internet-reaches-web-only",
        "a port is open to IPv6",
        both(_with_ipv6, with_rule(tier("app"), "::/0", (8080, 8080))),
        one(tier("app")),
    ),
    Case(
        "internet-reaches-web-only",
        "a port is open to IPv6, which the VPC does not have",
        with_rule(tier("app"), "::/0", (8080, 8080)),
        nothing,
    ),
    Case(
        "internet-reaches-web-only",
        "web opens a port more",
        with_rule(tier("web"), ANYWHERE, (8443, 8443)),
        one(tier("web")),
    ),
    Case(
        "internet-reaches-web-only",
        "web opens all ports from 80 to 443",
        with_rule(tier("web"), ANYWHERE, (80, 443)),
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
        "a machine of the database tier is in the web tier, too",
        _machine("db", "web"),
        one(lambda _: "eni-machine"),
    ),
    Case("database-from-app-only", "a machine is in the database tier alone", _machine("db"), nothing),
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
        "an ACL lets answers out on few ports only",
        with_acl_entries(AclEntry(10, True, False, "6", "10.0.0.0/16", (40000, 65535))),
        lambda facts: {facts.scope.groups["app"], facts.scope.groups["db"]},
    ),
    Case(
        "tiers-reach-each-other",
        "an ACL denies a port that nobody uses",
        with_acl_entries(AclEntry(10, False, False, "6", "10.0.0.0/16", (25, 25))),
        nothing,
    ),
]

CASES = [*WEB_ONLY, *DATABASE, *TIERS]
