"""A bucket as every bucket here is: encrypted, private, TLS only, expiring what nobody needs.

S3 answers 409 (OperationAborted) to two changes of one bucket at the same time, so that everything about a bucket is
one chain: versioning, encryption, public-access block, ownership, policy, then whatever the stack adds. `last` is the
chain's end, on which the next link depends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tap.stack import policies
from tap.stack.scope import Scope

UNFINISHED_UPLOAD_DAYS = 7
NONCURRENT_DAYS = 90
LOG_DAYS = 90

_SIDE_RESOURCES = (
    *("lifecycleRules", "logging", "policy", "replicationConfiguration"),
    *("serverSideEncryptionConfiguration", "versioning"),
)
"""The bucket's deprecated twins of its side resources. After a refresh they hold what those set, and an update that
did not ignore them would take it away again."""


@dataclass
class SecureBucket:
    """A bucket and the chain of what was done to it. `role` names it, `versioning` is None if it has none."""

    role: str
    bucket: aws.s3.Bucket
    arn: str
    versioning: aws.s3.BucketVersioning | None
    last: pulumi.Resource


def secure_bucket(
    scope: Scope, role: str, component: str, *, versioned: bool, logs_of: str | None = None
) -> SecureBucket:
    """The bucket and the first five links. `logs_of`: the role of the bucket whose access logs it takes in."""
    resource, name = f"{role}-bucket", _bucket_name(scope, role)
    bucket = aws.s3.Bucket(
        scope.names.of(resource),
        bucket=name,
        force_destroy=scope.disposable,
        tags=scope.tags(resource, component),
        opts=scope.options(keep=True, delete_first=True, ignore=_SIDE_RESOURCES),
    )
    made = SecureBucket(role, bucket, scope.site.bucket_arn(name), versioning=None, last=bucket)
    if versioned:
        made.versioning = made.last = aws.s3.BucketVersioning(
            scope.names.of(f"{resource}-versioning"),
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=scope.options(keep=True),
        )
    _close(scope, made)
    statements = [policies.tls_only(made.arn)]
    if logs_of:
        source_arn = scope.site.bucket_arn(_bucket_name(scope, logs_of))
        statements.append(policies.access_logs_delivery(scope.site, made.arn, source_arn, _log_prefix(logs_of)))
    made.last = aws.s3.BucketPolicy(
        scope.names.of(f"{resource}-policy"),
        bucket=bucket.id,
        policy=policies.document(*statements),
        opts=scope.options(after=[made.last], keep=True),
    )
    return made


def _bucket_name(scope: Scope, role: str) -> str:
    return scope.names.bucket(role, scope.site.account_id, scope.site.region)


def _log_prefix(source: str) -> str:
    return f"{source}/"


def _close(scope: Scope, made: SecureBucket) -> None:
    """Encryption at rest, no public access, no foreign owners."""
    resource = f"{made.role}-bucket"
    made.last = aws.s3.BucketServerSideEncryptionConfiguration(
        scope.names.of(f"{resource}-encryption"),
        bucket=made.bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=scope.options(after=[made.last], keep=True),
    )
    made.last = aws.s3.BucketPublicAccessBlock(
        scope.names.of(f"{resource}-public-access"),
        bucket=made.bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=scope.options(after=[made.last], keep=True),
    )
    made.last = aws.s3.BucketOwnershipControls(
        scope.names.of(f"{resource}-ownership"),
        bucket=made.bucket.id,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=scope.options(after=[made.last], keep=True),
    )


def log_access(scope: Scope, source: SecureBucket, logs: SecureBucket) -> None:
    """Deliver one bucket's access logs to another, once its policy lets them in."""
    source.last = aws.s3.BucketLogging(
        scope.names.of(f"{source.role}-bucket-logging"),
        bucket=source.bucket.id,
        target_bucket=logs.bucket.id,
        target_prefix=_log_prefix(source.role),
        opts=scope.options(after=[source.last, logs.last]),
    )


def expire(
    scope: Scope, made: SecureBucket, *, days: int | None = None, after: Sequence[pulumi.Resource] = ()
) -> aws.s3.BucketLifecycleConfiguration:
    """The bucket's lifecycle: old versions and unfinished uploads go; so do the objects themselves after `days`.

    Without `days`, delete markers under which no version is left go too (S3 takes only one of the two in a rule).
    """
    made.last = aws.s3.BucketLifecycleConfiguration(
        scope.names.of(f"{made.role}-bucket-lifecycle"),
        bucket=made.bucket.id,
        rules=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"expired_object_delete_marker": True} if days is None else {"days": days},
                "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_DAYS},
                "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_UPLOAD_DAYS},
            }
        ],
        opts=scope.options(after=[made.last, *after]),
    )
    return made.last
