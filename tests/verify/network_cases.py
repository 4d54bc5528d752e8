"""Cases of the rules on security groups, on zones, and on where the state and the cloud differ."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.network import (
    AclEntry,
    Endpoint,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
)
from tests.verify.cases import Case, nothing
from tests.verify.network_edits import (
    both,
    claimed,
    network,
    nothing_there,
    one,
    setting,
    tier,
    with_acl_entries,
    with_each,
    with_route,
    with_rule,
    with_table,
    without_route,
    without_rule,
)

ANYWHERE = "0.0.0.0/0"
TABLE_A, TABLE_B = "private-rt-us-east-1a", "private-rt-us-east-1b"
_NEW = one(lambda _: "sgr-new")


def _default_group(facts: Facts) -> str:
    return claimed("default-sg")(facts)


def _single_nat(facts: Facts) -> Facts:
    """As `nat_gateways: single` builds it."""
    facts = with_route(TABLE_B, ANYWHERE, claimed("nat-us-east-1a"))(facts)
    return with_each("nats", lambda _: None, claimed("nat-us-east-1b"))(facts)


GROUPS = [
    Case("no-open-admin-port", "SSH is open to all", with_rule(tier("web"), ANYWHERE, (22, 22)), _NEW),
    Case(
        "no-open-admin-port",
        "a range with RDP in it is open to all of IPv6",
        with_rule(tier("app"), "::/0", (3000, 4000)),
        _NEW,
    ),
    Case("no-open-admin-port", "everything is open to all", with_rule(tier("db"), ANYWHERE, None, protocol="-1"), _NEW),
    Case("no-open-admin-port", "SSH is open to a range", with_rule(tier("web"), "54.0.0.0/8", (22, 22)), nothing),
    Case(
        "ssh-from-allowed-range-only",
        "another range may come",
        with_rule(tier("ssh"), "192.168.0.0/16", (22, 22)),
        _NEW,
    ),
    Case(
        "ssh-from-allowed-range-only",
        "a range around the allowed one may come",
        with_rule(tier("ssh"), "10.0.0.0/7", (22, 22)),
        _NEW,
    ),
    Case(
        "ssh-from-allowed-range-only",
        "web may come to app on all ports",
        with_rule(tier("app"), tier("web"), None),
        _NEW,
    ),
    Case(
        "ssh-from-allowed-range-only",
        "a part of the allowed range may come",
        with_rule(tier("app"), "10.1.0.0/16", (22, 22)),
        nothing,
    ),
    Case(
        "ssh-from-allowed-range-only",
        "the config allows less than the rule",
        setting("allowed_cidr", "10.20.0.0/16"),
        one(claimed("ssh-in-22-allowed")),
    ),
    Case("default-group-is-empty", "it has a rule", with_rule(_default_group, ANYWHERE, (80, 80)), one(_default_group)),
]

ZONES = [
    Case(
        "survives-the-loss-of-a-zone",
        "there is a single NAT gateway",
        _single_nat,
        one(claimed("private-subnet-us-east-1b")),
    ),
    Case(
        "survives-the-loss-of-a-zone",
        "there is a single NAT gateway, as configured",
        both(_single_nat, setting("nat_gateways", "single")),
        one(claimed("private-subnet-us-east-1b")),
    ),
    Case(
        "survives-the-loss-of-a-zone",
        "each zone uses the other's NAT gateway",
        both(
            with_route(TABLE_A, ANYWHERE, claimed("nat-us-east-1b")),
            with_route(TABLE_B, ANYWHERE, claimed("nat-us-east-1a")),
        ),
        lambda facts: set(facts.scope.subnet_ids("private")),
    ),
    Case(
        "survives-the-loss-of-a-zone",
        "a part of the traffic goes through the other zone",
        with_route(TABLE_B, "54.0.0.0/8", claimed("nat-us-east-1a")),
        one(claimed(TABLE_B)),
    ),
    Case(
        "survives-the-loss-of-a-zone",
        "all subnets are in one zone",
        lambda facts: network(facts, subnets=tuple(replace(each, zone="us-east-1a") for each in facts.network.subnets)),
        one(claimed("vpc")),
    ),
    Case(
        "survives-the-loss-of-a-zone",
        "no private subnet has a way out to lose",
        both(without_route(TABLE_A, ANYWHERE), without_route(TABLE_B, ANYWHERE)),
        nothing,
    ),
    Case(
        "no-blackhole-route",
        "a peering is gone",
        with_route(TABLE_A, "172.16.0.0/12", "pcx-1", blackhole=True),
        one(claimed(TABLE_A)),
    ),
    Case(
        "no-blackhole-route",
        "a NAT gateway is deleted",
        with_each("nats", lambda each: replace(each, state="deleted"), claimed("nat-us-east-1a")),
        one(claimed(TABLE_A)),
    ),
    Case(
        "no-blackhole-route",
        "a NAT gateway is still being made",
        with_each("nats", lambda each: replace(each, state="pending"), claimed("nat-us-east-1a")),
        nothing,
    ),
]

MISSING = [
    Case("network-of-the-state-exists", f"the {what} is gone", edit, one(claimed(name)))
    for what, name, edit in (
        ("rule", "db-in-3306-app", without_rule("db-in-3306-app")),
        ("route", "public-default-route", without_route("public-rt", ANYWHERE)),
        ("association", "private-rta-us-east-1a", with_table(TABLE_A, lambda _, table: replace(table, subnets=()))),
        (
            "subnet",
            "public-subnet-us-east-1a",
            with_each("subnets", lambda _: None, claimed("public-subnet-us-east-1a")),
        ),
        ("endpoint", "s3-endpoint", with_each("endpoints", lambda _: None, claimed("s3-endpoint"))),
        ("internet gateway", "igw", lambda facts: network(facts, gateways=())),
        (
            "NAT gateway",
            "nat-us-east-1b",
            with_each("nats", lambda each: replace(each, state="deleted"), claimed("nat-us-east-1b")),
        ),
        (
            "address",
            "nat-eip-us-east-1a",
            lambda facts: network(
                facts,
                addresses=tuple(
                    each for each in facts.network.addresses if each != claimed("nat-eip-us-east-1a")(facts)
                ),
            ),
        ),
        (
            "group",
            "ssh-sg",
            lambda facts: network(
                facts,
                groups=tuple(
                    replace(each, id="sg-other") if each.id == facts.scope.groups["ssh"] else each
                    for each in facts.network.groups
                ),
            ),
        ),
    )
]

_TYPES = ("aws:ec2/", "aws:vpc/")


def _all_claims(facts: Facts) -> set[str]:
    return {claim.id for claim in facts.scope.claims if claim.type.startswith(_TYPES) and "flowLog" not in claim.type}


def _changed_rule(facts: Facts) -> Facts:
    return both(
        without_rule("ssh-in-22-allowed"),
        with_rule(tier("ssh"), "10.0.0.0/7", (22, 22), id_=claimed("ssh-in-22-allowed")(facts)),
    )(facts)


DIFFERING = [
    Case("network-is-as-the-state-says", "a rule has another range", _changed_rule, one(claimed("ssh-in-22-allowed"))),
    Case(
        "network-is-as-the-state-says",
        "a route has another target",
        with_route(TABLE_A, ANYWHERE, claimed("igw")),
        one(claimed("private-default-route-us-east-1a")),
    ),
    Case(
        "network-is-as-the-state-says",
        "a public subnet gives no addresses",
        with_each("subnets", lambda each: replace(each, public_ip=False), claimed("public-subnet-us-east-1a")),
        one(claimed("public-subnet-us-east-1a")),
    ),
    Case(
        "network-is-as-the-state-says",
        "the VPC resolves no names",
        lambda facts: network(facts, vpcs=tuple(replace(each, dns_support=False) for each in facts.network.vpcs)),
        one(claimed("vpc")),
    ),
    Case(
        "network-is-as-the-state-says",
        "the endpoint serves one table less",
        with_each("endpoints", lambda each: replace(each, tables=each.tables[:1]), claimed("s3-endpoint")),
        one(claimed("s3-endpoint")),
    ),
    Case("network-is-as-the-state-says", "the state has it and the cloud does not", nothing_there, nothing),
]


def _added(field: str, *items: object):
    return lambda facts: network(facts, **{field: (*getattr(facts.network, field), *items)})


STRANGERS = [
    Case("nothing-beside-the-state", "a rule", with_rule(tier("web"), "10.0.0.0/16", (9100, 9100)), _NEW),
    Case("nothing-beside-the-state", "a route", with_route(TABLE_A, "172.16.0.0/12", "pcx-1"), one(claimed(TABLE_A))),
    Case(
        "nothing-beside-the-state",
        "a propagated route",
        with_route(TABLE_A, "172.16.0.0/12", "vgw-1", propagated=True),
        nothing,
    ),
    Case(
        "nothing-beside-the-state",
        "the default ACL denies everything",
        with_acl_entries(AclEntry(10, False, False, "-1", ANYWHERE)),
        lambda facts: {facts.network.acls[0].id},
    ),
    Case(
        "nothing-beside-the-state",
        "a denying entry of the default ACL",
        with_acl_entries(AclEntry(10, False, False, "6", "10.0.0.0/16", (25, 25))),
        lambda facts: {facts.network.acls[0].id},
    ),
    Case(
        "nothing-beside-the-state",
        "a subnet, a table, a group, an ACL, a gateway, a NAT gateway, an endpoint",
        both(
            _added("subnets", Subnet("subnet-new", "vpc-1", "us-east-1a", ("10.0.99.0/24",))),
            _added("tables", RouteTable("rtb-new", "vpc-1", False, ("subnet-new",), (Route("10.0.0.0/16", "local"),))),
            _added("groups", SecurityGroup("sg-new", "vpc-1", "mine")),
            _added("acls", NetworkAcl("acl-new", "vpc-1", False, (), ())),
            _added("gateways", InternetGateway("igw-new", ("vpc-1",))),
            _added("nats", NatGateway("nat-new", "vpc-1", "subnet-new", "available")),
            _added(
                "endpoints", Endpoint("vpce-new", "vpc-1", "Gateway", "com.amazonaws.us-east-1.dynamodb", "available")
            ),
        ),
        lambda _: {f"{kind}-new" for kind in ("subnet", "rtb", "sg", "acl", "igw", "nat", "vpce")},
    ),
]

CASES = [
    *GROUPS,
    *ZONES,
    *MISSING,
    Case("network-of-the-state-exists", "there is nothing at all", nothing_there, _all_claims),
    *DIFFERING,
    *STRANGERS,
]
