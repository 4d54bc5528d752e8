"""Samples of buckets and their settings.

Only what the embedded AWS keeps is in them: see test_s3.py for what it drops (filters by size, key formats ...).
"""

from __future__ import annotations

import json

from tests.aws.sample import Sample, World, unique


def _bucket(world: World, region: str = "us-east-1") -> str:
    name = unique("bucket")
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    world.client("s3", region).create_bucket(Bucket=name, **place)
    return name


def bucket(world: World) -> Sample:
    name = unique("bucket")
    return Sample(
        first={"bucket": name, "tags": {"Name": "one", "drop": "me"}},
        second={"bucket": name, "forceDestroy": True, "tags": {"Name": "two", "more": ""}},
        drift=lambda id: world.client("s3").put_bucket_tagging(
            Bucket=id, Tagging={"TagSet": [{"Key": "Name", "Value": "drifted"}]}
        ),
        untold=frozenset({"forceDestroy"}),
        replacements={"bucket": unique("bucket"), "objectLockEnabled": True, "region": "us-west-2"},
    )


def versioning(world: World) -> Sample:
    name = _bucket(world)
    return Sample(
        first={"bucket": name, "versioningConfiguration": {"status": "Enabled"}},
        second={"bucket": name, "mfa": "serial 123456", "versioningConfiguration": {"status": "Suspended"}},
        drift=lambda id: world.client("s3").put_bucket_versioning(
            Bucket=id, VersioningConfiguration={"Status": "Suspended"}
        ),
        removed=False,
        untold=frozenset({"mfa"}),
        replacements={"bucket": _bucket(world), "expectedBucketOwner": "123456789012"},
    )


def encryption(world: World) -> Sample:
    name = _bucket(world)
    by_key = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/k"}
    return Sample(
        first={"bucket": name, "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        second={
            "bucket": name,
            "rules": [{"applyServerSideEncryptionByDefault": by_key, "bucketKeyEnabled": True}],
        },
        drift=lambda id: world.client("s3").delete_bucket_encryption(Bucket=id),
        replacements={"bucket": _bucket(world), "expectedBucketOwner": "123456789012"},
    )


def public_access_block(world: World) -> Sample:
    name = _bucket(world)
    blocks = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return Sample(
        first={"bucket": name, **dict.fromkeys(blocks, True)},
        second={"bucket": name, "blockPublicAcls": False, "skipDestroy": True},
        drift=lambda id: world.client("s3").put_public_access_block(
            Bucket=id, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        ),
        untold=frozenset({"skipDestroy"}),
        replacements={"bucket": _bucket(world)},
    )


def ownership_controls(world: World) -> Sample:
    name = _bucket(world)
    return Sample(
        first={"bucket": name, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        second={"bucket": name, "rule": {"objectOwnership": "BucketOwnerPreferred"}},
        drift=lambda id: world.client("s3").put_bucket_ownership_controls(
            Bucket=id, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        replacements={"bucket": _bucket(world)},
    )


def _policy(bucket: str, action: str) -> dict:
    statement = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": [action]}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Resource": f"arn:aws:s3:::{bucket}/*"}]}


def policy(world: World) -> Sample:
    name = _bucket(world)
    return Sample(
        first={"bucket": name, "policy": json.dumps(_policy(name, "s3:PutObject"))},
        second={"bucket": name, "policy": _policy(name, "s3:GetObject")},
        drift=lambda id: world.client("s3").put_bucket_policy(
            Bucket=id, Policy=json.dumps(_policy(id, "s3:DeleteObject"))
        ),
        replacements={"bucket": _bucket(world)},
    )


def logging(world: World) -> Sample:
    name, target, other = _bucket(world), _bucket(world), _bucket(world)
    for each in (target, other):
        world.client("s3").put_bucket_policy(Bucket=each, Policy=json.dumps(_policy(each, "s3:PutObject")))
    everybody = {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}
    return Sample(
        first={"bucket": name, "targetBucket": target, "targetPrefix": ""},
        second={
            "bucket": name,
            "targetBucket": other,
            "targetPrefix": "app/",
            "targetGrants": [{"grantee": everybody, "permission": "READ"}],
        },
        drift=lambda id: world.client("s3").put_bucket_logging(
            Bucket=id, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "drifted"}}
        ),
        replacements={"bucket": _bucket(world), "expectedBucketOwner": "123456789012"},
    )


SAMPLES = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketVersioning:BucketVersioning": versioning,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": public_access_block,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownership_controls,
    "aws:s3/bucketPolicy:BucketPolicy": policy,
    "aws:s3/bucketLogging:BucketLogging": logging,
}
