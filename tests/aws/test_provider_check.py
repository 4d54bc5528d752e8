"""From what a program wrote to what is stored."""

from __future__ import annotations

import json

import pytest

from tap.aws.provider import AwsProvider
from tap.engine.values import UNKNOWN


def urn(token, name="thing"):
    return f"urn:pulumi:test::tap::{token}::{name}"


VPC = "aws:ec2/vpc:Vpc"
ROLE = "aws:iam/role:Role"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}


@pytest.fixture
def provider():
    """Checking touches nothing: there is no AWS behind this provider."""
    provider = AwsProvider(None)
    provider.configure({"region": "us-east-1", "defaultTags": '{"tags":{"team":"tap","stage":"test"}}'})
    return provider


def check(provider, token, news, olds=None, seed=b"seed", name="thing"):
    return provider.check(urn(token, name), olds or {}, news, seed)


def reasons(result):
    return {failure.property: failure.reason for failure in result.failures}


def test_defaults_region_and_all_tags_are_filled_in(provider):
    result = check(provider, VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"stage": "mine"}, "enableDnsHostnames": None})

    assert result.inputs == {
        "__defaults": ["enableDnsSupport", "instanceTenancy"],
        "cidrBlock": "10.0.0.0/16",
        "enableDnsSupport": True,
        "instanceTenancy": "default",
        "region": "us-east-1",
        "tags": {"stage": "mine"},
        "tagsAll": {"team": "tap", "stage": "mine"},
    }


