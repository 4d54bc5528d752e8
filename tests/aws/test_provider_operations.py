"""What the provider does in AWS, and what it says when AWS, the way to it, or an emulator fails."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.exceptions import ConnectTimeoutError

from tap.aws.provider import AwsProvider
from tap.engine.provider import PartialFailureError, ProviderError
from tap.local_aws.clients import Clients
from tests.aws.handling import tags_in
from tests.aws.sample import unique
from tests.aws.samples_ec2_network import new_subnet, new_vpc

VPC = "urn:pulumi:test::tap::aws:ec2/vpc:Vpc::thing"
GROUP = "urn:pulumi:test::tap::aws:ec2/securityGroup:SecurityGroup::thing"
SUBNET = "urn:pulumi:test::tap::my:component:Network$aws:ec2/subnet:Subnet::thing"


class Answer:
    """What botocore looks at in an HTTP answer."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.fixture
def calls(embedded_aws):
    """A provider with clients of its own, whose calls are listed and may be made to fail."""
    clients = Clients(embedded_aws.endpoint, "us-east-1")
    seen: list[str] = []
    faults: dict[str, object] = {}

    def before(model, **_):
        seen.append(model.name)
        fault = faults.get(model.name)
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            status, code = fault
            metadata = {"HTTPStatusCode": status}
            return Answer(status), {"Error": {"Code": code, "Message": "a fault"}, "ResponseMetadata": metadata}
        return None

    for service in ("ec2", "sts"):
        clients.client(service).meta.events.register("before-call", before)
    provider = AwsProvider(clients)
    provider.configure({"region": "us-east-1"})
    provider.seen, provider.faults = seen, faults
    yield provider
    clients.close()


def checked(provider, urn, news, olds=None):
    result = provider.check(urn, olds or {}, news, b"seed")
    assert result.failures == ()
    return result.inputs


def create(provider, urn, news, timeout=0):
    return provider.create(urn, checked(provider, urn, news), timeout, preview=False)


def test_a_subnet_is_made_with_one_call(calls, world):
    network = new_vpc(world)
    made = create(calls, SUBNET, {"vpcId": network, "cidrBlock": "10.9.1.0/24", "tags": {"Name": "x"}})

    assert calls.seen == ["CreateSubnet"]
    subnet = world.client("ec2").describe_subnets(SubnetIds=[made.id])["Subnets"][0]
    assert tags_in(subnet["Tags"]) == {"Name": "x"}


def test_a_switch_of_a_new_subnet_costs_one_call_and_one_look(calls, world):
    network = new_vpc(world)
    create(calls, SUBNET, {"vpcId": network, "cidrBlock": "10.9.1.0/24", "mapPublicIpOnLaunch": True})

    assert calls.seen == ["CreateSubnet", "ModifySubnetAttribute", "DescribeSubnets"]


def test_an_update_with_nothing_to_do_only_looks(calls, world):
    news = {"vpcId": new_vpc(world), "cidrBlock": "10.9.1.0/24"}
    inputs = checked(calls, SUBNET, news)
    made = create(calls, SUBNET, news)
    calls.seen.clear()
    calls.update(SUBNET, made.id, inputs, made.outputs, inputs, 0, preview=False)

    assert calls.seen == ["DescribeSubnets"]


def test_a_resource_in_another_region_is_made_there(calls, world):
    made = create(calls, VPC, {"cidrBlock": "10.7.0.0/16", "region": "eu-west-1"})
    found = world.client("ec2", "eu-west-1").describe_vpcs(VpcIds=[made.id])["Vpcs"]

    assert len(found) == 1
    assert made.outputs["region"] == "eu-west-1"
    assert ":eu-west-1:" in made.outputs["arn"]
    assert calls.read(VPC, f"{made.id}@eu-west-1", {}, {}).inputs["region"] == "eu-west-1"
    assert calls.read(VPC, made.id, {}, {}) is None


def test_default_tags_are_on_the_resource_and_not_among_its_own(calls, world):
    calls.configure({"region": "us-east-1", "defaultTags": '{"tags":{"team":"tap","stage":"test"}}'})
    made = create(calls, VPC, {"cidrBlock": "10.7.0.0/16", "tags": {"stage": "test"}})
    tags = world.client("ec2").describe_vpcs(VpcIds=[made.id])["Vpcs"][0]["Tags"]

    assert tags_in(tags) == {"team": "tap", "stage": "test"}
    assert made.outputs["tags"] == {"stage": "test"}
    assert made.outputs["tagsAll"] == {"team": "tap", "stage": "test"}


