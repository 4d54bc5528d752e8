"""Samples of routing, endpoints and flow logs."""

from __future__ import annotations

import json

from tests.aws.sample import Instead, Sample, World, unique
from tests.aws.samples_ec2_network import (
    new_gateway,
    new_group,
    new_nat,
    new_subnet,
    new_table,
    new_vpc,
    retag,
)


def route_table(world: World) -> Sample:
    network = new_vpc(world)
    gateway, nat = new_gateway(world, network), new_nat(world, new_subnet(world, network))
    return Sample(
        first={
            "vpcId": network,
            "routes": [
                {"cidrBlock": "0.0.0.0/0", "gatewayId": gateway},
                {"cidrBlock": "192.168.0.0/16", "natGatewayId": nat},
            ],
            "tags": {"Name": "one"},
        },
        second={
            "vpcId": network,
            "routes": [
                {"cidrBlock": "172.16.0.0/12", "natGatewayId": nat},
                {"cidrBlock": "0.0.0.0/0", "natGatewayId": nat},
            ],
            "tags": {"Name": "two"},
        },
        drift=lambda id: world.client("ec2").delete_route(RouteTableId=id, DestinationCidrBlock="0.0.0.0/0"),
        replacements={"vpcId": new_vpc(world)},
    )


def route(world: World) -> Sample:
    network = new_vpc(world)
    gateway, nat = new_gateway(world, network), new_nat(world, new_subnet(world, network))
    table, other = new_table(world, network), new_table(world, network)
    first = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    ec2 = world.client("ec2")
    return Sample(
        first=first,
        second={"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat},
        drift=lambda _: ec2.replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat),
        import_id=lambda _: f"{table}_0.0.0.0/0",
        replacements={
            "routeTableId": other,
            "destinationCidrBlock": "10.0.0.0/8",
            "destinationIpv6CidrBlock": Instead(destinationCidrBlock=None, destinationIpv6CidrBlock="::/0"),
            "destinationPrefixListId": Instead(destinationCidrBlock=None, destinationPrefixListId="pl-1"),
        },
    )


def route_table_association(world: World) -> Sample:
    network = new_vpc(world)
    subnet = new_subnet(world, network)
    first, second = new_table(world, network), new_table(world, network)
    return Sample(
        first={"subnetId": subnet, "routeTableId": first},
        second={"subnetId": subnet, "routeTableId": second},
        drift=lambda id: world.client("ec2").replace_route_table_association(AssociationId=id, RouteTableId=second),
        import_id=lambda outputs: f"{subnet}/{outputs['routeTableId']}",
        replacements={
            "subnetId": new_subnet(world, network, "10.9.2.0/24"),
            "gatewayId": Instead(subnetId=None, gatewayId=new_gateway(world, network)),
        },
    )


def vpc_endpoint(world: World) -> Sample:
    network = new_vpc(world)
    tables = [new_table(world, network) for _ in range(3)]
    where = {"vpcId": network, "serviceName": "com.amazonaws.us-east-1.s3"}
    return Sample(
        first={**where, "routeTableIds": tables[:2], "tags": {"Name": "one"}},
        second={
            **where,
            "routeTableIds": [tables[2], tables[0]],
            "policy": json.dumps(
                {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": "*"}]}
            ),
            "tags": {"Name": "two"},
        },
        drift=lambda id: world.client("ec2").modify_vpc_endpoint(VpcEndpointId=id, RemoveRouteTableIds=tables[:1]),
        replacements={
            "vpcId": new_vpc(world),
            "serviceName": "com.amazonaws.us-east-1.dynamodb",
            "vpcEndpointType": "Interface",
        },
    )


def flow_log(world: World) -> Sample:
    network = new_vpc(world)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{unique('flows')}"
    role = "arn:aws:iam::123456789012:role/flows"
    first = {
        "vpcId": network,
        "trafficType": "ALL",
        "logDestination": f"{arn}:*",
        "iamRoleArn": role,
        "tags": {"Name": "one"},
    }
    return Sample(
        first=first,
        second={**first, "tags": {"Name": "two"}},
        drift=retag(world),
        replacements={
            "vpcId": new_vpc(world),
            "subnetId": Instead(vpcId=None, subnetId="subnet-1"),
            "eniId": Instead(vpcId=None, eniId="eni-1"),
            "trafficType": "REJECT",
            "logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:other",
            "logDestinationType": "s3",
            "iamRoleArn": f"{role}-2",
            "maxAggregationInterval": 60,
            "logFormat": "${version}",
        },
    )


def interface_endpoint_inputs(world: World) -> dict:
    network = new_vpc(world)
    return {
        "vpcId": network,
        "serviceName": "com.amazonaws.us-east-1.logs",
        "vpcEndpointType": "Interface",
        "subnetIds": [new_subnet(world, network)],
        "securityGroupIds": [new_group(world, network)],
        "privateDnsEnabled": True,
    }


SAMPLES = {
    "aws:ec2/routeTable:RouteTable": route_table,
    "aws:ec2/route:Route": route,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": route_table_association,
    "aws:ec2/vpcEndpoint:VpcEndpoint": vpc_endpoint,
    "aws:ec2/flowLog:FlowLog": flow_log,
}
