"""How many there are of a type in an account, by boto3: what a creation must have raised by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.conftest import Account

_EC2 = {
    "vpc:Vpc": ("describe_vpcs", "Vpcs"),
    "subnet:Subnet": ("describe_subnets", "Subnets"),
    "internetGateway:InternetGateway": ("describe_internet_gateways", "InternetGateways"),
    "eip:Eip": ("describe_addresses", "Addresses"),
    "natGateway:NatGateway": ("describe_nat_gateways", "NatGateways"),
    "routeTable:RouteTable": ("describe_route_tables", "RouteTables"),
    "securityGroup:SecurityGroup": ("describe_security_groups", "SecurityGroups"),
    "defaultSecurityGroup:DefaultSecurityGroup": ("describe_security_groups", "SecurityGroups"),
    "securityGroupIngressRule:SecurityGroupIngressRule": ("describe_security_group_rules", "SecurityGroupRules"),
    "securityGroupEgressRule:SecurityGroupEgressRule": ("describe_security_group_rules", "SecurityGroupRules"),
    "vpcEndpoint:VpcEndpoint": ("describe_vpc_endpoints", "VpcEndpoints"),
    "flowLog:FlowLog": ("describe_flow_logs", "FlowLogs"),
}
_GONE = ("deleted", "deleting")
_SETTINGS = {
    "bucketServerSideEncryptionConfiguration": "get_bucket_encryption",
    "bucketVersioning": "get_bucket_versioning",
    "bucketPublicAccessBlock": "get_public_access_block",
    "bucketOwnershipControls": "get_bucket_ownership_controls",
    "bucketPolicy": "get_bucket_policy",
    "bucketLogging": "get_bucket_logging",
    "bucketLifecycleConfiguration": "get_bucket_lifecycle_configuration",
    "bucketReplicationConfig": "get_bucket_replication",
}


def count_of(token: str, aws: Account, inputs: dict[str, Any]) -> int:
    """Of bucket settings that can be told from S3's own defaults: 1 where there is one."""
    name = token.rpartition("/")[2]
    if name in _EC2:
        operation, key = _EC2[name]
        return sum(each.get("State") not in _GONE for each in getattr(aws.client("ec2"), operation)()[key])
    return _OTHERS[name](aws, inputs)


def _in_table(key: str) -> Callable[[Account, dict[str, Any]], int]:
    def count(aws: Account, inputs: dict[str, Any]) -> int:
        table = aws.client("ec2").describe_route_tables(RouteTableIds=[inputs["routeTableId"]])["RouteTables"][0]
        return len(table[key])

    return count


def _keys(aws: Account, _: dict[str, Any]) -> int:
    kms = aws.client("kms")
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return sum(key["KeyState"] != "PendingDeletion" for key in described)


def _buckets(aws: Account, _: dict[str, Any]) -> int:
    return len(aws.client("s3").list_buckets()["Buckets"])


_FACTS = {"ResponseMetadata"}


def _setting(operation: str) -> Callable[[Account, dict[str, Any]], int]:
    def count(aws: Account, inputs: dict[str, Any]) -> int:
        try:
            answer = getattr(aws.client("s3"), operation)(Bucket=inputs["bucket"])
        except ClientError:
            return 0
        return int(bool(answer.keys() - _FACTS) and answer.get("Status") != "Suspended")

    return count


_OTHERS: dict[str, Callable[[Account, dict[str, Any]], int]] = {
    "route:Route": _in_table("Routes"),
    "routeTableAssociation:RouteTableAssociation": _in_table("Associations"),
    "role:Role": lambda aws, _: len(aws.client("iam").list_roles()["Roles"]),
    "rolePolicy:RolePolicy": lambda aws, inputs: len(
        aws.client("iam").list_role_policies(RoleName=inputs["role"])["PolicyNames"]
    ),
    "key:Key": _keys,
    "alias:Alias": lambda aws, _: len(aws.client("kms").list_aliases()["Aliases"]),
    "logGroup:LogGroup": lambda aws, _: len(aws.client("logs").describe_log_groups()["logGroups"]),
    "metricAlarm:MetricAlarm": lambda aws, _: len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]),
    "topic:Topic": lambda aws, _: len(aws.client("sns").list_topics()["Topics"]),
    "topicSubscription:TopicSubscription": lambda aws, _: len(aws.client("sns").list_subscriptions()["Subscriptions"]),
    "bucket:Bucket": _buckets,
    **{f"{name}:{name[0].upper()}{name[1:]}": _setting(operation) for name, operation in _SETTINGS.items()},
}
