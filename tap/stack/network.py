"""Subnets, NAT gateways and route tables, zone by zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tap.stack.addressing import ZonePlan
from tap.stack.scope import Scope
from tap.stack.security_rules import ANYWHERE

COMPONENT = "networking"


@dataclass(frozen=True)
class ZoneSubnets:
    public: aws.ec2.Subnet
    private: aws.ec2.Subnet


def subnets(scope: Scope, vpc_id: pulumi.Input[str], plan: ZonePlan) -> ZoneSubnets:
    """One zone's public and private subnet."""
    public, private = f"public-subnet-{plan.zone}", f"private-subnet-{plan.zone}"
    return ZoneSubnets(
        public=aws.ec2.Subnet(
            scope.names.of(public),
            vpc_id=vpc_id,
            availability_zone=plan.zone,
            cidr_block=plan.public_cidr,
            map_public_ip_on_launch=True,
            tags=scope.tags(public, COMPONENT),
            opts=scope.options(keep=True),
        ),
        private=aws.ec2.Subnet(
            scope.names.of(private),
            vpc_id=vpc_id,
            availability_zone=plan.zone,
            cidr_block=plan.private_cidr,
            tags=scope.tags(private, COMPONENT),
            opts=scope.options(keep=True),
        ),
    )


def nat_zones(choice: str, zones: Sequence[str]) -> list[str]:
    """The zones that get a NAT gateway. A single one stands in the zone of the lowest letter, whatever the order."""
    match choice:
        case "per-az":
            return list(zones)
        case "single":
            return [min(zones)]
        case _:
            return []


def nat_gateway(scope: Scope, zone: str, subnet: aws.ec2.Subnet, igw: aws.ec2.InternetGateway) -> aws.ec2.NatGateway:
    """One zone's Elastic IP and NAT gateway.

    Both wait for the internet gateway, which makes it wait for them on destroy: AWS does not detach it while an
    address is mapped.
    """
    address, gateway = f"nat-eip-{zone}", f"nat-{zone}"
    eip = aws.ec2.Eip(
        scope.names.of(address),
        domain="vpc",
        tags=scope.tags(address, COMPONENT),
        opts=scope.options(after=[igw], keep=True),
    )
    return aws.ec2.NatGateway(
        scope.names.of(gateway),
        allocation_id=eip.id,
        subnet_id=subnet.id,
        tags=scope.tags(gateway, COMPONENT),
        opts=scope.options(after=[igw], keep=True, delete_first=True),
    )


def route_table(scope: Scope, role: str, vpc_id: pulumi.Input[str]) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(
        scope.names.of(role), vpc_id=vpc_id, tags=scope.tags(role, COMPONENT), opts=scope.options(keep=True)
    )


def public_routes(
    scope: Scope, table: aws.ec2.RouteTable, igw: aws.ec2.InternetGateway, zones: Mapping[str, ZoneSubnets]
) -> None:
    """The public table's way out, and every public subnet's association with it."""
    aws.ec2.Route(
        scope.names.of("public-default-route"),
        route_table_id=table.id,
        destination_cidr_block=ANYWHERE,
        gateway_id=igw.id,
        opts=scope.options(delete_first=True),
    )
    for zone, pair in zones.items():
        _associate(scope, f"public-rta-{zone}", table, pair.public)


def private_routes(
    scope: Scope, zone: str, table: aws.ec2.RouteTable, nat: aws.ec2.NatGateway | None, subnet: aws.ec2.Subnet
) -> None:
    """One private table's way out, if it has any, and its subnet's association with it."""
    if nat is not None:
        aws.ec2.Route(
            scope.names.of(f"private-default-route-{zone}"),
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=nat.id,
            opts=scope.options(delete_first=True),
        )
    _associate(scope, f"private-rta-{zone}", table, subnet)


def _associate(scope: Scope, role: str, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet) -> None:
    aws.ec2.RouteTableAssociation(
        scope.names.of(role), route_table_id=table.id, subnet_id=subnet.id, opts=scope.options()
    )


def s3_endpoint(scope: Scope, vpc_id: pulumi.Input[str], tables: Sequence[aws.ec2.RouteTable]) -> aws.ec2.VpcEndpoint:
    """S3 reached without a NAT gateway, free of charge. Two on one table conflict, hence delete first."""
    return aws.ec2.VpcEndpoint(
        scope.names.of("s3-endpoint"),
        vpc_id=vpc_id,
        service_name=f"com.amazonaws.{scope.site.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=[table.id for table in tables],
        tags=scope.tags("s3-endpoint", COMPONENT),
        opts=scope.options(delete_first=True),
    )
