"""The keys, log groups, alarm and flow logs that `tap up` built, by boto3."""

from __future__ import annotations

import json

from tests.integration.project import ACCOUNT_ID


def test_the_flow_logs_role_is_for_this_accounts_flow_logs_and_writes_to_one_group(built):
    role = built.role("tap-flow-logs-role-local")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    (policy,) = role["policies"].values()
    (statement,) = policy["Statement"]
    group = f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:/tap/local/infrastructure"

    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:vpc-flow-log/*"},
    }
    assert sorted(statement["Resource"]) == [group, f"{group}:*"]
    assert sorted(statement["Action"]) == [
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    ]


def test_all_traffic_of_the_vpc_is_logged_to_the_infrastructure_group(built):
    flow_log = built.of("flow log")["tap-vpc-flow-log-local"]

    assert flow_log["ResourceId"] == built.outputs["vpc_id"]
    assert flow_log["TrafficType"] == "ALL"
    assert flow_log["LogDestination"].removesuffix(":*").endswith(":log-group:/tap/local/infrastructure")
    assert flow_log["DeliverLogsPermissionArn"] == built.role("tap-flow-logs-role-local")["Arn"]
    assert flow_log["FlowLogStatus"] == "ACTIVE"


def test_the_keys_rotate_and_have_their_aliases(built):
    keys = [built.key(f"alias/tap-{role}-local") for role in ("logs", "alarms")]

    assert len({key["KeyId"] for key in keys}) == 2
    for key in keys:
        assert key["rotation"] is True
        assert key["KeyState"] == "Enabled"


def test_the_logs_key_serves_the_accounts_own_administrators_and_exactly_the_two_log_groups(built):
    administers, serves = json.loads(built.key("alias/tap-logs-local")["policy"])["Statement"]
    groups = f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:/tap/local"

    assert administers["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    assert administers["Action"] == "kms:*"
    assert serves["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert serves["Condition"] == {
        "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": [f"{groups}/application", f"{groups}/infrastructure"]}
    }
    assert {"kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"} <= set(serves["Action"])


def test_the_alarms_key_serves_cloudwatch_for_this_account(built):
    administers, serves = json.loads(built.key("alias/tap-alarms-local")["policy"])["Statement"]

    assert administers["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    assert serves["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert sorted(serves["Action"]) == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert serves["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}


def test_both_log_groups_are_encrypted_kept_for_90_days_and_tagged(built):
    groups = built.after["us-east-1 log group"]
    key = built.key("alias/tap-logs-local")

    assert groups.keys() == {"/tap/local/application", "/tap/local/infrastructure"}
    for group in groups.values():
        assert group["kmsKeyId"] == key["Arn"]
        assert group["retentionInDays"] == 90
        assert group["tags"]["Component"] == "monitoring"


def test_the_alarm_fires_on_high_cpu_and_tells_the_topic(built):
    alarm = built.after["us-east-1 alarm"]["tap-high-cpu-local"]
    (topic,) = built.after["us-east-1 topic"]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/EC2", "CPUUtilization", "Average")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 80.0)
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 2)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["ActionsEnabled"] is True
    assert alarm["AlarmActions"] == alarm["OKActions"] == [topic]


def test_only_that_alarm_publishes_to_the_topic_which_is_on_a_key_of_its_own(built):
    ((arn, topic),) = built.after["us-east-1 topic"].items()
    (statement,) = json.loads(topic["Policy"])["Statement"]

    assert arn == f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:tap-alarms-local"
    assert topic["KmsMasterKeyId"] == built.key("alias/tap-alarms-local")["Arn"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "sns:Publish", arn)
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT_ID}:alarm:tap-high-cpu-local"},
    }