def test_a_newer_type_has_neither_defaults_nor_all_tags_among_its_inputs(provider):
    rule = {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    result = check(provider, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", rule)

    assert result.inputs == {**rule, "region": "us-east-1"}


def test_nested_objects_say_what_was_defaulted_in_them_too(provider):
    routes = [{"cidrBlock": "0.0.0.0/0", "gatewayId": UNKNOWN}]
    result = check(provider, "aws:ec2/routeTable:RouteTable", {"vpcId": UNKNOWN, "routes": routes})

    assert result.failures == ()
    assert result.inputs["routes"] == [{"__defaults": [], "cidrBlock": "0.0.0.0/0", "gatewayId": UNKNOWN}]


def test_an_unknown_type_is_refused_by_name_and_urn(provider):
    result = check(provider, "aws:ec2/vpcs:Vpcs", {})

    reason = reasons(result)[""]
    assert "aws:ec2/vpcs:Vpcs" in reason
    assert urn("aws:ec2/vpcs:Vpcs") in reason
    assert "did you mean" in reason


def test_everything_wrong_with_the_properties_is_named_at_once(provider):
    result = check(
        provider,
        "aws:ec2/subnet:Subnet",
        {"cidrBlok": "10.0.0.0/24", "outpostArn": "arn:x", "mapPublicIpOnLaunch": "perhaps", "tags": ["a"]},
    )

    found = reasons(result)
    assert found["cidrBlok"] == "aws:ec2/subnet:Subnet has no property cidrBlok; did you mean cidrBlock?"
    assert found["outpostArn"] == (
        "property outpostArn of aws:ec2/subnet:Subnet is not supported by the embedded engine"
    )
    assert "missing required property vpcId" in found["vpcId"]
    assert found["mapPublicIpOnLaunch"] == "mapPublicIpOnLaunch must be a bool, not 'perhaps'"
    assert "tags must be an object" in found["tags"]


def test_an_unknown_property_of_a_nested_object_is_named(provider):
    routes = [{"cidrBlocks": "0.0.0.0/0"}]
    result = check(provider, "aws:ec2/routeTable:RouteTable", {"vpcId": "vpc-1", "routes": routes})

    assert reasons(result)["routes"] == "routes[0] has no property cidrBlocks; did you mean cidrBlock?"


def test_what_the_real_provider_would_refuse_is_refused(provider):
    rule = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", "cidrIpv6": "::/0"}
    result = check(provider, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule)

    assert len(result.failures) == 2
    assert "exactly one of" in reasons(result)[""]
    assert "fromPort" in reasons(result)


def test_text_becomes_the_kind_that_the_schema_has(provider):
    rule = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": "80", "toPort": 80.0, "cidrIpv4": "10.0.0.0/8"}
    result = check(provider, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule)
    subnet = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": "true", "tags": {"n": 1}}

    assert (result.inputs["fromPort"], result.inputs["toPort"]) == (80, 80)
    assert isinstance(result.inputs["toPort"], int)
    assert check(provider, "aws:ec2/subnet:Subnet", subnet).inputs["mapPublicIpOnLaunch"] is True
    assert check(provider, "aws:ec2/subnet:Subnet", subnet).inputs["tags"] == {"n": "1"}


def test_a_generated_name_stays_and_is_the_same_for_the_same_seed(provider):
    first = check(provider, GROUP, {"vpcId": "vpc-1"}).inputs
    again = check(provider, GROUP, {"vpcId": "vpc-1", "tags": {"a": "b"}}, olds=first, seed=b"other").inputs

    assert first["name"].startswith("thing-")
    assert len(first["name"]) == len("thing-") + 7
    assert first["__defaults"] == ["description", "name"]
    assert again["name"] == first["name"]
    assert again["__defaults"] == ["description", "name"]
    assert check(provider, GROUP, {"vpcId": "vpc-1"}).inputs == first
    assert check(provider, GROUP, {"vpcId": "vpc-1"}, seed=b"other").inputs["name"] != first["name"]


def test_a_name_that_the_program_chose_is_no_default(provider):
    first = check(provider, GROUP, {"vpcId": "vpc-1", "name": "chosen"}).inputs
    later = check(provider, GROUP, {"vpcId": "vpc-1"}, olds=first).inputs

    assert first["__defaults"] == ["description"]
    assert later["name"] != "chosen"


def test_a_name_prefix_leaves_the_name_to_the_creation(provider):
    result = check(provider, GROUP, {"vpcId": "vpc-1", "namePrefix": "web-"})

    assert "name" not in result.inputs


def test_a_logical_name_that_is_too_long_is_an_error_and_never_cut(provider):
    name = "r" * 60
    result = check(provider, ROLE, {"assumeRolePolicy": TRUST}, name=name)

    assert reasons(result) == {"name": f"name '{name}-' plus 7 random chars is longer than maximum length 64"}


def test_json_documents_are_stored_as_normalised_text(provider):
    as_text = check(provider, ROLE, {"assumeRolePolicy": json.dumps(TRUST, indent=4)}).inputs
    as_object = check(provider, ROLE, {"assumeRolePolicy": json.dumps(dict(reversed(TRUST.items())))}).inputs

    assert as_text["assumeRolePolicy"] == as_object["assumeRolePolicy"]
    assert "\n" not in as_text["assumeRolePolicy"]
    assert "region" not in as_text


def test_a_document_that_is_no_json_is_named(provider):
    result = check(provider, ROLE, {"assumeRolePolicy": "{not json"})

    assert "assumeRolePolicy is not a JSON document" in reasons(result)["assumeRolePolicy"]


def test_what_only_the_run_will_know_stays_unknown(provider):
    result = check(provider, VPC, {"cidrBlock": UNKNOWN, "tags": {"Name": UNKNOWN}})
    all_unknown = check(provider, VPC, {"cidrBlock": "10.0.0.0/16", "tags": UNKNOWN})

    assert result.failures == ()
    assert result.inputs["tagsAll"] == {"team": "tap", "stage": "test", "Name": UNKNOWN}
    assert all_unknown.inputs["tagsAll"] is UNKNOWN


def test_checking_what_was_checked_changes_nothing(provider):
    news = {"vpcId": "vpc-1", "ingress": [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "self": True}]}
    first = check(provider, GROUP, news).inputs

    assert check(provider, GROUP, news, olds=first).inputs == first


def test_the_tag_by_which_creations_are_found_is_refused(provider):
    result = check(provider, VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"tap:mark": "x", "tap:marks": "y"}})

    assert [failure.property for failure in result.failures] == ["tags"]
    assert "choose another key" in result.failures[0].reason
