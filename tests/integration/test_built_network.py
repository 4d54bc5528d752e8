"""The network that `tap up` built, by boto3."""

from __future__ import annotations

from tests.integration.inventory import tags_of

ZONES = ("us-east-1a", "us-east-1b")


def test_the_vpc_resolves_and_gives_names(built):
    vpc = built.of("vpc")["tap-vpc-local"]

    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert vpc["enableDnsSupport"] is True
    assert vpc["enableDnsHostnames"] is True
    assert tags_of(vpc["Tags"])["Component"] == "networking"


def test_each_zone_has_its_public_and_private_subnet(built):
    seen = {
        name: (each["AvailabilityZone"], each["CidrBlock"], each["MapPublicIpOnLaunch"])
        for name, each in built.of("subnet").items()
    }

    assert seen == {
        "tap-public-subnet-us-east-1a-local": ("us-east-1a", "10.0.1.0/24", True),
        "tap-public-subnet-us-east-1b-local": ("us-east-1b", "10.0.2.0/24", True),
        "tap-private-subnet-us-east-1a-local": ("us-east-1a", "10.0.10.0/24", False),
        "tap-private-subnet-us-east-1b-local": ("us-east-1b", "10.0.11.0/24", False),
    }


def test_each_zone_has_a_nat_gateway_with_an_address_in_its_public_subnet(built):
    subnets, addresses = built.of("subnet"), built.of("address")
    gateways = built.of("nat gateway")

    assert gateways.keys() == {f"tap-nat-{zone}-local" for zone in ZONES}
    for zone in ZONES:
        gateway = gateways[f"tap-nat-{zone}-local"]
        assert gateway["State"] == "available"
        assert gateway["SubnetId"] == subnets[f"tap-public-subnet-{zone}-local"]["SubnetId"]
        assert gateway["AllocationIds"] == [addresses[f"tap-nat-eip-{zone}-local"]["AllocationId"]]
        assert addresses[f"tap-nat-eip-{zone}-local"]["Domain"] == "vpc"


def test_public_subnets_go_out_through_the_internet_gateway_and_private_ones_through_their_zones_nat(built):
    subnets = {each["SubnetId"]: name for name, each in built.of("subnet").items()}
    tables = {name: each for name, each in built.of("route table").items() if name != "?"}
    igw = built.of("internet gateway")["tap-igw-local"]
    nats = built.of("nat gateway")
    ways_out = {
        name: [
            route.get("GatewayId") or route["NatGatewayId"]
            for route in table["Routes"]
            if route.get("DestinationCidrBlock") == "0.0.0.0/0" and route["State"] == "active"
        ]
        for name, table in tables.items()
    }
    associated = {
        name: sorted(subnets[each["SubnetId"]] for each in table["Associations"]) for name, table in tables.items()
    }

    assert [each["VpcId"] for each in igw["Attachments"]] == [built.outputs["vpc_id"]]
    assert ways_out == {
        "tap-public-rt-local": [igw["InternetGatewayId"]],
        **{f"tap-private-rt-{zone}-local": [nats[f"tap-nat-{zone}-local"]["NatGatewayId"]] for zone in ZONES},
    }
    assert associated == {
        "tap-public-rt-local": [f"tap-public-subnet-{zone}-local" for zone in ZONES],
        **{f"tap-private-rt-{zone}-local": [f"tap-private-subnet-{zone}-local"] for zone in ZONES},
    }


def test_the_private_tables_reach_s3_through_a_gateway_endpoint(built):
    endpoint = built.of("vpc endpoint")["tap-s3-endpoint-local"]
    tables = built.of("route table")

    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.s3"
    assert endpoint["VpcId"] == built.outputs["vpc_id"]
    assert sorted(endpoint["RouteTableIds"]) == sorted(
        tables[f"tap-private-rt-{zone}-local"]["RouteTableId"] for zone in ZONES
    )


def test_the_security_groups_let_through_what_the_specification_says_and_no_more(built):
    groups = {each["GroupId"]: name for name, each in built.of("security group").items()}
    seen = set()
    for rule in built.of("security group rule").values():
        peer = rule.get("CidrIpv4") or groups[rule["ReferencedGroupInfo"]["GroupId"]]
        port = None if rule["IpProtocol"] == "-1" else (rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
        seen.add((groups[rule["GroupId"]], "out" if rule["IsEgress"] else "in", port, peer))

    assert seen == {
        ("tap-web-sg-local", "in", ("tcp", 80, 80), "0.0.0.0/0"),
        ("tap-web-sg-local", "in", ("tcp", 443, 443), "0.0.0.0/0"),
        ("tap-web-sg-local", "out", None, "0.0.0.0/0"),
        ("tap-app-sg-local", "in", ("tcp", 8080, 8080), "tap-web-sg-local"),
        ("tap-app-sg-local", "out", None, "0.0.0.0/0"),
        ("tap-db-sg-local", "in", ("tcp", 3306, 3306), "tap-app-sg-local"),
        ("tap-db-sg-local", "in", ("tcp", 5432, 5432), "tap-app-sg-local"),
        ("tap-ssh-sg-local", "in", ("tcp", 22, 22), "10.0.0.0/8"),
        ("tap-ssh-sg-local", "out", None, "0.0.0.0/0"),
    }


def test_the_vpcs_default_security_group_is_adopted_and_empty(built):
    group = built.of("security group")["tap-default-sg-local"]

    assert group["GroupName"] == "default"
    assert group["VpcId"] == built.outputs["vpc_id"]
    assert group["IpPermissions"] == group["IpPermissionsEgress"] == []
