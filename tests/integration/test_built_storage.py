"""The buckets that `tap up` built and the role that replicates them, by boto3."""

from __future__ import annotations

import json

import pytest

from tests.integration.inventory import tags_of
from tests.integration.project import ACCOUNT_ID

APP, BACKUP, LOGS = (
    f"tap-app-local-{ACCOUNT_ID}-us-east-1",
    f"tap-backup-local-{ACCOUNT_ID}-us-west-2",
    f"tap-logs-local-{ACCOUNT_ID}-us-east-1",
)


@pytest.mark.parametrize(
    ("name", "region", "component", "versioning"),
    [
        (APP, "us-east-1", "application-data", "Enabled"),
        (BACKUP, "us-west-2", "backup-replication", "Enabled"),
        (LOGS, "us-east-1", "logging", None),
    ],
)
def test_buckets_are_encrypted_private_and_tagged(built, name, region, component, versioning):
    found = built.after["bucket"][name]
    (rule,) = found["encryption"]["Rules"]

    assert found["region"] == region
    assert found["versioning"] == versioning
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert found["public access"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    assert found["ownership"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert tags_of(found["tags"])["Component"] == component


@pytest.mark.parametrize("name", [APP, BACKUP, LOGS])
def test_buckets_refuse_what_does_not_come_over_tls(built, name):
    policy = json.loads(built.after["bucket"][name]["policy"])
    tls = policy["Statement"][0]

    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
    assert tls["Resource"] == [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(policy["Statement"]) == (2 if name == LOGS else 1)


def test_the_logs_bucket_lets_in_only_the_access_logs_of_the_app_bucket(built):
    app, logs = (built.after["bucket"][name] for name in (APP, LOGS))
    delivery = json.loads(logs["policy"])["Statement"][1]

    assert (delivery["Effect"], delivery["Action"]) == ("Allow", "s3:PutObject")
    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Resource"] == f"arn:aws:s3:::{LOGS}/app/*"
    assert delivery["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{APP}"},
    }
    assert app["logging"] == {"TargetBucket": LOGS, "TargetPrefix": "app/"}
    assert logs["logging"] is None


@pytest.mark.parametrize(
    ("name", "expiration"),
    [(APP, {"ExpiredObjectDeleteMarker": True}), (BACKUP, {"ExpiredObjectDeleteMarker": True}), (LOGS, {"Days": 90})],
)
def test_old_versions_and_unfinished_uploads_expire_and_logs_after_90_days(built, name, expiration):
    (rule,) = built.after["bucket"][name]["lifecycle"]

    assert rule["Status"] == "Enabled"
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["Expiration"] == expiration
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_the_whole_app_bucket_is_replicated_deletions_included(built):
    replication = built.after["bucket"][APP]["replication"]
    (rule,) = replication["Rules"]
    role = built.role("tap-replication-role-local")

    assert replication["Role"] == role["Arn"]
    assert rule["Status"] == "Enabled"
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{BACKUP}"


def test_the_replication_role_may_do_what_replication_needs_and_no_more(built):
    role = built.role("tap-replication-role-local")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    (policy,) = role["policies"].values()
    allowed = {(action, each["Resource"]) for each in policy["Statement"] for action in each["Action"]}

    assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert role["attached"] == []
    assert allowed == {
        ("s3:GetReplicationConfiguration", f"arn:aws:s3:::{APP}"),
        ("s3:ListBucket", f"arn:aws:s3:::{APP}"),
        ("s3:GetObjectVersionForReplication", f"arn:aws:s3:::{APP}/*"),
        ("s3:GetObjectVersionAcl", f"arn:aws:s3:::{APP}/*"),
        ("s3:GetObjectVersionTagging", f"arn:aws:s3:::{APP}/*"),
        ("s3:ReplicateObject", f"arn:aws:s3:::{BACKUP}/*"),
        ("s3:ReplicateDelete", f"arn:aws:s3:::{BACKUP}/*"),
        ("s3:ReplicateTags", f"arn:aws:s3:::{BACKUP}/*"),
    }
