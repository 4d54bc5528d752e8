"""Nothing that only we should reach is open to everybody: admin ports, buckets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import ReportViolation, ResourceValidationArgs, StackValidationArgs, StackValidationPolicy

from policies.values import UNKNOWN, items, policy, side_resources, value
from tap.posture.exposure import PUBLIC_ACCESS_BLOCKS, missing_public_access_blocks, named_ports, open_admin_ports

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_INGRESS_RULE = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
_LEGACY_RULE = ("aws:ec2/securityGroupRule:SecurityGroupRule",)
_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")


def open_ports(args: ResourceValidationArgs) -> Iterator[str]:
    """In each of the three forms in which a security group is given rules."""
    for protocol, first, last, cidr in _inward(args):
        found = open_admin_ports(*(None if each is UNKNOWN else each for each in (protocol, first, last, cidr)))
        if found:
            yield f"{cidr} reaches {named_ports(found)}: name the range that needs it, or use Session Manager"


def _inward(args: ResourceValidationArgs) -> Iterator[tuple[Any, Any, Any, Any]]:
    """(protocol, first port, last port, range) of everything that comes in."""
    props = args.props
    if args.resource_type in _INGRESS_RULE:
        for key in ("cidrIpv4", "cidrIpv6"):
            yield value(props, "ipProtocol"), value(props, "fromPort"), value(props, "toPort"), value(props, key)
    elif args.resource_type in _LEGACY_RULE and value(props, "type") == "ingress":
        yield from _of_rule(props)
    elif args.resource_type in _GROUPS:
        for rule in items(props, "ingress"):
            if isinstance(rule, Mapping):
                yield from _of_rule(rule)


def _of_rule(rule: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any, Any]]:
    for cidr in [*items(rule, "cidrBlocks"), *items(rule, "ipv6CidrBlocks")]:
        yield value(rule, "protocol"), value(rule, "fromPort"), value(rule, "toPort"), cidr


def open_blocks(args: ResourceValidationArgs) -> Iterator[str]:
    if args.resource_type != _PUBLIC_ACCESS_BLOCK:
        return
    blocks = {key: value(args.props, key) for key in PUBLIC_ACCESS_BLOCKS}
    missing = missing_public_access_blocks({key: True if each is UNKNOWN else each for key, each in blocks.items()})
    if missing:
        yield f"not on: {', '.join(missing)}"


def unblocked_buckets(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    for bucket in args.resources:
        if bucket.resource_type in BUCKETS and not side_resources(bucket, args.resources, "BucketPublicAccessBlock"):
            report_violation("the bucket has no BucketPublicAccessBlock of its own", bucket.urn)


POLICIES = [
    policy("no-open-admin-ports", "No port for administration is open to the whole internet.", open_ports),
    policy("public-access-blocks", "All four of a bucket's public-access blocks are on.", open_blocks),
    StackValidationPolicy("buckets-are-private", "Every bucket has a public-access block.", unblocked_buckets),
]
