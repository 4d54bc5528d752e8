"""What is special about the EC2 types, looked at in the embedded AWS."""

from __future__ import annotations

import pytest

from tests.aws.samples_ec2_network import new_gateway, new_group, new_nat, new_subnet, new_table, new_vpc
from tests.aws.samples_ec2_routing import interface_endpoint_inputs

DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NAT = "aws:ec2/natGateway:NatGateway"
ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"


@pytest.fixture
def ec2(world):
    return world.client("ec2")


@pytest.fixture
def create(provider):
    def create(token, news):
        urn = f"urn:pulumi:test::tap::{token}::thing"
        checked = provider.check(urn, {}, news, b"seed")
        assert checked.failures == ()
        return provider.create(urn, checked.inputs, 0, preview=False)

    return create


@pytest.fixture
def delete(provider):
    return lambda token, made: provider.delete(f"urn:pulumi:test::tap::{token}::thing", made.id, {}, made.outputs, 0)


@pytest.mark.parametrize("ipv6", [False, True])
def test_a_new_security_group_lets_nothing_out(create, ec2, world, ipv6):
    made = create(GROUP, {"vpcId": new_vpc(world, ipv6=ipv6)})
    group = ec2.describe_security_groups(GroupIds=[made.id])["SecurityGroups"][0]

    assert group["IpPermissionsEgress"] == []
    assert made.outputs["egress"] == []


def test_the_default_security_group_is_adopted_emptied_and_left_behind(create, delete, ec2, world):
    network = new_vpc(world)
    made = create(DEFAULT_GROUP, {"vpcId": network})
    filters = [{"Name": "vpc-id", "Values": [network]}, {"Name": "group-name", "Values": ["default"]}]
    group = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    delete(DEFAULT_GROUP, made)

    assert made.id == group["GroupId"]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])
    assert len(ec2.describe_security_groups(Filters=filters)["SecurityGroups"]) == 1


