"""Samples of networks."""

from __future__ import annotations

from tests.aws.sample import Sample, World


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


SAMPLES = {"aws:ec2/vpc:Vpc": vpc}
