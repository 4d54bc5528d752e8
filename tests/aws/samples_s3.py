"""Samples of buckets and their settings."""

from __future__ import annotations

import json

from tests.aws.sample import Instead, Sample, World, unique


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
        replacements={
            "bucket": unique("bucket"),
            "bucketPrefix": Instead({"bucketPrefix": "bucket-", "bucket": None}),
            "objectLockEnabled": True,
            "region": "us-west-2",
        },
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
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": by_key,
                    "bucketKeyEnabled": True,
                    "blockedEncryptionTypes": ["SSE-C"],
                }
            ],
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
            "targetObjectKeyFormat": {"partitionedPrefix": {"partitionDateSource": "EventTime"}},
        },
        drift=lambda id: world.client("s3").put_bucket_logging(
            Bucket=id, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "drifted"}}
        ),
        replacements={"bucket": _bucket(world), "expectedBucketOwner": "123456789012"},
    )


def lifecycle(world: World) -> Sample:
    name = _bucket(world)
    everything = {
        "id": "everything",
        "status": "Enabled",
        "filter": {},
        "expiration": {"days": 90},
        "noncurrentVersionExpiration": {"noncurrentDays": 30, "newerNoncurrentVersions": 3},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    }
    logs = {
        "id": "logs",
        "status": "Disabled",
        "filter": {"and": {"prefix": "logs/", "tags": {"a": "1", "b": "2"}, "objectSizeGreaterThan": 5}},
        "transitions": [
            {"days": 30, "storageClass": "STANDARD_IA"},
            {"date": "2030-01-31T00:00:00Z", "storageClass": "GLACIER"},
        ],
        "noncurrentVersionTransitions": [
            {"noncurrentDays": 10, "newerNoncurrentVersions": 2, "storageClass": "GLACIER"}
        ],
    }
    one_tag = {
        "id": "tag",
        "status": "Enabled",
        "filter": {"tag": {"key": "a", "value": "1"}},
        "expiration": {"days": 1},
    }
    old_style = {"id": "old", "status": "Enabled", "prefix": "x/", "expiration": {"date": "2030-01-31T00:00:00Z"}}
    big = {"id": "big", "status": "Enabled", "filter": {"objectSizeLessThan": 9}, "expiration": {"days": 1}}
    markers = {"id": "markers", "status": "Enabled", "expiration": {"expiredObjectDeleteMarker": True}}
    return Sample(
        first={"bucket": name, "rules": [everything]},
        second={
            "bucket": name,
            "transitionDefaultMinimumObjectSize": "varies_by_storage_class",
            "rules": [{**everything, "expiration": {"days": 9}}, logs, one_tag, old_style, big, markers],
        },
        drift=lambda id: world.client("s3").delete_bucket_lifecycle(Bucket=id),
        replacements={"bucket": _bucket(world), "expectedBucketOwner": "123456789012"},
    )


def replication(world: World) -> Sample:
    name, backup, other = _bucket(world), _bucket(world, "us-west-2"), _bucket(world, "us-west-2")
    for each in (name, backup, other):
        world.client("s3").put_bucket_versioning(Bucket=each, VersioningConfiguration={"Status": "Enabled"})
    role = "arn:aws:iam::123456789012:role/replication"
    whole = {
        "id": "whole",
        "status": "Enabled",
        "priority": 1,
        "filter": {},
        "deleteMarkerReplication": {"status": "Enabled"},
        "destination": {"bucket": f"arn:aws:s3:::{backup}"},
    }
    elaborate = {
        "id": "elaborate",
        "status": "Disabled",
        "priority": 2,
        "filter": {"and": {"prefix": "a/", "tags": {"a": "1", "b": "2"}}},
        "deleteMarkerReplication": {"status": "Disabled"},
        "existingObjectReplication": {"status": "Enabled"},
        "sourceSelectionCriteria": {
            "replicaModifications": {"status": "Enabled"},
            "sseKmsEncryptedObjects": {"status": "Enabled"},
        },
        "destination": {
            "bucket": f"arn:aws:s3:::{other}",
            "storageClass": "STANDARD_IA",
            "account": "123456789012",
            "accessControlTranslation": {"owner": "Destination"},
            "encryptionConfiguration": {"replicaKmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/k"},
            "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
            "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
        },
    }
    by_tag = {**whole, "id": "tag", "priority": 3, "filter": {"tag": {"key": "a", "value": "1"}}}
    old_style = {"id": "old", "status": "Enabled", "prefix": "x/", "destination": {"bucket": f"arn:aws:s3:::{other}"}}
    return Sample(
        first={"bucket": name, "role": role, "rules": [whole]},
        second={"bucket": name, "role": f"{role}-2", "rules": [elaborate, by_tag, old_style], "token": "t"},
        drift=lambda id: world.client("s3").delete_bucket_replication(Bucket=id),
        untold=frozenset({"token"}),
        replacements={"bucket": _bucket(world)},
    )


SAMPLES = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketVersioning:BucketVersioning": versioning,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": public_access_block,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownership_controls,
    "aws:s3/bucketPolicy:BucketPolicy": policy,
    "aws:s3/bucketLogging:BucketLogging": logging,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
}