def test_tags_that_the_configuration_ignores_are_neither_seen_nor_taken_away(calls, world):
    calls.configure({"region": "us-east-1", "ignoreTags": '{"keys":["owner"],"keyPrefixes":["k8s/"]}'})
    news = {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "a"}}
    inputs = checked(calls, VPC, news)
    made = create(calls, VPC, news)
    foreign = [{"Key": "owner", "Value": "them"}, {"Key": "k8s/x", "Value": "y"}, {"Key": "other", "Value": "z"}]
    world.client("ec2").create_tags(Resources=[made.id], Tags=foreign)
    outputs = calls.update(VPC, made.id, inputs, made.outputs, inputs, 0, preview=False)
    left = world.client("ec2").describe_vpcs(VpcIds=[made.id])["Vpcs"][0]["Tags"]

    assert outputs["tagsAll"] == {"Name": "a"}
    assert tags_in(left).keys() == {"Name", "owner", "k8s/x"}


def test_a_refresh_keeps_the_keys_of_the_inputs_and_takes_the_values_of_aws(calls, world):
    news = {"cidrBlock": "10.7.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "a"}}
    inputs = checked(calls, VPC, news)
    made = create(calls, VPC, news)
    ec2 = world.client("ec2")
    ec2.modify_vpc_attribute(VpcId=made.id, EnableDnsHostnames={"Value": False})
    ec2.create_tags(Resources=[made.id], Tags=[{"Key": "Name", "Value": "b"}])
    seen = calls.read(VPC, made.id, inputs, made.outputs)

    assert seen.inputs == {
        **inputs,
        "enableDnsHostnames": False,
        "tags": {"Name": "b"},
        "tagsAll": {"Name": "b"},
    }


def test_metadata_is_what_the_real_provider_would_read_back(calls, world):
    subnet = create(calls, SUBNET, {"vpcId": new_vpc(world), "cidrBlock": "10.9.1.0/24"})

    assert json.loads(subnet.outputs["__meta"]) == {
        "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": {"create": 600_000_000_000, "delete": 1_200_000_000_000},
        "schema_version": "1",
    }


def test_a_refused_creation_names_the_operation_the_code_and_what_would_help(calls, world):
    network = new_vpc(world)
    new_subnet(world, network, "10.9.1.0/24")

    with pytest.raises(ProviderError) as caught:
        create(calls, SUBNET, {"vpcId": network, "cidrBlock": "10.9.1.0/24"})

    error = caught.value
    assert str(error).startswith("creating aws:ec2/subnet:Subnet: operation error CreateSubnet, StatusCode: 400, ")
    assert "api error InvalidSubnet.Conflict" in str(error)
    assert error.code == "InvalidSubnet.Conflict"
    assert "no other subnet" in error.hint
    assert not error.retryable
    assert not isinstance(error, PartialFailureError)


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        ((400, "RequestLimitExceeded"), "RequestLimitExceeded", True),
        ((500, "InternalError"), "InternalError", True),
        ((501, "NotImplemented"), "NotImplemented", False),
        ((403, "UnauthorizedOperation"), "UnauthorizedOperation", False),
        (ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"), "ConnectTimeoutError", True),
    ],
)
def test_whether_a_retry_can_help_is_said(calls, fault, code, retryable):
    calls.faults["CreateVpc"] = fault

    with pytest.raises(ProviderError) as caught:
        create(calls, VPC, {"cidrBlock": "10.7.0.0/16"})
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert caught.value.hint


@pytest.mark.parametrize("operation", ["ModifyVpcAttribute", "DescribeVpcs", "DescribeNetworkAcls"])
def test_what_was_made_is_never_lost_when_a_later_step_fails(calls, world, operation):
    calls.faults[operation] = (403, "UnauthorizedOperation")
    name = unique("partial")

    with pytest.raises(PartialFailureError) as caught:
        create(calls, VPC, {"cidrBlock": "10.7.0.0/16", "enableDnsHostnames": True, "tags": {"Name": name}})

    error = caught.value
    filters = [{"Name": "tag:Name", "Values": [name]}]
    assert [vpc["VpcId"] for vpc in world.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]] == [error.id]
    assert error.inputs["cidrBlock"] == "10.7.0.0/16"
    assert error.outputs["id"] == error.id
    assert error.code == "UnauthorizedOperation"
    assert error.hint

    calls.faults.clear()
    calls.update(VPC, error.id, error.inputs, error.outputs, error.inputs, 0, preview=False)
    attribute = world.client("ec2").describe_vpc_attribute(VpcId=error.id, Attribute="enableDnsHostnames")
    assert attribute["EnableDnsHostnames"]["Value"] is True


