"""What is particular to roles, keys, log groups, alarms and topics, beyond the contract that all types keep."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tap.engine.provider import ProviderError
from tests.aws.handling import changes, create, delete, failures, tags_in, urn_of
from tests.aws.sample import unique

ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def update(provider, token, inputs, made, news):
    news = provider.check(urn_of(token), inputs, news, b"seed").inputs
    return provider.update(urn_of(token), made.id, inputs, made.outputs, news, 0, preview=False)


def test_tag_keys_that_iam_takes_for_the_same_are_refused_at_once(provider):
    tags = {"environment": "production", "Environment": "dev"}

    assert failures(provider, ROLE, {"assumeRolePolicy": TRUST, "tags": tags}) == ["tags"]
    assert failures(provider, TOPIC, {"tags": tags}) == []


def test_a_tag_key_may_change_its_letter_case(provider, world):
    wanted = {"name": unique("role"), "assumeRolePolicy": TRUST}
    inputs, made = create(provider, ROLE, {**wanted, "tags": {"environment": "a"}})
    update(provider, ROLE, inputs, made, {**wanted, "tags": {"Environment": "a"}})

    assert tags_in(world.client("iam").list_role_tags(RoleName=made.id)["Tags"]) == {"Environment": "a"}


@pytest.mark.parametrize("force", [True, False])
def test_a_role_with_policies_of_others_goes_only_by_force(provider, world, force, monkeypatch):
    monkeypatch.setattr("tap.aws.types.iam._DETACHING_SECONDS_MAX", 0.1)
    iam = world.client("iam")
    wanted = {"name": unique("role"), "assumeRolePolicy": json.dumps(TRUST), "forceDetachPolicies": force}
    inputs, made = create(provider, ROLE, wanted)
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    managed = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=json.dumps(allow))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=made.id, PolicyArn=managed)
    iam.put_role_policy(RoleName=made.id, PolicyName="theirs", PolicyDocument=json.dumps(allow))
    profile = unique("profile")
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=made.id)

    if force:
        delete(provider, ROLE, inputs, made)
        with pytest.raises(ClientError, match="NoSuchEntity"):
            iam.get_role(RoleName=made.id)
    else:
        with pytest.raises(ProviderError, match="DeleteConflict"):
            delete(provider, ROLE, inputs, made)


def test_a_deleted_key_waits_for_its_end_and_counts_as_gone(provider, world):
    inputs, made = create(provider, KEY, {"deletionWindowInDays": 7})
    delete(provider, KEY, inputs, made)
    key = world.client("kms").describe_key(KeyId=made.id)["KeyMetadata"]
    days = (key["DeletionDate"] - key["CreationDate"]).total_seconds() / 86400

    assert key["KeyState"] == "PendingDeletion"
    assert round(days) == 7
    assert provider.read(urn_of(KEY), made.id, inputs, made.outputs) is None


def test_a_disabled_key_is_enabled_for_a_change_and_disabled_again_last(provider, world):
    inputs, made = create(provider, KEY, {"isEnabled": False, "enableKeyRotation": True})
    enabled = update(provider, KEY, inputs, made, {"enableKeyRotation": True, "description": "now on"})

    assert made.outputs["isEnabled"] is False
    assert made.outputs["enableKeyRotation"] is True
    assert made.outputs["rotationPeriodInDays"] == 365
    assert (enabled["isEnabled"], enabled["description"]) == (True, "now on")
    assert world.client("kms").describe_key(KeyId=made.id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_key_rotates_as_often_as_is_wanted(provider, world):
    inputs, made = create(provider, KEY, {"enableKeyRotation": True, "rotationPeriodInDays": 100})
    outputs = update(provider, KEY, inputs, made, {"enableKeyRotation": True, "rotationPeriodInDays": 200})

    assert (made.outputs["rotationPeriodInDays"], outputs["rotationPeriodInDays"]) == (100, 200)
    assert world.client("kms").get_key_rotation_status(KeyId=made.id)["RotationPeriodInDays"] == 200
    assert failures(provider, KEY, {"rotationPeriodInDays": 100}) == ["rotationPeriodInDays"]


def test_an_alias_finds_its_key_by_id_or_arn(provider, world):
    key = world.client("kms").create_key()["KeyMetadata"]
    inputs, made = create(provider, ALIAS, {"name": f"alias/{unique('key')}", "targetKeyId": key["Arn"]})

    assert made.outputs["targetKeyId"] == key["KeyId"]
    assert made.outputs["targetKeyArn"] == key["Arn"]
    assert not changes(provider, ALIAS, inputs, made)
    assert failures(provider, ALIAS, {"name": "alias/aws/mine", "targetKeyId": "k"}) == ["name"]


def test_a_log_group_may_outlive_its_resource(provider, world):
    inputs, made = create(provider, LOG_GROUP, {"name": unique("/tap/group"), "skipDestroy": True})
    delete(provider, LOG_GROUP, inputs, made)

    assert provider.read(urn_of(LOG_GROUP), made.id, inputs, made.outputs) is not None
    assert world.client("logs").describe_log_groups(logGroupNamePrefix=made.id)["logGroups"] != []


def test_a_log_group_goes_back_to_aws_key_and_endless_retention(provider, world):
    key = "arn:aws:kms:us-east-1:123456789012:key/k"
    wanted = {"name": unique("/tap/group")}
    inputs, made = create(provider, LOG_GROUP, {**wanted, "kmsKeyId": key, "retentionInDays": 7})
    update(provider, LOG_GROUP, inputs, made, wanted)
    group = world.client("logs").describe_log_groups(logGroupNamePrefix=made.id)["logGroups"][0]

    assert made.outputs["arn"].endswith(f"log-group:{made.id}")
    assert "kmsKeyId" not in group
    assert "retentionInDays" not in group


def test_a_retention_that_aws_does_not_know_is_refused_at_once(provider):
    assert failures(provider, LOG_GROUP, {"retentionInDays": 8}) == ["retentionInDays"]


def test_an_alarm_of_that_name_is_not_overwritten(provider, world):
    wanted = {"name": unique("alarm"), "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1}
    wanted |= {"metricName": "CPUUtilization", "namespace": "AWS/EC2", "period": 60, "statistic": "Average"}
    create(provider, ALARM, {**wanted, "threshold": 80})

    with pytest.raises(ProviderError, match="already exists"):
        create(provider, ALARM, {**wanted, "threshold": 10})
    found = world.client("cloudwatch").describe_alarms(AlarmNames=[wanted["name"]])["MetricAlarms"]
    assert found[0]["Threshold"] == 80


def test_a_query_of_an_alarm_returns_its_data_only_where_that_is_said(provider, world):
    metric = {"metricName": "CPUUtilization", "namespace": "AWS/EC2", "period": 60, "stat": "Average"}
    queries = [{"id": "m1", "metric": metric}, {"id": "e1", "expression": "m1 / 2", "returnData": True}]
    wanted = {"name": unique("alarm"), "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1}
    create(provider, ALARM, {**wanted, "metricQueries": queries})
    alarm = world.client("cloudwatch").describe_alarms(AlarmNames=[wanted["name"]])["MetricAlarms"][0]

    assert {query["Id"]: query["ReturnData"] for query in alarm["Metrics"]} == {"m1": False, "e1": True}
    assert alarm["Threshold"] == 0


def test_an_alarm_is_checked_as_a_whole(provider):
    wrong = {"comparisonOperator": "Above", "metricName": "CPUUtilization", "period": 45, "okActions": ["a"] * 6}

    assert set(failures(provider, ALARM, wrong)) == {"comparisonOperator", "metricName", "period", "okActions"}


def test_an_email_subscription_waits_for_its_reader_and_ends_quietly(provider, world):
    topic = world.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    wanted = {"topic": topic, "protocol": "email", "endpoint": "ops@example.com"}
    inputs, made = create(provider, SUBSCRIPTION, wanted)
    with pytest.raises(ClientError, match="pending confirmation"):
        world.client("sns").unsubscribe(SubscriptionArn=made.id)
    delete(provider, SUBSCRIPTION, inputs, made)

    assert made.id.startswith(f"{topic}:")
    assert made.outputs["arn"] == made.id
    assert made.outputs["pendingConfirmation"] is True


def test_a_filter_may_go_from_attributes_to_nested_bodies_and_back(provider, world):
    topic = world.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    wanted = {"topic": topic, "protocol": "sqs", "endpoint": f"arn:aws:sqs:us-east-1:123456789012:{unique('queue')}"}
    flat = {**wanted, "filterPolicy": {"kind": ["alarm"]}, "filterPolicyScope": "MessageAttributes"}
    nested = {**wanted, "filterPolicy": {"detail": {"kind": ["alarm"]}}, "filterPolicyScope": "MessageBody"}
    inputs, made = create(provider, SUBSCRIPTION, flat)
    there = update(provider, SUBSCRIPTION, inputs, made, nested)
    back = update(provider, SUBSCRIPTION, inputs, made, flat)

    assert there["filterPolicyScope"] == "MessageBody"
    assert json.loads(there["filterPolicy"]) == {"detail": {"kind": ["alarm"]}}
    assert back["filterPolicyScope"] == "MessageAttributes"
    assert json.loads(back["filterPolicy"]) == {"kind": ["alarm"]}


def test_a_fifo_topic_has_its_own_attributes_and_suffix(provider):
    wanted = {"namePrefix": "orders-", "fifoTopic": True, "contentBasedDeduplication": True}
    inputs, made = create(provider, TOPIC, {**wanted, "fifoThroughputScope": "MessageGroup"})

    assert made.outputs["name"].startswith("orders-")
    assert made.outputs["name"].endswith(".fifo")
    assert made.outputs["fifoThroughputScope"] == "MessageGroup"
    assert made.outputs["contentBasedDeduplication"] is True
    assert not changes(provider, TOPIC, inputs, made)
    assert failures(provider, TOPIC, {"name": "standard", "contentBasedDeduplication": True}) == [
        "contentBasedDeduplication"
    ]


def test_a_topic_without_a_policy_has_aws_own(provider):
    _, made = create(provider, TOPIC, {"name": unique("topic")})

    assert json.loads(made.outputs["policy"])["Id"] == "__default_policy_ID"
    assert made.outputs["owner"] == "123456789012"
