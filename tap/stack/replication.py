"""Replication of one bucket into another region."""

from __future__ import annotations

import pulumi_aws as aws

from tap.stack import policies
from tap.stack.buckets import SecureBucket
from tap.stack.scope import Scope

_COMPONENT = "backup-replication"


def replicate(scope: Scope, source: SecureBucket, destination: SecureBucket) -> aws.s3.BucketReplicationConfig:
    """The role that S3 assumes, and the rule over the whole bucket. Objects of before the rule stay where they are.

    The rule waits for the source's chain and for both versionings, without which S3 refuses it, and for the role's
    policy, without which it replicates nothing and says nothing.
    """
    role = aws.iam.Role(
        scope.names.of("replication-role"),
        assume_role_policy=policies.replication_trust(),
        tags=scope.tags("replication-role", _COMPONENT, iam=True),
        opts=scope.options(),
    )
    policy = aws.iam.RolePolicy(
        scope.names.of("replication-policy"),
        role=role.id,
        policy=policies.replication(source.arn, destination.arn),
        opts=scope.options(),
    )
    versionings = [bucket.versioning for bucket in (source, destination) if bucket.versioning]
    rule = aws.s3.BucketReplicationConfig(
        scope.names.of("app-bucket-replication"),
        bucket=source.bucket.id,
        role=role.arn,
        rules=[
            {
                "id": "whole-bucket",
                "status": "Enabled",
                "priority": 1,
                "filter": {"prefix": ""},
                "delete_marker_replication": {"status": "Enabled"},
                "destination": {"bucket": destination.bucket.arn},
            }
        ],
        opts=scope.options(after=[source.last, *versionings, policy]),
    )
    source.last = rule
    return rule
