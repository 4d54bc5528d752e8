"""What is in the stack's VPC and not in its state. Pure.

Not strange are what AWS makes with a VPC (main table, default ACL, default group) and what stands in the network to use
it, such as machines and their interfaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tap.verify.facts import Facts
from tap.verify.facts.network import AclEntry, NetworkFacts, RouteTable
from tap.verify.rules.network_claims import first_wanted, route_key, wanted

_ROUTE = "aws:ec2/route:Route"
_LAST_NUMBER = 32767  # of the entry that denies what is left; IPv6 has 32768


@dataclass(frozen=True, slots=True)
class Stranger:
    id: str
    what: str


def strangers(facts: Facts) -> Iterator[Stranger]:
    network, known = facts.network, {claim.id for claim in facts.scope.claims} | set(facts.scope.leaving)
    for id_, what in _made_by_somebody(network):
        if id_ not in known:
            yield Stranger(id_, what)
    for group in network.groups:
        for rule in group.rules:
            if rule.id not in known:
                way = "to" if rule.egress else "from"
                yield Stranger(rule.id, f"rule of {group.id}: {rule.protocol} {_ports(rule.ports)} {way} {rule.peer}")
    yield from _routes(facts)
    yield from _associations(facts, known)
    for acl in network.acls:
        if acl.default and not all(map(_is_default, acl.entries)):
            yield Stranger(acl.id, "entry of the default network ACL, which lets everything through as AWS makes it")


def _made_by_somebody(network: NetworkFacts) -> Iterator[tuple[str, str]]:
    yield from ((each.id, "subnet") for each in network.subnets)
    yield from ((each.id, "route table") for each in network.tables if not each.main)
    yield from ((each.id, "internet gateway") for each in network.gateways)
    yield from ((each.id, "NAT gateway") for each in network.nats if each.state not in ("deleted", "failed"))
    yield from ((each.id, f"endpoint of {each.service}") for each in network.endpoints if each.state != "deleted")
    yield from ((each.id, "network ACL") for each in network.acls if not each.default)
    yield from ((each.id, "security group") for each in network.groups if each.name != "default")


def _routes(facts: Facts) -> Iterator[Stranger]:
    destinations = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    known = {
        route_key(str(wanted(claim, "routeTableId")), str(first_wanted(claim, destinations)))
        for claim in facts.scope.of(_ROUTE)
    }
    endpoints = {each.id for each in facts.network.endpoints}
    for table in facts.network.tables:
        for route in table.routes:
            by_aws = route.target == "local" or route.propagated or route.target in endpoints
            if not by_aws and route_key(table.id, route.destination) not in known:
                yield Stranger(table.id, f"route: {route.destination} to {route.target or 'nothing'}")


def _associations(facts: Facts, known: set[str]) -> Iterator[Stranger]:
    """A subnet of the state on a table that the state gives it is no stranger; on none of its own, it is missing."""
    claimed = {
        (str(wanted(claim, "routeTableId")), str(wanted(claim, "subnetId")))
        for claim in facts.scope.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    on_some_table = {subnet for _, subnet in claimed}
    for table in facts.network.tables:
        yield from (
            Stranger(table.id, f"association with {subnet}")
            for subnet in table.subnets
            if (table.id, subnet) not in claimed and subnet not in on_some_table and _is_known(table, subnet, known)
        )


def _is_known(table: RouteTable, subnet: str, known: set[str]) -> bool:
    """A stranger's own association is said with the stranger."""
    return table.id in known and subnet in known


def _is_default(entry: AclEntry) -> bool:
    everything = entry.protocol == "-1" and entry.cidr in ("0.0.0.0/0", "::/0")
    return everything and entry.allow == (entry.number < _LAST_NUMBER)


def _ports(ports: tuple[int, int] | None) -> str:
    return "all ports" if ports is None else f"{ports[0]}-{ports[1]}"
