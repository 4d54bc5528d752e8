"""Which IAM action a call needs, and the least policy for all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_OTHER_NAMES = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
}
"""Where the action is not called as the operation (the service authorization reference, Amazon S3)."""


def action_of(service: str, operation: str) -> str:
    """`ec2:DescribeVpcs` for the operation DescribeVpcs of the service ec2, by botocore's name."""
    action = f"{service}:{operation}"
    return _OTHER_NAMES.get(action, action)


def policy_document(actions: Iterable[str]) -> dict[str, Any]:
    """The policy that allows these actions and nothing else. Most can not be narrowed to resources: all describe."""
    statement = {"Sid": "TapVerify", "Effect": "Allow", "Action": sorted(set(actions)), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
