"""A network as a graph: which table, ACL and groups rule what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from tap.verify.facts.network import (
    Endpoint,
    NatGateway,
    NetworkAcl,
    NetworkFacts,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Vpc,
)
from tap.verify.reach.matching import matching_route, ranges
from tap.verify.reach.ranges import Address, contains, is_internet, representatives

_Item = TypeVar("_Item", Subnet, SecurityGroup, NatGateway, Endpoint, Vpc)


@dataclass(frozen=True, eq=False)
class Topology:
    """Lookups over the facts of a network, made once. Nothing in it is changed; `without_zone` makes another."""

    facts: NetworkFacts

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        return _by_id(self.facts.subnets)

    @cached_property
    def groups(self) -> dict[str, SecurityGroup]:
        return _by_id(self.facts.groups)

    @cached_property
    def nats(self) -> dict[str, NatGateway]:
        return _by_id(self.facts.nats)

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        return _by_id(self.facts.endpoints)

    @cached_property
    def ranges_of(self) -> dict[str, tuple[str, ...]]:
        """Prefix list -> its ranges."""
        return {each.id: each.cidrs for each in self.facts.prefix_lists}

    @cached_property
    def _tables(self) -> dict[str, RouteTable]:
        return {subnet: table for table in self.facts.tables for subnet in table.subnets}

    @cached_property
    def _main_tables(self) -> dict[str, RouteTable]:
        return {table.vpc: table for table in self.facts.tables if table.main}

    @cached_property
    def _acls(self) -> dict[str, NetworkAcl]:
        return {subnet: acl for acl in self.facts.acls for subnet in acl.subnets}

    def table_of(self, subnet: Subnet) -> RouteTable | None:
        """The associated one, else the VPC's main one."""
        return self._tables.get(subnet.id) or self._main_tables.get(subnet.vpc)

    def acl_of(self, subnet: Subnet) -> NetworkAcl | None:
        return self._acls.get(subnet.id)

    def route(self, subnet: Subnet, address: Address) -> Route | None:
        """The route that a packet from the subnet to the address takes."""
        table = self.table_of(subnet)
        return matching_route(table.routes, address, self.ranges_of) if table else None

    def is_served_by_endpoint(self, subnet: Subnet, address: Address) -> bool:
        """Whether what the subnet sends there goes to one service of AWS, through a gateway endpoint."""
        route = self.route(subnet, address)
        return route is not None and self.leads_to_endpoint(route)

    def leads_to_endpoint(self, route: Route) -> bool:
        endpoint = self.endpoints.get(route.target)
        return endpoint is not None and endpoint.kind == "Gateway"

    def rules(self, groups: Iterable[str], *, egress: bool) -> Iterator[SecurityRule]:
        for id_ in groups:
            if id_ in self.groups:
                yield from (rule for rule in self.groups[id_].rules if rule.egress == egress)

    def is_attached(self, gateway: str, vpc: str) -> bool:
        """Whether that internet gateway is there and serves the VPC."""
        return any(each.id == gateway and vpc in each.vpcs for each in self.facts.gateways)

    def subnet_of(self, address: Address) -> Subnet | None:
        return next((each for each in self.facts.subnets if any(contains(cidr, address) for cidr in each.cidrs)), None)

    def is_inside(self, address: Address) -> bool:
        """Whether the address belongs to one of the VPCs."""
        return any(contains(cidr, address) for vpc in self.facts.vpcs for cidr in vpc.cidrs)

    @cached_property
    def said_ranges(self) -> frozenset[str]:
        """Every range that is named in this network."""
        said: set[str] = {cidr for vpc in self.facts.vpcs for cidr in vpc.cidrs}
        said |= {cidr for subnet in self.facts.subnets for cidr in subnet.cidrs}
        said |= {entry.cidr for acl in self.facts.acls for entry in acl.entries if entry.cidr}
        peers = {rule.peer for group in self.facts.groups for rule in group.rules}
        peers |= {route.destination for table in self.facts.tables for route in table.routes}
        return frozenset(said | {cidr for peer in peers for cidr in ranges(peer, self.ranges_of)})

    @cached_property
    def addresses(self) -> list[Address]:
        """An address for each piece of address space that anything in this network tells from another."""
        return representatives(self.said_ranges)

    @cached_property
    def internet(self) -> list[Address]:
        """Of `addresses` those of the internet; IPv6 only if a VPC has any."""
        versions = {4} | {6 for vpc in self.facts.vpcs if any(":" in cidr for cidr in vpc.cidrs)}
        return [
            each
            for each in self.addresses
            if each.version in versions and is_internet(each) and not self.is_inside(each)
        ]

    def addresses_in(self, subnet: Subnet) -> list[Address]:
        """Of `addresses` those of the subnet: usually one."""
        return [each for each in self.addresses if any(contains(cidr, each) for cidr in subnet.cidrs)]

    def without_zone(self, zone: str) -> Topology:
        """What is left when the zone is gone with all that is in it. What led there leads nowhere."""
        gone = {subnet.id for subnet in self.facts.subnets if subnet.zone == zone}
        nats = {nat.id for nat in self.facts.nats if nat.subnet in gone}
        interfaces = {each.id for each in self.facts.interfaces if each.subnet in gone}
        dead = nats | interfaces

        def cut(table: RouteTable) -> RouteTable:
            routes = tuple(replace(each, blackhole=each.blackhole or each.target in dead) for each in table.routes)
            return replace(table, routes=routes, subnets=tuple(each for each in table.subnets if each not in gone))

        return Topology(
            replace(
                self.facts,
                subnets=tuple(each for each in self.facts.subnets if each.id not in gone),
                nats=tuple(each for each in self.facts.nats if each.id not in nats),
                interfaces=tuple(each for each in self.facts.interfaces if each.id not in interfaces),
                tables=tuple(map(cut, self.facts.tables)),
            )
        )


def _by_id(items: Iterable[_Item]) -> dict[str, _Item]:
    return {item.id: item for item in items}
