"""What can be chosen: costs, and how careful a destroy is."""

import pytest

from tests.stack.recorder import Recording, record

PROTECTED = {
    *("Vpc", "Subnet", "InternetGateway", "Eip", "NatGateway", "RouteTable", "SecurityGroup"),
    *("Bucket", "BucketVersioning", "BucketServerSideEncryptionConfiguration", "BucketPublicAccessBlock"),
    *("BucketOwnershipControls", "BucketPolicy", "Key", "LogGroup"),
}


def private_ways_out(run: Recording) -> dict[str, str]:
    return {one.name: one.inputs["natGatewayId"] for one in run.of_kind("Route") if "natGatewayId" in one.inputs}


def test_a_single_nat_gateway_serves_all_zones():
    run = record(config={"tap:nat_gateways": "single"})

    assert run.only("NatGateway").inputs["subnetId"] == "tap-public-subnet-us-east-1a-test-id"
    assert len(run.of_kind("Eip")) == 1
    assert private_ways_out(run) == {
        "tap-private-default-route-us-east-1a-test": "tap-nat-us-east-1a-test-id",
        "tap-private-default-route-us-east-1b-test": "tap-nat-us-east-1a-test-id",
    }


def test_without_nat_gateways_private_subnets_have_no_way_out_but_a_table():
    run = record(config={"tap:nat_gateways": "none"})

    assert run.of_kind("NatGateway") == run.of_kind("Eip") == []
    assert private_ways_out(run) == {}
    assert len(run.of_kind("RouteTableAssociation")) == 4


def test_s3_is_reached_from_the_private_tables_without_a_nat_gateway(default: Recording):
    endpoint = default.only("VpcEndpoint").inputs

    assert endpoint["serviceName"] == "com.amazonaws.us-east-1.s3"
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert endpoint["routeTableIds"] == [
        "tap-private-rt-us-east-1a-test-id",
        "tap-private-rt-us-east-1b-test-id",
    ]
    assert record(config={"tap:s3_gateway_endpoint": "false"}).of_kind("VpcEndpoint") == []


def test_retention_threshold_and_email_are_what_was_chosen():
    run = record(config={"tap:log_retention_days": "7", "tap:cpu_alarm_threshold": "62.5"})

    assert {one.inputs["retentionInDays"] for one in run.of_kind("LogGroup")} == {7}
    assert run.only("MetricAlarm").inputs["threshold"] == 62.5
    assert run.of_kind("TopicSubscription") == []


def test_data_and_network_are_protected_and_kept_on_destroy(default: Recording):
    assert {one.kind for one in default.cloud() if one.protect} == PROTECTED
    assert [one.name for one in default.cloud() if one.kind in PROTECTED and not one.protect] == []
    assert [one.name for one in default.of_kind("Bucket") if one.inputs.get("forceDestroy")] == []
    assert [one.inputs["deletionWindowInDays"] for one in default.of_kind("Key")] == [30, 30]


def test_a_disposable_stack_can_be_destroyed_whole():
    run = record(config={"tap:disposable": "true"})

    assert [one.name for one in run.cloud() if one.protect] == []
    assert [one.inputs["forceDestroy"] for one in run.of_kind("Bucket")] == [True, True, True]
    assert [one.inputs["deletionWindowInDays"] for one in run.of_kind("Key")] == [7, 7]


@pytest.mark.parametrize("switch", ["tap:nat_gateways", "tap:disposable", "tap:s3_gateway_endpoint"])
def test_a_switch_changes_no_other_resources_identity(default: Recording, switch):
    value = {"tap:nat_gateways": "none", "tap:disposable": "true", "tap:s3_gateway_endpoint": "false"}[switch]
    switched = record(config={"tap:alarm_email": "ops@example.com", switch: value}).resources.keys()
    gone = {urn.rsplit("::", 1)[1] for urn in default.resources.keys() - switched}

    assert switched <= default.resources.keys()
    assert all("nat" in name or "private-default-route" in name or "s3-endpoint" in name for name in gone)
