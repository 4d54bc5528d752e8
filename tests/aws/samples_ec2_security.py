"""Samples of security groups and their rules."""

from __future__ import annotations

from tests.aws.sample import Sample, World
from tests.aws.samples_ec2_network import new_group, new_vpc, retag

HTTPS = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"], "description": "web"}
ALL_OUT = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}


def security_group(world: World) -> Sample:
    network = new_vpc(world)
    other = new_group(world, network, "other")
    return Sample(
        first={
            "vpcId": network,
            "description": "one",
            "ingress": [HTTPS, {"protocol": "tcp", "fromPort": 22, "toPort": 22, "self": True}],
            "tags": {"Name": "one"},
        },
        second={
            "vpcId": network,
            "description": "one",
            "ingress": [
                {**HTTPS, "cidrBlocks": ["10.0.0.0/8", "172.16.0.0/12"]},
                {"protocol": "udp", "fromPort": 53, "toPort": 53, "securityGroups": [other]},
            ],
            "egress": [ALL_OUT],
            "revokeRulesOnDelete": True,
            "tags": {"Name": "two"},
        },
        drift=lambda id: world.client("ec2").authorize_security_group_ingress(
            GroupId=id, IpProtocol="tcp", FromPort=1, ToPort=2, CidrIp="0.0.0.0/0"
        ),
        untold=frozenset({"revokeRulesOnDelete"}),
        replacements={"name": "chosen", "description": "two", "vpcId": new_vpc(world)},
    )


def default_security_group(world: World) -> Sample:
    network = new_vpc(world)
    return Sample(
        first={"vpcId": network, "ingress": [HTTPS], "tags": {"Name": "one"}},
        second={"vpcId": network, "ingress": [], "egress": [ALL_OUT], "tags": {"Name": "two"}},
        drift=retag(world),
        removed=False,
        replacements={"vpcId": new_vpc(world)},
    )


def ingress_rule(world: World) -> Sample:
    network = new_vpc(world)
    group, other = new_group(world, network), new_group(world, network, "other")
    first = {
        "securityGroupId": group,
        "ipProtocol": "tcp",
        "fromPort": 80,
        "toPort": 80,
        "cidrIpv4": "0.0.0.0/0",
        "description": "web",
        "tags": {"Name": "one"},
    }
    second = {**first, "fromPort": 8000, "toPort": 8080, "cidrIpv4": "10.0.0.0/8", "description": "inside"}
    return Sample(
        first=first,
        second={**second, "ipProtocol": "udp", "tags": {"Name": "two"}},
        drift=lambda id: world.client("ec2").revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[id]),
        replacements={"securityGroupId": other},
    )


def egress_rule(world: World) -> Sample:
    network = new_vpc(world)
    group, other = new_group(world, network), new_group(world, network, "other")
    first = {"securityGroupId": group, "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"}
    return Sample(
        first=first,
        second={**first, "cidrIpv4": "192.168.0.0/16", "description": "out", "tags": {"Name": "two"}},
        drift=retag(world),
        replacements={"securityGroupId": other},
    )


SAMPLES = {
    "aws:ec2/securityGroup:SecurityGroup": security_group,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": default_security_group,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ingress_rule,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": egress_rule,
}
