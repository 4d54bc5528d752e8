"""What would change, and how: wanted inputs against the outputs in the state."""

from __future__ import annotations

import json

import pytest

from tap.aws.provider import AwsProvider
from tap.engine.model import DiffKind
from tap.engine.values import UNKNOWN

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROLE = "aws:iam/role:Role"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

VPC_OUTPUTS = {
    "id": "vpc-1",
    "region": "us-east-1",
    "cidrBlock": "10.0.0.0/16",
    "instanceTenancy": "default",
    "enableDnsSupport": True,
    "enableDnsHostnames": True,
    "assignGeneratedIpv6CidrBlock": False,
    "tags": {"Name": "a"},
    "tagsAll": {"Name": "a"},
}


@pytest.fixture
def provider():
    """Comparing touches nothing: there is no AWS behind this provider."""
    provider = AwsProvider(None)
    provider.configure({"region": "us-east-1"})
    return provider


def diff(provider, token, news, outputs, ignore=()):
    urn = f"urn:pulumi:test::tap::{token}::thing"
    checked = provider.check(urn, {}, news, b"seed")
    assert checked.failures == ()
    return provider.diff(urn, outputs["id"], {}, outputs, checked.inputs, ignore)


def vpc(**changes):
    return {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "a"}, **changes}


def test_nothing_changes_where_nothing_changed(provider):
    result = diff(provider, VPC, vpc(), VPC_OUTPUTS)

    assert not result.changes
    assert result.detailed == {}


def test_what_is_left_out_and_filled_in_by_aws_does_not_change(provider):
    assert not diff(provider, VPC, vpc(enableDnsHostnames=None), VPC_OUTPUTS).changes


def test_what_is_left_out_goes_back_to_terraforms_falsy_default(provider):
    result = diff(provider, VPC, vpc(), {**VPC_OUTPUTS, "assignGeneratedIpv6CidrBlock": True})

    assert result.detailed == {"assignGeneratedIpv6CidrBlock": DiffKind.UPDATE}


def test_a_truthy_default_is_wanted_where_it_is_left_out(provider):
    result = diff(provider, VPC, vpc(), {**VPC_OUTPUTS, "enableDnsSupport": False})

    assert result.diffs == ("enableDnsSupport",)


def test_each_tag_is_a_path_of_its_own(provider):
    result = diff(provider, VPC, vpc(tags={"Name": "b", "kubernetes.io/role": "x"}), VPC_OUTPUTS)
    removed = diff(provider, VPC, vpc(tags=None), VPC_OUTPUTS)

    assert result.detailed == {
        "tags.Name": DiffKind.UPDATE,
        'tags["kubernetes.io/role"]': DiffKind.ADD,
        "tagsAll.Name": DiffKind.UPDATE,
        'tagsAll["kubernetes.io/role"]': DiffKind.ADD,
    }
    assert result.diffs == ("tags", "tagsAll")
    assert removed.detailed == {"tags": DiffKind.DELETE, "tagsAll": DiffKind.DELETE}


def test_default_tags_that_go_away_change_what_carries_them(provider):
    provider.configure({"region": "us-east-1", "defaultTags": '{"tags": {"team": "tap"}}'})
    result = diff(provider, VPC, vpc(), VPC_OUTPUTS)
    provider.configure({"region": "us-east-1"})
    outputs = {**VPC_OUTPUTS, "tagsAll": {"Name": "a", "team": "tap"}}

    assert result.detailed == {"tagsAll.team": DiffKind.ADD}
    assert diff(provider, VPC, vpc(), outputs).detailed == {"tagsAll.team": DiffKind.DELETE}


def test_who_ignores_tags_ignores_all_tags_too(provider):
    tags = {"Name": "b"}

    assert not diff(provider, VPC, vpc(tags=tags), VPC_OUTPUTS, ("tags",)).changes
    assert not diff(provider, VPC, vpc(tags=tags), VPC_OUTPUTS, ("tags.Name",)).changes
    assert diff(provider, VPC, vpc(tags=tags), VPC_OUTPUTS, ("tagsX",)).changes
    assert not diff(provider, VPC, vpc(cidrBlock="10.1.0.0/16"), VPC_OUTPUTS, ("cidrBlock",)).changes


def test_a_replacing_change_says_so_everywhere(provider):
    result = diff(provider, VPC, vpc(cidrBlock="10.1.0.0/16", enableDnsHostnames=False), VPC_OUTPUTS)

    assert result.replaces == ("cidrBlock",)
    assert result.detailed == {"cidrBlock": DiffKind.UPDATE_REPLACE, "enableDnsHostnames": DiffKind.UPDATE}
    assert not result.delete_before_replace


def test_another_region_replaces(provider):
    assert diff(provider, VPC, vpc(region="us-west-2"), VPC_OUTPUTS).replaces == ("region",)


def test_a_state_of_before_regions_does_not_replace(provider):
    assert not diff(provider, VPC, vpc(), {k: v for k, v in VPC_OUTPUTS.items() if k != "region"}).changes


def test_an_unknown_value_is_a_change_and_replaces_where_a_change_would(provider):
    outputs = {"id": "subnet-1", "region": "us-east-1", "vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24"}
    result = diff(provider, SUBNET, {"vpcId": UNKNOWN, "cidrBlock": "10.0.1.0/24"}, outputs)
    tag = diff(provider, VPC, vpc(tags={"Name": UNKNOWN}), VPC_OUTPUTS)

    assert result.replaces == ("vpcId",)
    assert result.detailed == {"vpcId": DiffKind.UPDATE_REPLACE}
    assert tag.detailed == {"tags.Name": DiffKind.UPDATE, "tagsAll.Name": DiffKind.UPDATE}


