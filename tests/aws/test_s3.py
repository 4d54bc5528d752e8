"""What is particular to buckets and their settings, beyond the contract that all types keep."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tap.engine.provider import ProviderError
from tests.aws.handling import changes, create, delete, failures, urn_of
from tests.aws.sample import unique

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def fill_with_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    s3.put_object(Bucket=bucket, Key="b", Body=b"x")


def test_a_bucket_that_is_not_empty_is_not_deleted(provider, world):
    inputs, made = create(provider, BUCKET, {"bucket": unique("bucket")})
    fill_with_versions(world.client("s3"), made.id)

    with pytest.raises(ProviderError) as refusal:
        delete(provider, BUCKET, inputs, made)

    assert refusal.value.code == "BucketNotEmpty"
    assert "forceDestroy" in refusal.value.hint
    assert len(world.client("s3").list_object_versions(Bucket=made.id)["Versions"]) == 4


def test_force_destroy_empties_versions_and_delete_markers_first(provider, world):
    inputs, made = create(provider, BUCKET, {"bucket": unique("bucket"), "forceDestroy": True})
    fill_with_versions(world.client("s3"), made.id)
    delete(provider, BUCKET, inputs, made)

    with pytest.raises(ClientError, match="404"):
        world.client("s3").head_bucket(Bucket=made.id)


def test_force_destroy_ends_when_its_time_is_up(provider, world):
    inputs, made = create(provider, BUCKET, {"bucket": unique("bucket"), "forceDestroy": True})
    fill_with_versions(world.client("s3"), made.id)

    with pytest.raises(ProviderError) as late:
        delete(provider, BUCKET, inputs, made, 1e-9)

    assert late.value.code == "Timeout"


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_bucket_that_was_there_before_is_not_taken_over(provider, world, region):
    name = unique("bucket")
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    world.client("s3", region).create_bucket(Bucket=name, **place)

    with pytest.raises(ProviderError) as refusal:
        create(provider, BUCKET, {"bucket": name, "region": region})

    assert refusal.value.code == "BucketAlreadyOwnedByYou"


def test_a_bucket_is_made_where_it_is_wanted(provider, world):
    _, made = create(provider, BUCKET, {"bucket": unique("bucket"), "region": "eu-west-1"})

    assert world.client("s3").head_bucket(Bucket=made.id)["BucketRegion"] == "eu-west-1"
    assert made.outputs["bucketRegionalDomainName"] == f"{made.id}.s3.eu-west-1.amazonaws.com"
    assert made.outputs["hostedZoneId"] == "Z1BKCTXD74EZPE"


def test_a_bucket_in_a_region_without_a_known_zone_is_refused_before_it_is_made(provider, world):
    name = unique("bucket")

    with pytest.raises(ProviderError, match="hostedZoneId of an S3 bucket in xx-nowhere-1"):
        create(provider, BUCKET, {"bucket": name, "region": "xx-nowhere-1"})
    with pytest.raises(ClientError, match="404"):
        world.client("s3").head_bucket(Bucket=name)


def test_a_prefix_gives_a_name(provider):
    _, made = create(provider, BUCKET, {"bucketPrefix": "logs-"})

    assert made.id.startswith("logs-")
    assert len(made.id) == len("logs-") + 26
    assert made.outputs["bucketPrefix"] == "logs-"


def test_an_import_of_a_bucket_elsewhere_says_where_it_is(provider, world):
    name = unique("bucket")
    place = {"LocationConstraint": "us-west-2"}
    world.client("s3", "us-west-2").create_bucket(Bucket=name, CreateBucketConfiguration=place)

    with pytest.raises(ProviderError, match="is in us-west-2, not in us-east-1"):
        provider.read(urn_of(BUCKET), name, {}, {})


def test_tags_that_the_configuration_ignores_survive_a_change_of_the_others(provider, world):
    inputs, made = create(provider, BUCKET, {"bucket": unique("bucket"), "tags": {"a": "1"}})
    theirs = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "theirs", "Value": "x"}]}
    world.client("s3").put_bucket_tagging(Bucket=made.id, Tagging=theirs)
    provider.configure({"region": "us-east-1", "ignoreTags": '{"keys": ["theirs"]}'})
    news = provider.check(urn_of(BUCKET), inputs, {"bucket": made.id, "tags": {"b": "2"}}, b"seed").inputs
    provider.update(urn_of(BUCKET), made.id, inputs, made.outputs, news, 0, preview=False)
    tags = world.client("s3").get_bucket_tagging(Bucket=made.id)["TagSet"]

    assert {tag["Key"]: tag["Value"] for tag in tags} == {"b": "2", "theirs": "x"}


def test_object_lock_is_wanted_found_and_makes_versioning(provider, world):
    _, made = create(provider, BUCKET, {"bucket": unique("bucket"), "objectLockEnabled": True})
    status = world.client("s3").get_bucket_versioning(Bucket=made.id)["Status"]

    assert made.outputs["objectLockEnabled"] is True
    assert status == "Enabled"


@pytest.mark.parametrize("name", ["Upper", "ab", "-dash", "dash-", "under_score", "x" * 64])
def test_a_name_that_s3_does_not_take_is_refused_at_once(provider, name):
    assert failures(provider, BUCKET, {"bucket": name}) == ["bucket"]


def test_deprecated_inline_settings_are_refused_by_name(provider):
    assert failures(provider, BUCKET, {"versioning": {"enabled": True}}) == ["versioning"]


def test_versioning_ends_as_suspended(provider, world):
    bucket = create(provider, BUCKET, {"bucket": unique("bucket")})[1].id
    inputs, made = create(provider, VERSIONING, {"bucket": bucket, "versioningConfiguration": {"status": "Enabled"}})
    delete(provider, VERSIONING, inputs, made)

    assert world.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"


def test_versioning_can_not_be_unlearned(provider, world):
    bucket = create(provider, BUCKET, {"bucket": unique("bucket")})[1].id
    never = {"bucket": bucket, "versioningConfiguration": {"status": "Disabled"}}
    _, made = create(provider, VERSIONING, never)
    world.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    assert made.outputs["versioningConfiguration"]["status"] == "Disabled"
    with pytest.raises(ProviderError, match="can not go from Enabled to Disabled"):
        create(provider, VERSIONING, never)


def test_an_owner_is_part_of_the_id(provider):
    bucket = create(provider, BUCKET, {"bucket": unique("bucket")})[1].id
    wanted = {"bucket": bucket, "expectedBucketOwner": "123456789012", "versioningConfiguration": {"status": "Enabled"}}
    _, made = create(provider, VERSIONING, wanted)

    assert made.id == f"{bucket},123456789012"


def test_a_replication_rule_without_an_id_gets_one(provider, world):
    names = [create(provider, BUCKET, {"bucket": unique("bucket")})[1].id for _ in range(2)]
    for name in names:
        world.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    markers, destination = {"status": "Enabled"}, {"bucket": f"arn:aws:s3:::{names[1]}"}
    rule = {"status": "Enabled", "filter": {}, "deleteMarkerReplication": markers, "destination": destination}
    role = "arn:aws:iam::123456789012:role/replication"
    inputs, made = create(provider, REPLICATION, {"bucket": names[0], "role": role, "rules": [rule]})
    rules = world.client("s3").get_bucket_replication(Bucket=names[0])["ReplicationConfiguration"]["Rules"]

    assert made.outputs["rules"][0]["id"] == rules[0]["ID"] != ""
    assert rules[0]["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rules[0]["Filter"] == {}
    assert not changes(provider, REPLICATION, inputs, made)


def test_replication_without_versioning_is_refused_by_s3s_own_words(provider):
    bucket = create(provider, BUCKET, {"bucket": unique("bucket")})[1].id
    rule = {"id": "x", "status": "Enabled", "prefix": "", "destination": {"bucket": f"arn:aws:s3:::{bucket}"}}

    with pytest.raises(ProviderError, match="Versioning must be 'Enabled'"):
        create(provider, REPLICATION, {"bucket": bucket, "role": "arn:aws:iam::123456789012:role/r", "rules": [rule]})


def test_what_is_wrong_in_lifecycle_rules_is_named_with_its_place(provider):
    rules = [
        {"id": "a", "status": "On", "expiration": {"date": "2030-01-31"}},
        {"id": "b", "status": "Enabled", "transitions": [{"days": -1, "storageClass": "COLD"}]},
    ]

    assert set(failures(provider, LIFECYCLE, {"bucket": "b", "rules": rules})) == {
        "rules[0].status",
        "rules[0].expiration.date",
        "rules[1].transitions[0].days",
        "rules[1].transitions[0].storageClass",
    }


def test_a_lifecycle_rule_without_a_filter_is_for_the_whole_bucket(provider, world):
    bucket = create(provider, BUCKET, {"bucket": unique("bucket")})[1].id
    rule = {"id": "all", "status": "Enabled", "expiration": {"days": 9}}
    inputs, made = create(provider, LIFECYCLE, {"bucket": bucket, "rules": [rule]})
    rules = world.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]

    assert rules == [{"ID": "all", "Status": "Enabled", "Expiration": {"Days": 9}, "Filter": {"Prefix": ""}}]
    assert not changes(provider, LIFECYCLE, inputs, made)