def test_rules_of_their_own_are_none_of_the_groups_business(create, provider, world):
    network = new_vpc(world)
    group = create(GROUP, {"vpcId": network})
    rule = {"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "cidrIpv4": "10.0.0.0/8"}
    create(INGRESS, rule)
    urn = f"urn:pulumi:test::tap::{GROUP}::thing"
    inputs = provider.check(urn, {}, {"vpcId": network, "name": group.outputs["name"]}, b"seed").inputs
    seen = provider.read(urn, group.id, inputs, group.outputs)

    assert seen.outputs["ingress"][0]["cidrBlocks"] == ["10.0.0.0/8"]
    assert not provider.diff(urn, group.id, inputs, seen.outputs, inputs, ()).changes


def test_a_rule_that_refers_to_a_group_keeps_its_description(create, world):
    network = new_vpc(world)
    group, source = new_group(world, network), new_group(world, network, "source")
    rule = {"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "description": "from web"}
    made = create(INGRESS, {**rule, "referencedSecurityGroupId": source, "tags": {"Name": "x"}})

    assert made.outputs["description"] == "from web"
    assert made.outputs["referencedSecurityGroupId"] == source
    assert made.outputs["securityGroupRuleId"] == made.id
    assert made.outputs["arn"].endswith(f":security-group-rule/{made.id}")


def test_a_route_has_the_id_that_the_real_provider_gives_it(create, provider, world):
    network = new_vpc(world)
    table, gateway = new_table(world, network), new_gateway(world, network)
    made = create(ROUTE, {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway})
    imported = provider.read(f"urn:pulumi:test::tap::{ROUTE}::thing", f"{table}_0.0.0.0/0", {}, {})

    assert made.id == f"r-{table}1080289494"
    assert made.outputs["state"] == "active"
    assert imported.id == made.id
    assert imported.inputs["gatewayId"] == gateway


def test_a_table_without_routes_of_its_own_leaves_others_alone(create, provider, ec2, world):
    network = new_vpc(world)
    table = create(TABLE, {"vpcId": network})
    ec2.create_route(RouteTableId=table.id, DestinationCidrBlock="0.0.0.0/0", GatewayId=new_gateway(world, network))
    urn = f"urn:pulumi:test::tap::{TABLE}::thing"
    inputs = provider.check(urn, {}, {"vpcId": network}, b"seed").inputs
    tagged = provider.check(urn, inputs, {"vpcId": network, "tags": {"Name": "x"}}, b"seed").inputs
    outputs = provider.update(urn, table.id, inputs, table.outputs, tagged, 0, preview=False)
    emptied = provider.check(urn, tagged, {"vpcId": network, "routes": []}, b"seed").inputs

    assert [route["cidrBlock"] for route in outputs["routes"]] == ["0.0.0.0/0"]
    assert not provider.diff(urn, table.id, tagged, outputs, tagged, ()).changes
    assert provider.update(urn, table.id, tagged, outputs, emptied, 0, preview=False)["routes"] == []


def test_an_association_that_moved_is_found_under_its_old_id(create, provider, world):
    network = new_vpc(world)
    subnet, first, second = new_subnet(world, network), new_table(world, network), new_table(world, network)
    made = create(ASSOCIATION, {"subnetId": subnet, "routeTableId": first})
    urn = f"urn:pulumi:test::tap::{ASSOCIATION}::thing"
    olds = provider.check(urn, {}, {"subnetId": subnet, "routeTableId": first}, b"seed").inputs
    news = provider.check(urn, olds, {"subnetId": subnet, "routeTableId": second}, b"seed").inputs
    outputs = provider.update(urn, made.id, olds, made.outputs, news, 0, preview=False)
    seen = provider.read(urn, made.id, news, outputs)
    provider.delete(urn, made.id, news, outputs, 0)

    assert outputs["id"] != made.id
    assert seen.id == outputs["id"]
    assert provider.read(urn, made.id, news, outputs) is None


def test_an_address_and_a_subnet_can_go_when_the_nat_gateway_is_gone(create, delete, ec2, world):
    subnet = new_subnet(world, new_vpc(world))
    address = create("aws:ec2/eip:Eip", {"domain": "vpc"})
    gateway = create(NAT, {"subnetId": subnet, "allocationId": address.id})
    delete(NAT, gateway)
    delete("aws:ec2/eip:Eip", address)

    assert gateway.outputs["publicIp"] == address.outputs["publicIp"]
    assert ec2.describe_nat_gateways(NatGatewayIds=[gateway.id])["NatGateways"][0]["State"] == "deleted"
    assert (
        ec2.describe_addresses(PublicIps=[], Filters=[{"Name": "allocation-id", "Values": [address.id]}])["Addresses"]
        == []
    )


def test_the_end_of_a_nat_gateway_is_waited_for(clients, create, delete, world):
    """AWS takes minutes; the embedded one is quicker than it can be asked, so its answers are made to lag."""
    gateway = create(NAT, {"subnetId": new_subnet(world, new_vpc(world)), "connectivityType": "private"})
    told: list[str] = []

    def lagging(parsed, **_):
        for each in parsed["NatGateways"]:
            if each["State"] == "deleted" and told.count("deleting") < 2:
                each["State"] = "deleting"
            told.append(each["State"])

    events = clients.client("ec2").meta.events
    events.register("after-call.ec2.DescribeNatGateways", lagging)
    try:
        delete(NAT, gateway)
    finally:
        events.unregister("after-call.ec2.DescribeNatGateways", lagging)

    assert told == ["available", "deleting", "deleting", "deleted"]


def test_a_private_nat_gateway_needs_no_address(create, world):
    made = create(NAT, {"subnetId": new_subnet(world, new_vpc(world)), "connectivityType": "private"})

    assert made.outputs["allocationId"] == ""
    assert made.outputs["privateIp"]


def test_a_gateway_endpoint_knows_the_addresses_of_its_service(create, delete, ec2, world):
    network = new_vpc(world)
    tables = [new_table(world, network) for _ in range(2)]
    made = create(
        ENDPOINT, {"vpcId": network, "serviceName": "com.amazonaws.us-east-1.s3", "routeTableIds": tables[:1]}
    )
    ec2.modify_vpc_endpoint(VpcEndpointId=made.id, AddRouteTableIds=tables[1:])
    delete(ENDPOINT, made)

    assert made.outputs["prefixListId"].startswith("pl-")
    assert made.outputs["cidrBlocks"]
    assert made.outputs["state"] == "available"
    assert ec2.describe_vpc_endpoints(VpcEndpointIds=[made.id])["VpcEndpoints"][0]["State"] == "deleted"


def test_an_interface_endpoint_stands_in_its_subnets(create, world):
    inputs = interface_endpoint_inputs(world)
    made = create(ENDPOINT, inputs)

    assert made.outputs["subnetIds"] == inputs["subnetIds"]
    assert made.outputs["securityGroupIds"] == inputs["securityGroupIds"]
    assert made.outputs["privateDnsEnabled"] is True
    assert len(made.outputs["networkInterfaceIds"]) == 1
    assert made.outputs["dnsEntries"][0]["dnsName"]


def test_a_table_in_use_is_freed_before_it_is_deleted(create, delete, ec2, world):
    network = new_vpc(world)
    table = create(TABLE, {"vpcId": network})
    ec2.associate_route_table(RouteTableId=table.id, SubnetId=new_subnet(world, network))
    new_nat(world, new_subnet(world, network, "10.9.2.0/24"))
    delete(TABLE, table)

    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [network]}])["RouteTables"]
    assert table.id not in [each["RouteTableId"] for each in tables]
