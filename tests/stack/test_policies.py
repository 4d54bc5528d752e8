"""Policy documents as they reach AWS: who may do what to which, under which condition."""

import json

import pytest

from tests.stack.recorder import ACCOUNT, Recording

APP = f"arn:aws:s3:::tap-app-test-{ACCOUNT}-us-east-1"
BACKUP = f"arn:aws:s3:::tap-backup-test-{ACCOUNT}-us-west-2"
LOGS = f"arn:aws:s3:::tap-logs-test-{ACCOUNT}-us-east-1"
LOG_GROUPS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/tap/test"


def statements(default: Recording, name: str, key: str = "policy") -> list[dict]:
    document = json.loads(default.named(f"tap-{name}-test").inputs[key])
    assert document["Version"] == "2012-10-17"
    return document["Statement"]


def test_only_s3_assumes_the_replication_role(default: Recording):
    (trust,) = statements(default, "replication-role", "assumeRolePolicy")

    assert trust == {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}


def test_the_replication_role_may_do_exactly_what_replication_needs(default: Recording):
    allowed = {
        (action, resource)
        for one in statements(default, "replication-policy")
        for action in one["Action"]
        for resource in [one["Resource"]]
        if one["Effect"] == "Allow"
    }

    assert allowed == {
        ("s3:GetReplicationConfiguration", APP),
        ("s3:ListBucket", APP),
        ("s3:GetObjectVersionForReplication", f"{APP}/*"),
        ("s3:GetObjectVersionAcl", f"{APP}/*"),
        ("s3:GetObjectVersionTagging", f"{APP}/*"),
        ("s3:ReplicateObject", f"{BACKUP}/*"),
        ("s3:ReplicateDelete", f"{BACKUP}/*"),
        ("s3:ReplicateTags", f"{BACKUP}/*"),
    }


def test_flow_logs_of_this_account_only_assume_their_role(default: Recording):
    (trust,) = statements(default, "flow-logs-role", "assumeRolePolicy")

    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/*"},
    }


def test_flow_logs_write_to_the_infrastructure_group_and_create_none(default: Recording):
    (policy,) = statements(default, "flow-logs-policy")

    assert policy["Effect"] == "Allow"
    assert {"logs:CreateLogStream", "logs:PutLogEvents"} <= set(policy["Action"])
    assert "logs:CreateLogGroup" not in policy["Action"]
    assert not any("*" in action for action in policy["Action"])
    assert policy["Resource"] == [f"{LOG_GROUPS}/infrastructure", f"{LOG_GROUPS}/infrastructure:*"]


@pytest.mark.parametrize("key", ["logs", "alarms"])
def test_keys_rotate_have_an_alias_and_can_be_administered(default: Recording, key):
    inputs = default.named(f"tap-{key}-key-test").inputs
    administer = statements(default, f"{key}-key")[0]

    assert inputs["enableKeyRotation"] is True
    assert administer["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert (administer["Effect"], administer["Action"], administer["Resource"]) == ("Allow", "kms:*", "*")
    alias = default.named(f"tap-{key}-key-alias-test").inputs
    assert (alias["name"], alias["targetKeyId"]) == (f"alias/tap-{key}-test", f"tap-{key}-key-test-id")


def test_the_logs_key_is_used_by_cloudwatch_logs_for_exactly_the_two_groups(default: Recording):
    _, use = statements(default, "logs-key")
    groups = {one.inputs["name"] for one in default.of_kind("LogGroup")}
    arns = use["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]

    assert use["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert list(use["Condition"]) == ["ArnEquals"]
    assert set(arns) == {f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}" for name in groups}
    assert {action.rstrip("*") for action in use["Action"]} == {
        *("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:GenerateDataKey", "kms:Describe"),
    }


def test_log_groups_are_encrypted_with_it_and_forget(default: Recording):
    groups = default.of_kind("LogGroup")

    assert [one.inputs["kmsKeyId"] for one in groups] == ["arn:aws:test:::tap-logs-key-test"] * 2
    assert [one.inputs["retentionInDays"] for one in groups] == [90, 90]


def test_alarms_reach_a_topic_whose_key_cloudwatch_may_use(default: Recording):
    _, use = statements(default, "alarms-key")
    topic = default.only("Topic").inputs

    assert topic["kmsMasterKeyId"] == "arn:aws:test:::tap-alarms-key-test"
    assert use["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(use["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert use["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_only_the_alarm_publishes_to_the_topic(default: Recording):
    (publish,) = statements(default, "alarms")
    topic, alarm = default.only("Topic").inputs, default.only("MetricAlarm").inputs

    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert publish["Action"] == "sns:Publish"
    assert publish["Resource"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:{topic['name']}"
    assert publish["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{alarm['name']}"},
    }


def test_the_alarm_speaks_through_the_topic_and_says_what_missing_data_means(default: Recording):
    alarm, subscription = default.only("MetricAlarm").inputs, default.only("TopicSubscription").inputs

    assert alarm["alarmActions"] == alarm["okActions"] == ["arn:aws:test:::tap-alarms-test"]
    assert alarm["treatMissingData"] == "notBreaching"
    assert "dimensions" not in alarm
    assert (subscription["topic"], subscription["protocol"]) == ("arn:aws:test:::tap-alarms-test", "email")
    assert subscription["endpoint"] == "ops@example.com"


@pytest.mark.parametrize(("role", "arn"), [("app", APP), ("backup", BACKUP), ("logs", LOGS)])
def test_buckets_are_spoken_to_over_tls_only(default: Recording, role, arn):
    deny = statements(default, f"{role}-bucket-policy")[0]

    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
    assert deny["Resource"] == [arn, f"{arn}/*"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_logs_bucket_takes_the_app_buckets_access_logs_and_no_others(default: Recording):
    deliver = statements(default, "logs-bucket-policy")[1]
    logging = default.only("BucketLogging").inputs

    assert logging == {
        "bucket": "tap-app-bucket-test-id",
        "targetBucket": "tap-logs-bucket-test-id",
        "targetPrefix": "app/",
    }
    assert (deliver["Effect"], deliver["Action"]) == ("Allow", "s3:PutObject")
    assert deliver["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert deliver["Resource"] == f"{LOGS}/app/*"
    assert deliver["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": APP},
    }