def test_tenancy_ends_in_place_and_begins_with_a_replacement(provider):
    ends = diff(provider, VPC, vpc(), {**VPC_OUTPUTS, "instanceTenancy": "dedicated"})
    begins = diff(provider, VPC, vpc(instanceTenancy="dedicated"), VPC_OUTPUTS)

    assert (ends.diffs, ends.replaces) == (("instanceTenancy",), ())
    assert begins.replaces == ("instanceTenancy",)


def test_a_chosen_name_is_deleted_first_and_a_generated_one_is_not(provider):
    outputs = {"id": "sg-1", "region": "us-east-1", "vpcId": "vpc-1", "name": "chosen"}
    outputs |= {"description": "Managed by Pulumi"}
    chosen = diff(provider, GROUP, {"vpcId": "vpc-2", "name": "chosen"}, outputs)
    generated = diff(provider, GROUP, {"vpcId": "vpc-2"}, outputs)

    assert chosen.delete_before_replace
    assert chosen.replaces == ("vpcId",)
    assert "vpcId" in generated.replaces
    assert not generated.delete_before_replace


def test_the_kind_of_a_rules_source_replaces_and_its_value_does_not(provider):
    outputs = {"id": "sgr-1", "region": "us-east-1", "securityGroupId": "sg-1", "ipProtocol": "tcp"}
    outputs |= {"fromPort": 80, "toPort": 80, "cidrIpv4": "10.0.0.0/8", "tags": None, "tagsAll": {}}
    rule = {"securityGroupId": "sg-1", "ipProtocol": "6", "fromPort": 80, "toPort": 80}

    assert not diff(provider, RULE, {**rule, "cidrIpv4": "10.0.0.0/8"}, outputs).changes
    assert diff(provider, RULE, {**rule, "cidrIpv4": "10.1.0.0/16"}, outputs).replaces == ()
    assert diff(provider, RULE, {**rule, "cidrIpv6": "::/0"}, outputs).replaces == ("cidrIpv4", "cidrIpv6")


def test_policies_are_compared_by_meaning(provider):
    def policy(actions, principal):
        statement = {"Effect": "Allow", "Action": actions, "Principal": {"AWS": principal}}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)

    outputs = {"id": "role", "name": "role", "path": "/", "maxSessionDuration": 3600, "tags": {}, "tagsAll": {}}
    outputs["assumeRolePolicy"] = policy(["sts:TagSession", "sts:AssumeRole"], "arn:aws:iam::123456789012:root")
    same = {"name": "role", "assumeRolePolicy": policy(["sts:AssumeRole", "sts:TagSession"], ["123456789012"])}
    other = {"name": "role", "assumeRolePolicy": policy("sts:AssumeRole", "123456789012")}

    assert not diff(provider, ROLE, same, outputs).changes
    assert diff(provider, ROLE, other, outputs).detailed == {"assumeRolePolicy": DiffKind.UPDATE}


def test_sets_have_no_order(provider):
    outputs = {"id": "vpce-1", "region": "us-east-1", "vpcId": "vpc-1", "serviceName": "s3", "tags": {}, "tagsAll": {}}
    outputs |= {"vpcEndpointType": "Gateway", "routeTableIds": ["rtb-2", "rtb-1"]}
    inputs = {"vpcId": "vpc-1", "serviceName": "s3"}
    changed = diff(provider, ENDPOINT, {**inputs, "routeTableIds": ["rtb-1", "rtb-3", "rtb-2"]}, outputs)
    emptied = diff(provider, ENDPOINT, {**inputs, "routeTableIds": []}, outputs)

    assert not diff(provider, ENDPOINT, {**inputs, "routeTableIds": ["rtb-1", "rtb-2"]}, outputs).changes
    assert changed.detailed == {"routeTableIds[2]": DiffKind.ADD}
    assert emptied.detailed == {"routeTableIds": DiffKind.DELETE}


def test_a_preview_of_a_creation_knows_what_can_be_known(provider):
    urn = f"urn:pulumi:test::tap::{VPC}::thing"
    inputs = provider.check(urn, {}, vpc(), b"seed").inputs
    preview = provider.create(urn, inputs, 0, preview=True)

    assert preview.id == ""
    assert preview.outputs["cidrBlock"] == "10.0.0.0/16"
    assert preview.outputs["tagsAll"] == {"Name": "a"}
    assert preview.outputs["assignGeneratedIpv6CidrBlock"] is False
    assert preview.outputs["ipv4NetmaskLength"] == 0
    assert preview.outputs["region"] == "us-east-1"
    assert [preview.outputs[key] for key in ("id", "arn", "ipv6CidrBlock", "mainRouteTableId")] == [UNKNOWN] * 4


def test_a_preview_of_an_update_keeps_what_aws_chose(provider):
    urn = f"urn:pulumi:test::tap::{VPC}::thing"
    inputs = provider.check(urn, {}, vpc(tags=None, enableDnsHostnames=False), b"seed").inputs
    outputs = {**VPC_OUTPUTS, "arn": "arn:vpc-1"}
    preview = provider.update(urn, "vpc-1", {}, outputs, inputs, 0, preview=True)

    assert preview["arn"] == "arn:vpc-1"
    assert preview["enableDnsHostnames"] is False
    assert preview["tags"] == {}
    assert preview["tagsAll"] == {}
