"""Samples of networks and gateways."""

from __future__ import annotations

from tests.aws.sample import Instead, Sample, World


def new_vpc(world: World, *, ipv6: bool = False) -> str:
    answer = world.client("ec2").create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=ipv6)
    return answer["Vpc"]["VpcId"]


def new_subnet(world: World, vpc: str, cidr: str = "10.9.1.0/24") -> str:
    return world.client("ec2").create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]


def new_gateway(world: World, vpc: str | None = None) -> str:
    ec2 = world.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    if vpc:
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return gateway


def new_table(world: World, vpc: str) -> str:
    return world.client("ec2").create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]


def new_group(world: World, vpc: str, name: str = "group") -> str:
    answer = world.client("ec2").create_security_group(VpcId=vpc, GroupName=name, Description="of a test")
    return answer["GroupId"]


def new_nat(world: World, subnet: str) -> str:
    ec2 = world.client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    return ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]


def retag(world: World):
    """Drift that any tagged EC2 resource can have."""
    return lambda id: world.client("ec2").create_tags(Resources=[id], Tags=[{"Key": "Name", "Value": "drifted"}])


def vpc(world: World) -> Sample:
    return Sample(
        first={"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "one", "drop": "me"}},
        second={
            "cidrBlock": "10.1.0.0/16",
            "enableDnsHostnames": False,
            "enableDnsSupport": False,
            "enableNetworkAddressUsageMetrics": True,
            "assignGeneratedIpv6CidrBlock": True,
            "tags": {"Name": "two", "more": ""},
        },
        drift=lambda id: world.client("ec2").modify_vpc_attribute(VpcId=id, EnableDnsHostnames={"Value": False}),
        replacements={"cidrBlock": "10.2.0.0/16", "instanceTenancy": "dedicated", "region": "us-west-2"},
    )


def subnet(world: World) -> Sample:
    network = new_vpc(world, ipv6=True)
    block = world.client("ec2").describe_vpcs(VpcIds=[network])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]
    ipv6 = block["Ipv6CidrBlock"].replace("/56", "/64")
    where = {"vpcId": network, "cidrBlock": "10.9.1.0/24", "availabilityZone": "us-east-1a"}
    return Sample(
        first={**where, "mapPublicIpOnLaunch": True, "tags": {"Name": "one"}},
        second={
            **where,
            "ipv6CidrBlock": ipv6,
            "assignIpv6AddressOnCreation": True,
            "enableResourceNameDnsARecordOnLaunch": True,
            "tags": {"Name": "two"},
        },
        drift=lambda id: world.client("ec2").modify_subnet_attribute(SubnetId=id, MapPublicIpOnLaunch={"Value": False}),
        replacements={
            "vpcId": new_vpc(world),
            "cidrBlock": "10.9.2.0/24",
            "availabilityZone": "us-east-1b",
            "availabilityZoneId": Instead(availabilityZone=None, availabilityZoneId="use1-az4"),
        },
    )


def internet_gateway(world: World) -> Sample:
    first, second = new_vpc(world), new_vpc(world)
    return Sample(
        first={"vpcId": first, "tags": {"Name": "one"}},
        second={"vpcId": second, "tags": {"Name": "two", "more": "x"}},
        drift=lambda id: world.client("ec2").detach_internet_gateway(InternetGatewayId=id, VpcId=first),
    )


def eip(world: World) -> Sample:
    subnet = new_subnet(world, new_vpc(world))
    cards = [
        world.client("ec2").create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
        for _ in range(2)
    ]
    return Sample(
        first={"domain": "vpc", "networkInterface": cards[0], "tags": {"Name": "one"}},
        second={"domain": "vpc", "networkInterface": cards[1], "tags": {"Name": "two"}},
        drift=retag(world),
        replacements={"address": "192.0.2.7"},
        fixed=frozenset({"domain"}),  # `vpc` is the only value that AWS still takes
    )


def nat_gateway(world: World) -> Sample:
    network = new_vpc(world)
    ec2 = world.client("ec2")
    addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2)]
    first = {"subnetId": new_subnet(world, network), "allocationId": addresses[0], "tags": {"Name": "one"}}
    return Sample(
        first=first,
        second={**first, "tags": {"Name": "two"}},
        drift=lambda id: ec2.delete_nat_gateway(NatGatewayId=id),
        replacements={
            "subnetId": new_subnet(world, network, "10.9.2.0/24"),
            "allocationId": addresses[1],
            "connectivityType": Instead(connectivityType="private", allocationId=None),
        },
    )


SAMPLES = {
    "aws:ec2/vpc:Vpc": vpc,
    "aws:ec2/subnet:Subnet": subnet,
    "aws:ec2/internetGateway:InternetGateway": internet_gateway,
    "aws:ec2/eip:Eip": eip,
    "aws:ec2/natGateway:NatGateway": nat_gateway,
}
