"""What is stored is encrypted, with a customer's key where AWS's own would not do."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import (
    EnforcementLevel,
    ReportViolation,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.exposure import BUCKETS
from policies.values import UNKNOWN, at, items, policy, side_resources, value
from tap.posture.encryption import ENCRYPTED_BY_FLAG, is_bucket_encryption, is_customer_key

_BUCKET_ENCRYPTION = "BucketServerSideEncryptionConfiguration"
_KEYED = {
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId", "encrypt it with a key of your own, whose policy admits the logs"),
    "aws:sns/topic:Topic": ("kmsMasterKeyId", "CloudWatch can not use AWS's own key, and drops notifications silently"),
}
_KEY = "aws:kms/key:Key"
_SYMMETRIC = (None, "SYMMETRIC_DEFAULT")


def bucket_algorithm(args: ResourceValidationArgs) -> Iterator[str]:
    if args.resource_type.rpartition(":")[2].removesuffix("V2") != _BUCKET_ENCRYPTION:
        return
    for rule in items(args.props, "rules"):
        algorithm = UNKNOWN if rule is UNKNOWN else at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm")
        if algorithm is not UNKNOWN and not is_bucket_encryption(algorithm):
            yield f"sseAlgorithm is {algorithm!r}: must be AES256, aws:kms or aws:kms:dsse"


def unencrypted_buckets(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    for bucket in args.resources:
        if bucket.resource_type in BUCKETS and not side_resources(bucket, args.resources, _BUCKET_ENCRYPTION):
            report_violation(f"the bucket has no {_BUCKET_ENCRYPTION} of its own", bucket.urn)


def customer_keys(args: ResourceValidationArgs) -> Iterator[str]:
    if args.resource_type not in _KEYED:
        return
    key, why = _KEYED[args.resource_type]
    found = value(args.props, key)
    if found is not UNKNOWN and not is_customer_key(found):
        yield f"{key} is {found!r}: {why}"


def storage(args: ResourceValidationArgs) -> Iterator[str]:
    flag = ENCRYPTED_BY_FLAG.get(args.resource_type)
    if flag and value(args.props, flag) not in (True, UNKNOWN):
        yield f"{flag} is not on"


def rotation(args: ResourceValidationArgs) -> Iterator[str]:
    rotates = args.resource_type == _KEY and value(args.props, "customerMasterKeySpec") in _SYMMETRIC
    if rotates and value(args.props, "enableKeyRotation") not in (True, UNKNOWN):
        yield "enableKeyRotation is not on"


POLICIES = [
    policy("bucket-encryption", "A bucket's encryption is one that S3 has.", bucket_algorithm),
    StackValidationPolicy("buckets-are-encrypted", "Every bucket says how it is encrypted.", unencrypted_buckets),
    policy("customer-keys", "Log groups and topics are encrypted with a customer's key.", customer_keys),
    policy("encrypted-storage", "Volumes, file systems and databases are encrypted.", storage),
    policy("key-rotation", "Keys rotate once a year.", rotation, enforcement_level=EnforcementLevel.ADVISORY),
]
