"""The small program of the drills, and what is done to it: each edit is a commit that deploys badly in its own way."""

from __future__ import annotations

PROGRAM = """
import pulumi
import pulumi_aws as aws

named = lambda name: {"Name": name}
vpc = aws.ec2.Vpc("vpc", cidr_block="10.1.0.0/16", tags=named("drill-vpc"))
first = pulumi.ResourceOptions(delete_before_replace=True)
subnet = aws.ec2.Subnet(
    "subnet",
    vpc_id=vpc.id,
    cidr_block="10.1.1.0/24",
    availability_zone="us-east-1a",
    tags=named("drill-subnet"),
    opts=first,
)
successor_first = pulumi.ResourceOptions(delete_before_replace=False)
role = aws.iam.Role(
    "role",
    name="drill-role",
    path="/first/",
    assume_role_policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"ec2.amazonaws.com"}}]}',
    # role
)
data = aws.s3.Bucket("data", bucket="drill-data", tags=named("drill-data"))
logs = aws.cloudwatch.LogGroup("logs", name="/drill/logs", retention_in_days=7)
# more
pulumi.export("vpc", vpc.id)
pulumi.export("password", pulumi.Output.secret("hunter2"))
"""

RAISES = 'raise RuntimeError("a bad program")\n'
FAILING_CREATE = 'aws.ec2.Subnet("bad", vpc_id=vpc.id, cidr_block="192.168.0.0/24", tags=named("bad"))\n'
"""The cloud refuses it: the range is not in that of the VPC."""

SAID_TO_BE_TAP_STACK = 'pulumi.ComponentResource("tap:stack:TapStack", "tap")\n'
"""With this `tap verify` judges the program, which holds next to nothing of what TapStack does."""

GATEWAY = 'aws.ec2.InternetGateway("gateway", vpc_id=vpc.id, tags=named("drill-gateway"))\n'
NEW_BUCKET = (
    'fresh = aws.s3.Bucket("fresh", bucket="drill-fresh", tags=named("drill-fresh"))\n'
    "late = pulumi.ResourceOptions(depends_on=[fresh])\n"
    'aws.ec2.Subnet("bad", vpc_id=vpc.id, cidr_block="192.168.0.0/24", tags=named("bad"), opts=late)\n'
)


def more(*lines: str) -> str:
    """The program and these besides."""
    return PROGRAM.replace("# more\n", "".join(lines))


def edited(old: str, new: str, *lines: str) -> str:
    assert old in PROGRAM
    return more(*lines).replace(old, new)
