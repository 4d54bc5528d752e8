"""The network of a topology: VPCs, zones, subnets, gateways, routes, security groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tap.graph.inventory import Thing
from tap.graph.labels import Labels
from tap.graph.references import References
from tap.graph.rules import rules_of
from tap.graph.topology import Endpoint, Nat, Route, RouteTable, SecurityGroup, Subnet, Vpc, Zone

_TARGETS = {
    "gatewayId": ("InternetGateway", "VpcEndpoint"),
    "natGatewayId": ("NatGateway",),
    "vpcEndpointId": ("VpcEndpoint",),
}
"""The properties of a route that say where it goes, and the classes of what can be there."""

_FOREIGN_TARGETS = {
    "egressOnlyGatewayId": "egress-only gateway",
    "networkInterfaceId": "network interface",
    "transitGatewayId": "transit gateway",
    "vpcPeeringConnectionId": "peering connection",
}
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_GROUPS = ("SecurityGroup", "DefaultSecurityGroup")
_DWELLERS = ("Subnet", "InternetGateway", "RouteTable", "VpcEndpoint", *_GROUPS)
NO_ZONE = "zone not known"


class Network:
    """Reads the network out of the things."""

    def __init__(self, references: References, labels: Labels) -> None:
        self._references = references
        self._labels = labels

    def vpcs(self) -> tuple[Vpc, ...]:
        """Every VPC; last a nameless one for what is in none that the state holds."""
        found = [self._vpc(vpc.key, vpc) for vpc in self._references.of_kind("Vpc")]
        strays = self._vpc("", None)
        return (*found, strays) if any(keys_in(strays)) else tuple(found)

    def _in(self, kind: str, vpc: str) -> list[Thing]:
        return [thing for thing in self._references.of_kind(kind) if self._references.one(thing, "vpcId", "Vpc") == vpc]

    def _vpc(self, key: str, thing: Thing | None) -> Vpc:
        tables = tuple(self._table(table) for table in self._in("RouteTable", key))
        strangers = [each for kind in _DWELLERS for each in self._in(kind, key)]
        return Vpc(
            key=key,
            label=self._labels[key] if thing else "VPC not in the state",
            cidr=thing.text("cidrBlock") if thing else "",
            region=thing.region if thing else next((each.region for each in strangers), ""),
            zones=self._zones(key, tables),
            gateways=tuple(gateway.key for gateway in self._in("InternetGateway", key)),
            endpoints=tuple(self._endpoint(endpoint) for endpoint in self._in("VpcEndpoint", key)),
            tables=tables,
            groups=tuple(self._group(group) for kind in _GROUPS for group in self._in(kind, key)),
            flow_logs=tuple(log.key for log in self._in("FlowLog", key)) if key else (),
        )

    def _zones(self, vpc: str, tables: tuple[RouteTable, ...]) -> tuple[Zone, ...]:
        by_zone: dict[str, list[Subnet]] = {}
        for thing in self._in("Subnet", vpc):
            zone = thing.text("availabilityZone") or NO_ZONE
            by_zone.setdefault(zone, []).append(self._subnet(thing, zone, tables))
        return tuple(
            Zone(zone, tuple(sorted(subnets, key=lambda one: (one.tier != "public", _order(one.cidr), one.key))))
            for zone, subnets in sorted(by_zone.items())
        )

    def _subnet(self, thing: Thing, zone: str, tables: tuple[RouteTable, ...]) -> Subnet:
        table = self._table_of(thing.key)
        routes = next((one.routes for one in tables if one.key == table), ())
        to_gateway = any(self._is(route.target, "InternetGateway") for route in routes)
        public = to_gateway or thing.text("mapPublicIpOnLaunch") == "true"
        nats = [nat for nat in self._references.of_kind("NatGateway") if self._subnet_of(nat) == thing.key]
        return Subnet(
            thing.key,
            self._labels[thing.key],
            thing.text("cidrBlock"),
            "public" if public else "private",
            zone,
            table,
            tuple(self._nat(nat, zone) for nat in nats),
        )

    def _is(self, key: str, kind: str) -> bool:
        return key in self._references.things and self._references.things[key].kind == kind

    def _subnet_of(self, thing: Thing) -> str:
        return self._references.one(thing, "subnetId", "Subnet")

    def _table_of(self, subnet: str) -> str:
        for association in self._references.of_kind("RouteTableAssociation"):
            if self._subnet_of(association) == subnet:
                return self._references.one(association, "routeTableId", "RouteTable")
        return ""

    def _nat(self, thing: Thing, zone: str) -> Nat:
        return Nat(thing.key, self._labels[thing.key], zone, thing.text("connectivityType") != "private")

    def _table(self, thing: Thing) -> RouteTable:
        routes = [
            self._route(route)
            for route in self._references.of_kind("Route")
            if self._references.one(route, "routeTableId", "RouteTable") == thing.key
        ]
        return RouteTable(thing.key, self._labels[thing.key], tuple(sorted(routes, key=lambda one: one.destination)))

    def _route(self, thing: Thing) -> Route:
        destination = next((thing.text(name) for name in _DESTINATIONS if thing.text(name)), "somewhere")
        for property, kinds in _TARGETS.items():
            if target := self._references.one(thing, property, *kinds):
                return Route(thing.key, destination, target, self._labels[target])
        words = [f"{words} {thing.text(name)}" for name, words in _FOREIGN_TARGETS.items() if thing.text(name)]
        words += [thing.text(name) for name in _TARGETS if thing.text(name)]
        return Route(thing.key, destination, "", next(iter(words), "not known"))

    def _endpoint(self, thing: Thing) -> Endpoint:
        return Endpoint(
            thing.key,
            self._labels[thing.key],
            thing.text("serviceName").rpartition(".")[2].upper() or "service",
            thing.text("vpcEndpointType") or "Gateway",
            self._references.all(thing, "routeTableIds", "RouteTable"),
        )

    def _group(self, thing: Thing) -> SecurityGroup:
        return SecurityGroup(
            thing.key,
            self._labels[thing.key],
            thing.text("description"),
            tuple(rules_of(thing, self._references)),
            default=thing.kind == "DefaultSecurityGroup",
        )


def _order(cidr: str) -> tuple[Any, ...]:
    """Ranges in the order of their addresses, whatever else stands there after them."""
    numbers = cidr.partition("/")[0].split(".")
    return (0, *(int(number) for number in numbers)) if all(map(str.isdecimal, numbers)) else (1, cidr)


def keys_in(vpc: Vpc) -> Iterator[str]:
    """The keys of all that is drawn in a VPC, its own too."""
    if vpc.key:
        yield vpc.key
    yield from vpc.gateways
    for subnet in vpc.subnets:
        yield subnet.key
        yield from (nat.key for nat in subnet.nats)
    for placed in (vpc.endpoints, vpc.tables, vpc.groups):
        yield from (each.key for each in placed)
