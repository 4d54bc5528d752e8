"""What AWS meters of each resource type: fixed by the hour or the month, and by use. Pure.

A type is metered, or known to cost nothing by itself, or not priced: what is not known is never taken as free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tap.cost.usage import Usage
from tap.engine.model import Resource
from tap.engine.values import UNKNOWN

HOURS: Final = Decimal(730)
"""Hours in a month, as AWS's calculator counts them."""

NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
ELASTIC_IP: Final = "aws:ec2/eip:Eip"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
REPLICATION: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
BUCKETS: Final = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
SUBNET: Final = "aws:ec2/subnet:Subnet"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"

_SLOWEST_STANDARD_PERIOD: Final = 60
"""Seconds; an alarm that looks more often has the high resolution, which costs more."""

FREE: Final = frozenset(
    {
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:ec2/defaultRouteTable:DefaultRouteTable",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/networkAcl:NetworkAcl",
        "aws:ec2/networkAclRule:NetworkAclRule",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        SUBNET,
    }
)
"""Types that cost nothing by themselves. What flows through them, or is stored behind them, is metered elsewhere."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One thing that AWS counts of a resource: `units` a month of the price `price`; `fixed`: whether used or not."""

    what: str
    price: str
    units: Decimal
    fixed: bool


class NotPricedError(Exception):
    """There is no meter for this resource; str() is its type, and why where the type itself is priced."""


def meters(resource: Resource, usage: Usage) -> Iterator[Meter]:
    """What is counted of it, nothing for a type that is free. Raises NotPricedError."""
    kind = resource.type
    if not kind.startswith("aws:") or kind in FREE:
        if resource.custom and not kind.startswith(("aws:", "pulumi:")):
            raise NotPricedError(kind)
    elif kind in _METERED:
        yield from _METERED[kind](resource, usage)
    elif kind in BUCKETS:
        yield Meter("Storage in buckets", "s3_storage_gb", usage.of("bucket_gb_per_bucket"), fixed=False)
    else:
        raise NotPricedError(kind)


def value(resource: Resource, key: str) -> Any:
    """An output, or the input where there is none yet."""
    found = resource.outputs.get(key)
    return resource.inputs.get(key) if found is None or found is UNKNOWN else found


def _nat_gateway(_: Resource, usage: Usage) -> Iterator[Meter]:
    yield Meter("NAT gateways", "nat_gateway_hour", HOURS, fixed=True)
    yield Meter("Traffic through NAT gateways", "nat_gateway_gb", usage.of("nat_gb_per_gateway"), fixed=False)


def _elastic_ip(_: Resource, _usage: Usage) -> Iterator[Meter]:
    yield Meter("Public IPv4 addresses", "public_ipv4_hour", HOURS, fixed=True)


def _endpoint(resource: Resource, usage: Usage) -> Iterator[Meter]:
    kind = value(resource, "vpcEndpointType") or "Gateway"
    if kind == "Gateway":
        return
    zones = value(resource, "subnetIds")
    if kind != "Interface" or not isinstance(zones, list) or not zones:
        raise NotPricedError(f"{resource.type} of the type {kind}")
    yield Meter("Interface endpoints", "interface_endpoint_hour", HOURS * len(zones), fixed=True)
    gigabytes = usage.of("endpoint_gb_per_endpoint")
    yield Meter("Traffic through interface endpoints", "interface_endpoint_gb", gigabytes, fixed=False)


def _key(_: Resource, usage: Usage) -> Iterator[Meter]:
    yield Meter("KMS keys", "kms_key_month", Decimal(1), fixed=True)
    yield Meter("Requests to KMS", "kms_requests_10k", usage.of("kms_requests_per_key") / 10_000, fixed=False)


def _alarm(resource: Resource, _: Usage) -> Iterator[Meter]:
    period = value(resource, "period")
    if not isinstance(period, (int, float)) or period < _SLOWEST_STANDARD_PERIOD:
        raise NotPricedError(f"{resource.type} that is not of the standard resolution")
    yield Meter("Alarms", "alarm_month", Decimal(1), fixed=True)


def _log_group(_: Resource, usage: Usage) -> Iterator[Meter]:
    yield Meter("Logs written by programs", "log_ingestion_gb", usage.of("log_gb_per_group"), fixed=False)
    yield Meter("Logs kept", "log_storage_gb", usage.of("log_stored_gb_per_group"), fixed=False)


def _flow_log(resource: Resource, usage: Usage) -> Iterator[Meter]:
    if value(resource, "logDestinationType") not in ("cloud-watch-logs", None):
        raise NotPricedError(f"{resource.type} that goes elsewhere than to CloudWatch Logs")
    yield Meter("Flow logs", "vended_logs_gb", usage.of("flow_log_gb"), fixed=False)


def _replication(_: Resource, usage: Usage) -> Iterator[Meter]:
    yield Meter("Replication to the other region", "inter_region_gb", usage.of("replicated_gb"), fixed=False)
    yield Meter("Requests of the replication", "s3_put_1k", usage.of("replicated_objects") / 1_000, fixed=False)


def _subscription(resource: Resource, usage: Usage) -> Iterator[Meter]:
    if value(resource, "protocol") not in ("email", "email-json"):
        raise NotPricedError(f"{resource.type} that is no e-mail")
    yield Meter("E-mails of alarms", "sns_email_100k", usage.of("notifications") / 100_000, fixed=False)


_METERED: Final[Mapping[str, Callable[[Resource, Usage], Iterator[Meter]]]] = {
    NAT_GATEWAY: _nat_gateway,
    ELASTIC_IP: _elastic_ip,
    ENDPOINT: _endpoint,
    FLOW_LOG: _flow_log,
    REPLICATION: _replication,
    "aws:kms/key:Key": _key,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
}
