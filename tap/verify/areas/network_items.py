"""What EC2 describes, cut down to facts. Pure: one item of an answer in, one fact out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tap.verify.facts.network import (
    AclEntry,
    Endpoint,
    Interface,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
)

_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)
"""NetworkInterfaceId before InstanceId: a route to an instance has both, and the interface is where packets go."""

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_GONE = ("disassociated", "disassociating", "failed")
_WITH_PORTS = ("6", "17", "tcp", "udp")


def vpc_cidrs(vpc: Mapping[str, Any]) -> tuple[str, ...]:
    """All that are associated; the primary one first."""
    ipv4 = [
        each["CidrBlock"]
        for each in vpc.get("CidrBlockAssociationSet") or ()
        if each.get("CidrBlockState", {}).get("State") not in _GONE
    ]
    ipv6 = [
        each["Ipv6CidrBlock"]
        for each in vpc.get("Ipv6CidrBlockAssociationSet") or ()
        if each.get("Ipv6CidrBlockState", {}).get("State") not in _GONE
    ]
    return tuple(dict.fromkeys([vpc["CidrBlock"], *ipv4, *ipv6]))


def subnet(each: Mapping[str, Any]) -> Subnet:
    ipv6 = [
        one["Ipv6CidrBlock"]
        for one in each.get("Ipv6CidrBlockAssociationSet") or ()
        if one.get("Ipv6CidrBlockState", {}).get("State") not in _GONE
    ]
    ranges = (each["CidrBlock"], *ipv6) if each.get("CidrBlock") else tuple(ipv6)
    return Subnet(
        each["SubnetId"],
        each["VpcId"],
        each["AvailabilityZone"],
        ranges,
        bool(each.get("MapPublicIpOnLaunch")),
    )


def route_table(each: Mapping[str, Any]) -> RouteTable:
    there = [one for one in each.get("Associations") or () if _state(one.get("AssociationState")) not in _GONE]
    return RouteTable(
        each["RouteTableId"],
        each["VpcId"],
        any(one.get("Main") for one in there),
        tuple(sorted(one["SubnetId"] for one in there if one.get("SubnetId"))),
        tuple(_route(one) for one in each.get("Routes") or ()),
        tuple(sorted(one["GatewayId"] for one in there if one.get("GatewayId"))),
    )


def _state(described: Mapping[str, Any] | None) -> str:
    return str((described or {}).get("State", ""))


def _route(each: Mapping[str, Any]) -> Route:
    return Route(
        next((each[key] for key in _DESTINATIONS if each.get(key)), ""),
        next((each[key] for key in _TARGETS if each.get(key)), ""),
        blackhole=each.get("State") == "blackhole",
        propagated=each.get("Origin") == "EnableVgwRoutePropagation",
    )


def internet_gateway(each: Mapping[str, Any]) -> InternetGateway:
    """EC2 calls an attached one `available`; the documentation says `attached`."""
    there = [one["VpcId"] for one in each.get("Attachments") or () if one.get("State") in ("available", "attached")]
    return InternetGateway(each["InternetGatewayId"], tuple(sorted(there)))


def nat_gateway(each: Mapping[str, Any]) -> NatGateway:
    addresses = each.get("NatGatewayAddresses") or [{}]
    return NatGateway(
        each["NatGatewayId"],
        each["VpcId"],
        each.get("SubnetId", ""),
        each["State"],
        each.get("ConnectivityType", "public") == "public",
        addresses[0].get("AllocationId", ""),
        addresses[0].get("NetworkInterfaceId", ""),
    )


def endpoint(each: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        each["VpcEndpointId"],
        each["VpcId"],
        each.get("VpcEndpointType", "Gateway"),
        each["ServiceName"],
        str(each.get("State", "")).lower(),
        tuple(sorted(each.get("RouteTableIds") or ())),
        tuple(sorted(each.get("SubnetIds") or ())),
        tuple(sorted(one["GroupId"] for one in each.get("Groups") or ())),
    )


def network_acl(each: Mapping[str, Any]) -> NetworkAcl:
    return NetworkAcl(
        each["NetworkAclId"],
        each["VpcId"],
        bool(each.get("IsDefault")),
        tuple(sorted(one["SubnetId"] for one in each.get("Associations") or ())),
        tuple(sorted(map(_acl_entry, each.get("Entries") or ()), key=lambda one: (one.egress, one.number))),
    )


def _acl_entry(each: Mapping[str, Any]) -> AclEntry:
    ports = each.get("PortRange")
    return AclEntry(
        each["RuleNumber"],
        bool(each["Egress"]),
        each["RuleAction"] == "allow",
        str(each["Protocol"]),
        each.get("CidrBlock") or each.get("Ipv6CidrBlock") or "",
        (ports["From"], ports["To"]) if ports and str(each["Protocol"]) in _WITH_PORTS else None,
    )


def security_group(each: Mapping[str, Any], rules: Iterable[SecurityRule]) -> SecurityGroup:
    id_ = each["GroupId"]
    own = sorted((rule for rule in rules if rule.group == id_), key=lambda rule: rule.id)
    return SecurityGroup(id_, each["VpcId"], each.get("GroupName", ""), tuple(own))


def security_rule(each: Mapping[str, Any]) -> SecurityRule:
    protocol, low, high = str(each["IpProtocol"]), each.get("FromPort"), each.get("ToPort")
    ports = (int(low), int(high)) if protocol in _WITH_PORTS and low not in (None, -1) and high is not None else None
    referenced = (each.get("ReferencedGroupInfo") or {}).get("GroupId")
    peers = (each.get("CidrIpv4"), each.get("CidrIpv6"), each.get("PrefixListId"), referenced)
    return SecurityRule(
        each["SecurityGroupRuleId"],
        each["GroupId"],
        bool(each["IsEgress"]),
        protocol,
        next((peer for peer in peers if peer), ""),
        ports,
    )


def interface(each: Mapping[str, Any]) -> Interface:
    return Interface(
        each["NetworkInterfaceId"],
        each.get("SubnetId", ""),
        each.get("InterfaceType", "interface"),
        each.get("PrivateIpAddress", ""),
        (each.get("Association") or {}).get("PublicIp", ""),
        tuple(sorted(one["GroupId"] for one in each.get("Groups") or ())),
    )