def test_an_update_that_stops_half_way_tells_what_it_did(calls):
    olds = checked(calls, VPC, {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "a"}})
    made = calls.create(VPC, olds, 0, preview=False)
    news = checked(calls, VPC, {"cidrBlock": "10.7.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "b"}}, olds)
    calls.faults["CreateTags"] = (400, "RequestLimitExceeded")

    with pytest.raises(PartialFailureError) as caught:
        calls.update(VPC, made.id, olds, made.outputs, news, 0, preview=False)
    assert caught.value.outputs["enableDnsHostnames"] is True
    assert caught.value.outputs["tags"] == {"Name": "a"}
    assert caught.value.retryable


def test_an_update_that_did_nothing_is_a_plain_failure(calls):
    olds = checked(calls, VPC, {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "a"}})
    made = calls.create(VPC, olds, 0, preview=False)
    news = checked(calls, VPC, {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "b"}}, olds)
    calls.faults["CreateTags"] = (400, "RequestLimitExceeded")

    with pytest.raises(ProviderError) as caught:
        calls.update(VPC, made.id, olds, made.outputs, news, 0, preview=False)
    assert not isinstance(caught.value, PartialFailureError)


def test_an_update_of_what_is_gone_says_what_to_do(calls):
    inputs = checked(calls, VPC, {"cidrBlock": "10.7.0.0/16"})

    with pytest.raises(ProviderError) as caught:
        calls.update(VPC, "vpc-00000000000000000", inputs, {"id": "vpc-00000000000000000"}, inputs, 0, preview=False)
    assert "no longer exists" in str(caught.value)
    assert "tap refresh" in caught.value.hint


def test_a_change_that_an_emulator_swallows_is_named(calls, world):
    network = new_vpc(world)
    urn = "urn:pulumi:test::tap::aws:ec2/vpcEndpoint:VpcEndpoint::thing"
    news = {"vpcId": network, "serviceName": "com.amazonaws.us-east-1.logs", "vpcEndpointType": "Interface"}
    news |= {"subnetIds": [new_subnet(world, network)], "privateDnsEnabled": True}
    olds = checked(calls, urn, news)
    made = calls.create(urn, olds, 0, preview=False)
    inputs = checked(calls, urn, {**news, "privateDnsEnabled": False}, olds)

    with pytest.raises(ProviderError, match="accepted the change of privateDnsEnabled and did not make it"):
        calls.update(urn, made.id, olds, made.outputs, inputs, 0, preview=False)


def test_what_is_still_in_use_is_waited_for_as_long_as_allowed_and_then_named(calls, world):
    made = create(calls, VPC, {"cidrBlock": "10.9.0.0/16"})
    subnet = new_subnet(world, made.id)

    with pytest.raises(ProviderError) as caught:
        calls.delete(VPC, made.id, {}, made.outputs, 0.2)
    assert caught.value.code == "DependencyViolation"

    timer = threading.Timer(0.3, lambda: world.client("ec2").delete_subnet(SubnetId=subnet))
    timer.start()
    calls.delete(VPC, made.id, {}, made.outputs, 20)
    timer.join()
    assert calls.read(VPC, made.id, {}, {}) is None


def test_cancelling_ends_a_wait_soon(calls, world):
    made = create(calls, VPC, {"cidrBlock": "10.9.0.0/16"})
    new_subnet(world, made.id)
    timer = threading.Timer(0.2, calls.cancel)
    timer.start()
    began = time.monotonic()

    with pytest.raises(ProviderError, match="cancelled while waiting for nothing to use") as caught:
        calls.delete(VPC, made.id, {}, made.outputs, 50)
    timer.join()
    assert caught.value.code == "Cancelled"
    assert time.monotonic() - began < 25


def test_a_group_named_by_prefix_gets_a_name_of_its_own(calls, world):
    made = create(calls, GROUP, {"vpcId": new_vpc(world), "namePrefix": "web-"})
    group = world.client("ec2").describe_security_groups(GroupIds=[made.id])["SecurityGroups"][0]

    assert group["GroupName"].startswith("web-")
    assert made.outputs["name"] == group["GroupName"]
    assert made.outputs["namePrefix"] == "web-"
