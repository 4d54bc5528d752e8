"""Look at everything that decides where packets go in the stack's VPCs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from tap.verify.area import Area
from tap.verify.areas import network_items as items
from tap.verify.facts.network import NetworkFacts, PrefixList, Route, SecurityRule, Vpc
from tap.verify.facts.scope import Scope
from tap.verify.reader import Reader

FILTER_VALUES_MAX = 200
"""EC2's own limit for the values of one filter."""

_ACTIONS = frozenset(
    {
        "ec2:DescribeAddresses",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "ec2:GetManagedPrefixListEntries",
    }
)


def collect(reader: Reader, scope: Scope) -> NetworkFacts:
    """Everything in the VPCs that the state claims, whoever made it."""
    ids = list(scope.ids("aws:ec2/vpc:Vpc"))
    if not ids:
        return NetworkFacts()
    ask = partial(reader.items, "ec2")
    inside = [{"Name": "vpc-id", "Values": ids}]
    attached = [{"Name": "attachment.vpc-id", "Values": ids}]
    vpcs, subnets, tables, gateways, nats, addresses, endpoints, acls, groups, interfaces = reader.together(
        # A filter, since VpcIds would fail for all if one of them is gone.
        partial(ask, "DescribeVpcs", "Vpcs", Filters=inside),
        partial(ask, "DescribeSubnets", "Subnets", Filters=inside),
        partial(ask, "DescribeRouteTables", "RouteTables", Filters=inside),
        partial(ask, "DescribeInternetGateways", "InternetGateways", Filters=attached),
        partial(ask, "DescribeNatGateways", "NatGateways", Filter=inside),
        partial(ask, "DescribeAddresses", "Addresses"),
        partial(ask, "DescribeVpcEndpoints", "VpcEndpoints", Filters=inside),
        partial(ask, "DescribeNetworkAcls", "NetworkAcls", Filters=inside),
        partial(ask, "DescribeSecurityGroups", "SecurityGroups", Filters=inside),
        partial(ask, "DescribeNetworkInterfaces", "NetworkInterfaces", Filters=inside),
    )
    rules = _security_rules(reader, [each["GroupId"] for each in groups])
    routing = tuple(items.route_table(each) for each in tables)
    return NetworkFacts(
        vpcs=tuple(reader.each(partial(_vpc, reader), vpcs)),
        subnets=tuple(map(items.subnet, subnets)),
        tables=routing,
        gateways=tuple(map(items.internet_gateway, gateways)),
        nats=tuple(map(items.nat_gateway, nats)),
        addresses=tuple(sorted(each["AllocationId"] for each in addresses if each.get("AllocationId"))),
        endpoints=tuple(map(items.endpoint, endpoints)),
        acls=tuple(map(items.network_acl, acls)),
        groups=tuple(items.security_group(each, rules) for each in groups),
        interfaces=tuple(map(items.interface, interfaces)),
        prefix_lists=_prefix_lists(reader, [route for table in routing for route in table.routes], rules),
    )


def _vpc(reader: Reader, vpc: dict[str, Any]) -> Vpc:
    id_ = vpc["VpcId"]
    attributes = {}
    for name, key in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        answer = reader.answer("ec2", "DescribeVpcAttribute", subject=id_, VpcId=id_, Attribute=name)
        # What was not seen is noted; it must not look switched off as well.
        attributes[name] = answer is None or bool(answer[key]["Value"])
    return Vpc(id_, items.vpc_cidrs(vpc), attributes["enableDnsSupport"], attributes["enableDnsHostnames"])


def _security_rules(reader: Reader, groups: Sequence[str]) -> list[SecurityRule]:
    parts = [groups[start : start + FILTER_VALUES_MAX] for start in range(0, len(groups), FILTER_VALUES_MAX)]

    def ask(part: Sequence[str]) -> list[dict[str, Any]]:
        filters = [{"Name": "group-id", "Values": list(part)}]
        return reader.items("ec2", "DescribeSecurityGroupRules", "SecurityGroupRules", Filters=filters)

    return [items.security_rule(each) for found in reader.each(ask, parts) for each in found]


def _prefix_lists(reader: Reader, routes: Iterable[Route], rules: Iterable[SecurityRule]) -> tuple[PrefixList, ...]:
    """Those that a route or rule names, with what is in them."""

    def ask(id_: str) -> PrefixList:
        found = reader.items("ec2", "GetManagedPrefixListEntries", "Entries", subject=id_, PrefixListId=id_)
        return PrefixList(id_, tuple(each["Cidr"] for each in found))

    return tuple(reader.each(ask, sorted(set(_named(routes, rules)))))


def _named(routes: Iterable[Route], rules: Iterable[SecurityRule]) -> Iterator[str]:
    yield from (route.destination for route in routes if route.destination.startswith("pl-"))
    yield from (rule.peer for rule in rules if rule.peer.startswith("pl-"))


NETWORK = Area("network", _ACTIONS, collect)
