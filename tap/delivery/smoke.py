"""Look at what was built: the ids are the state's, but the answers are the cloud's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from tap.delivery.engine import Connect
from tap.delivery.export import Found

DEFAULT_REGION: Final = "us-east-1"
Look = Callable[[Any, str], Any]

_LOOKS: Final[dict[str, tuple[str, Look]]] = {
    "aws:ec2/vpc:Vpc": ("ec2", lambda ec2, id: ec2.describe_vpcs(VpcIds=[id])["Vpcs"]),
    "aws:ec2/subnet:Subnet": ("ec2", lambda ec2, id: ec2.describe_subnets(SubnetIds=[id])["Subnets"]),
    "aws:ec2/natGateway:NatGateway": (
        "ec2",
        lambda ec2, id: _in_state(ec2.describe_nat_gateways(NatGatewayIds=[id])["NatGateways"], "available"),
    ),
    "aws:ec2/securityGroup:SecurityGroup": (
        "ec2",
        lambda ec2, id: ec2.describe_security_groups(GroupIds=[id])["SecurityGroups"],
    ),
    "aws:s3/bucket:Bucket": ("s3", lambda s3, id: s3.head_bucket(Bucket=id)),
    "aws:s3/bucketV2:BucketV2": ("s3", lambda s3, id: s3.head_bucket(Bucket=id)),
    "aws:kms/key:Key": ("kms", lambda kms, id: kms.describe_key(KeyId=id)["KeyMetadata"]["Enabled"]),
    "aws:cloudwatch/logGroup:LogGroup": (
        "logs",
        lambda logs, id: [
            each for each in logs.describe_log_groups(logGroupNamePrefix=id)["logGroups"] if each["logGroupName"] == id
        ],
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "cloudwatch",
        lambda cloudwatch, id: cloudwatch.describe_alarms(AlarmNames=[id])["MetricAlarms"],
    ),
    "aws:sns/topic:Topic": ("sns", lambda sns, id: sns.get_topic_attributes(TopicArn=id)),
    "aws:iam/role:Role": ("iam", lambda iam, id: iam.get_role(RoleName=id)),
}
"""Type -> service, and how it answers that one is there and well: with anything that is true."""


def look(resources: Iterable[Found], connect: Connect) -> tuple[str, ...]:
    """What is not there, or not well, of the types that there is a look for; each in a sentence."""
    problems = []
    for resource in resources:
        if resource.type not in _LOOKS:
            continue
        service, ask = _LOOKS[resource.type]
        if problem := _problem(ask, connect(service, resource.region or DEFAULT_REGION), resource.id):
            problems.append(f"{resource.urn} ({resource.id}): {problem}")
    return tuple(problems)


def _problem(ask: Look, client: Any, id: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return "" if ask(client, id) else "the cloud does not have it, or not in a state in which it works"
    except (BotoCoreError, ClientError) as error:
        return str(error)


def _in_state(listed: list[Any], state: str) -> list[Any]:
    return [each for each in listed if each["State"] == state]
