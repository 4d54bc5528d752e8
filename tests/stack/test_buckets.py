"""What every bucket is, and how one replicates into the other region."""

import pytest

from tests.stack.recorder import Recording

ROLES = ("app", "backup", "logs")
INLINE = {
    *("acl", "grants", "lifecycleRules", "logging", "policy", "replicationConfiguration"),
    *("serverSideEncryptionConfiguration", "versioning", "website", "corsRules"),
}


@pytest.mark.parametrize("role", ROLES)
def test_the_bucket_itself_has_no_inline_settings_and_ignores_what_a_refresh_finds(default: Recording, role):
    bucket = default.named(f"tap-{role}-bucket-test")
    side = {
        *("lifecycleRules", "logging", "policy", "replicationConfiguration"),
        *("serverSideEncryptionConfiguration", "versioning"),
    }

    assert bucket.inputs.keys() & INLINE == set()
    assert set(bucket.ignore_changes) == side


@pytest.mark.parametrize("role", ROLES)
def test_public_access_is_blocked_in_all_four_ways_and_the_owner_enforced(default: Recording, role):
    block = default.named(f"tap-{role}-bucket-public-access-test").inputs
    ownership = default.named(f"tap-{role}-bucket-ownership-test").inputs

    assert block == {
        "bucket": f"tap-{role}-bucket-test-id",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("role", ROLES)
def test_old_versions_and_unfinished_uploads_expire(default: Recording, role):
    (rule,) = default.named(f"tap-{role}-bucket-lifecycle-test").inputs["rules"]

    assert rule["status"] == "Enabled"
    assert rule["filter"] == {"prefix": ""}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


@pytest.mark.parametrize("role", ["app", "backup"])
def test_data_never_expires_only_delete_markers_do(default: Recording, role):
    (rule,) = default.named(f"tap-{role}-bucket-lifecycle-test").inputs["rules"]

    assert rule["expiration"] == {"expiredObjectDeleteMarker": True}


def test_replication_covers_the_whole_bucket_and_its_delete_markers(default: Recording):
    replication = default.only("BucketReplicationConfig").inputs
    (rule,) = replication["rules"]

    assert replication["bucket"] == "tap-app-bucket-test-id"
    assert replication["role"] == "arn:aws:test:::tap-replication-role-test"
    assert rule == {
        "id": "whole-bucket",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "destination": {"bucket": "arn:aws:test:::tap-backup-bucket-test"},
    }
