"""What the state claims of the network, beside what the cloud has of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tap.verify.facts import Claim, Facts
from tap.verify.facts.network import NetworkFacts, Route, SecurityRule

_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_TARGETS = (
    *("gatewayId", "natGatewayId", "egressOnlyGatewayId", "transitGatewayId", "vpcPeeringConnectionId"),
    *("networkInterfaceId", "vpcEndpointId"),
)
_PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_GONE = ("deleted", "deleting", "failed")


@dataclass(frozen=True, slots=True)
class Thing:
    """What the cloud has of a claim: its properties by Pulumi's names, those that decide about traffic."""

    properties: Mapping[str, Any]


def things(facts: Facts) -> Iterator[tuple[Claim, Thing | None]]:
    """Every claim on the network, with what the cloud has of it; None where it has nothing."""
    indexes: dict[str, Mapping[str, Thing]] = {}
    for claim in facts.scope.claims:
        if claim.type not in _READERS:
            continue
        if claim.type not in indexes:
            indexes[claim.type] = _READERS[claim.type](facts.network)
        yield claim, indexes[claim.type].get(_key(claim))


def differences(claim: Claim, there: Thing) -> Iterator[tuple[str, Any, Any]]:
    """(property, what the cloud has, what the state says), where the two are not the same."""
    for name, have in there.properties.items():
        want = _want(claim, name)
        if want is not None and _plain(want) != _plain(have):
            yield name, _plain(have), _plain(want)


def route_key(table: str, destination: str) -> str:
    return f"{table} {destination}"


def _key(claim: Claim) -> str:
    """By what it is found: its id, or what an association or a route says."""
    if claim.type == "aws:ec2/route:Route":
        return route_key(str(wanted(claim, "routeTableId")), str(first_wanted(claim, _DESTINATIONS)))
    if claim.type == "aws:ec2/routeTableAssociation:RouteTableAssociation":
        return str(wanted(claim, "subnetId"))
    return claim.id


def wanted(claim: Claim, name: str) -> Any:
    """What the program asked for; where it left that to AWS, what became of it."""
    given = claim.inputs.get(name)
    return claim.outputs.get(name) if given is None else given


def first_wanted(claim: Claim, names: tuple[str, ...]) -> Any:
    return next((value for name in names if (value := wanted(claim, name))), "")


def _want(claim: Claim, name: str) -> Any:
    match name:
        case "target":
            return first_wanted(claim, _TARGETS)
        case "peer":
            return first_wanted(claim, _PEERS)
        case "ports":
            low, high = wanted(claim, "fromPort"), wanted(claim, "toPort")
            all_ports = str(wanted(claim, "ipProtocol")) == "-1" or low in (None, -1) or high is None
            return "all" if all_ports else f"{int(low)}-{int(high)}"
        case _:
            return wanted(claim, name)


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, (list, tuple)) else value


def _vpcs(network: NetworkFacts) -> dict[str, Thing]:
    return {
        each.id: Thing(
            {
                "cidrBlock": each.cidrs[0],
                "enableDnsSupport": each.dns_support,
                "enableDnsHostnames": each.dns_hostnames,
            }
        )
        for each in network.vpcs
    }


def _subnets(network: NetworkFacts) -> dict[str, Thing]:
    return {
        each.id: Thing(
            {
                "vpcId": each.vpc,
                "availabilityZone": each.zone,
                "cidrBlock": each.cidrs[0] if each.cidrs else "",
                "mapPublicIpOnLaunch": each.public_ip,
            }
        )
        for each in network.subnets
    }


def _gateways(network: NetworkFacts) -> dict[str, Thing]:
    """Only those that are attached are looked at: one that was detached is as good as none."""
    return {each.id: Thing({}) for each in network.gateways}


def _nats(network: NetworkFacts) -> dict[str, Thing]:
    return {
        each.id: Thing({"subnetId": each.subnet, "allocationId": each.address})
        for each in network.nats
        if each.state not in _GONE
    }


def _addresses(network: NetworkFacts) -> dict[str, Thing]:
    return {each: Thing({}) for each in network.addresses}


def _tables(network: NetworkFacts) -> dict[str, Thing]:
    return {each.id: Thing({"vpcId": each.vpc}) for each in network.tables}


def _associations(network: NetworkFacts) -> dict[str, Thing]:
    return {subnet: Thing({"routeTableId": each.id}) for each in network.tables for subnet in each.subnets}


def _routes(network: NetworkFacts) -> dict[str, Thing]:
    return {
        route_key(table.id, route.destination): Thing({"target": _target(route)})
        for table in network.tables
        for route in table.routes
    }


def _target(route: Route) -> str:
    return f"{route.target} (blackhole)" if route.blackhole else route.target


def _endpoints(network: NetworkFacts) -> dict[str, Thing]:
    return {
        each.id: Thing({"serviceName": each.service, "routeTableIds": each.tables})
        for each in network.endpoints
        if each.state not in _GONE
    }


def _groups(network: NetworkFacts) -> dict[str, Thing]:
    return {each.id: Thing({"vpcId": each.vpc}) for each in network.groups}


def _rules(network: NetworkFacts, *, egress: bool) -> dict[str, Thing]:
    rules = (rule for group in network.groups for rule in group.rules if rule.egress == egress)
    return {each.id: Thing(_rule_properties(each)) for each in rules}


def _rule_properties(each: SecurityRule) -> dict[str, Any]:
    return {
        "securityGroupId": each.group,
        "ipProtocol": each.protocol,
        "ports": f"{each.ports[0]}-{each.ports[1]}" if each.ports else "all",
        "peer": each.peer,
    }


_READERS: dict[str, Callable[[NetworkFacts], Mapping[str, Thing]]] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _groups,
    "aws:ec2/eip:Eip": _addresses,
    "aws:ec2/internetGateway:InternetGateway": _gateways,
    "aws:ec2/natGateway:NatGateway": _nats,
    "aws:ec2/route:Route": _routes,
    "aws:ec2/routeTable:RouteTable": _tables,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _associations,
    "aws:ec2/securityGroup:SecurityGroup": _groups,
    "aws:ec2/subnet:Subnet": _subnets,
    "aws:ec2/vpc:Vpc": _vpcs,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoints,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": lambda network: _rules(network, egress=True),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": lambda network: _rules(network, egress=False),
}
"""Type -> what the cloud has of it, by the key that `_key` makes."""
