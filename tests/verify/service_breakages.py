"""Breakages of keys, log groups, alarms, roles and tags."""

from __future__ import annotations

import json
from typing import Any

from tests.verify.breakages import Breakage, BuiltStack

_ALARM = "tap-high-cpu-local"
_KEPT_OF_AN_ALARM = (
    *("AlarmName", "AlarmActions", "OKActions", "Namespace", "MetricName", "Statistic", "Period"),
    *("EvaluationPeriods", "Threshold", "ComparisonOperator"),
)


def _key(stack: BuiltStack, role: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{stack.ids[f'{role}-key']}"


def _edit_key_policy(stack: BuiltStack, role: str, edit: Any) -> str:
    kms, key = stack.aws.client("kms"), stack.ids[f"{role}-key"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    edit(policy["Statement"])
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    return _key(stack, role)


def _open_the_alarms_key(stack: BuiltStack) -> str:
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}
    return _edit_key_policy(stack, "alarms", lambda found: found.append(everybody))


def _lock_the_account_out(stack: BuiltStack) -> str:
    return _edit_key_policy(stack, "logs", lambda found: found.pop(0))


def _let_any_group_use_the_key(stack: BuiltStack) -> str:
    """Any of the account's; the groups of others stay out."""
    groups = "arn:aws:logs:us-east-1:123456789012:log-group:*"
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    return _edit_key_policy(stack, "logs", lambda found: found[-1].update(Condition=condition))


def _stop_rotating(stack: BuiltStack) -> str:
    stack.aws.client("kms").disable_key_rotation(KeyId=stack.ids["alarms-key"])
    return _key(stack, "alarms")


def _delete_a_key(stack: BuiltStack) -> str:
    stack.aws.client("kms").schedule_key_deletion(KeyId=stack.ids["alarms-key"], PendingWindowInDays=7)
    return _key(stack, "alarms")


def _delete_an_alias(stack: BuiltStack) -> str:
    stack.aws.client("kms").delete_alias(AliasName="alias/tap-logs-local")
    return _key(stack, "logs")


def _take_a_groups_key_away(stack: BuiltStack) -> str:
    stack.aws.client("logs").disassociate_kms_key(logGroupName="/tap/local/infrastructure")
    return "arn:aws:logs:us-east-1:123456789012:log-group:/tap/local/infrastructure"


def _keep_logs_for_ever(stack: BuiltStack) -> str:
    stack.aws.client("logs").delete_retention_policy(logGroupName="/tap/local/application")
    return "arn:aws:logs:us-east-1:123456789012:log-group:/tap/local/application"


def _alarm(stack: BuiltStack) -> dict[str, Any]:
    (alarm,) = stack.aws.client("cloudwatch").describe_alarms(AlarmNames=[_ALARM])["MetricAlarms"]
    return alarm


def _leave_missing_data_open(stack: BuiltStack) -> str:
    alarm = _alarm(stack)
    stack.aws.client("cloudwatch").put_metric_alarm(**{key: alarm[key] for key in _KEPT_OF_AN_ALARM})
    return alarm["AlarmArn"]


def _switch_actions_off(stack: BuiltStack) -> str:
    stack.aws.client("cloudwatch").disable_alarm_actions(AlarmNames=[_ALARM])
    return _alarm(stack)["AlarmArn"]


def _edit_topic_policy(stack: BuiltStack, edit: Any) -> str:
    sns, arn = stack.aws.client("sns"), stack.ids["alarms"]
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    edit(policy["Statement"])
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy))
    return arn


def _let_another_alarm_publish(stack: BuiltStack) -> str:
    other = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:other"
    condition = {"ArnEquals": {"aws:SourceArn": other}, "StringEquals": {"aws:SourceAccount": "123456789012"}}
    _edit_topic_policy(stack, lambda found: found[0].update(Condition=condition))
    return _alarm(stack)["AlarmArn"]


def _let_everybody_subscribe(stack: BuiltStack) -> str:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": stack.ids["alarms"]}
    return _edit_topic_policy(stack, lambda found: found.append(everybody))


def _put_the_topic_on_awss_key(stack: BuiltStack) -> str:
    arn = stack.ids["alarms"]
    stack.aws.client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"
    )
    return arn


def _ask_somebody_to_listen(stack: BuiltStack) -> str:
    arn = stack.ids["alarms"]
    stack.aws.client("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
    return arn


def _edit_role_policy(stack: BuiltStack, role: str, edit: Any) -> str:
    iam, name = stack.aws.client("iam"), stack.ids[role]
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    edit(document["Statement"])
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    return iam.get_role(RoleName=name)["Role"]["Arn"]


def _edit_trust(stack: BuiltStack, role: str, edit: Any) -> str:
    iam, name = stack.aws.client("iam"), stack.ids[role]
    described = iam.get_role(RoleName=name)["Role"]
    document = described["AssumeRolePolicyDocument"]
    edit(document["Statement"])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))
    return described["Arn"]


def _let_flow_logs_create_groups_only(stack: BuiltStack) -> str:
    return _edit_role_policy(
        stack, "flow-logs-role", lambda found: found[0].update(Action=["logs:CreateLogGroup", "logs:CreateLogStream"])
    )


def _attach_a_managed_policy(stack: BuiltStack) -> str:
    iam, name = stack.aws.client("iam"), stack.ids["replication-role"]
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}
    )
    policy = iam.create_policy(PolicyName="too-much", PolicyDocument=document)["Policy"]
    iam.attach_role_policy(RoleName=name, PolicyArn=policy["Arn"])
    return iam.get_role(RoleName=name)["Role"]["Arn"]


def _trust_any_account(stack: BuiltStack) -> str:
    return _edit_trust(stack, "flow-logs-role", lambda found: found[0].pop("Condition"))


def _trust_everybody(stack: BuiltStack) -> str:
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    return _edit_trust(stack, "replication-role", lambda found: found.append(everybody))


def _take_compliances_tag_away(stack: BuiltStack) -> str:
    stack.ec2.delete_tags(Resources=[stack.ids["vpc"]], Tags=[{"Key": "environment"}])
    return stack.ids["vpc"]


BREAKAGES = [
    Breakage("key-policy-closed", "everybody may decrypt with the alarms' key", _open_the_alarms_key),
    Breakage("key-rotation", "the alarms' key does not rotate", _stop_rotating),
    Breakage("key-usable", "the alarms' key is about to be deleted", _delete_a_key),
    Breakage("key-alias", "the logs' key has no alias", _delete_an_alias),
    Breakage("key-administered", "the logs' key has locked the account out", _lock_the_account_out),
    Breakage("log-key-scope", "any log group may use the logs' key", _let_any_group_use_the_key),
    Breakage("log-group-encryption", "the infrastructure's logs have no key", _take_a_groups_key_away),
    Breakage("log-group-retention", "the application's logs stay for ever", _keep_logs_for_ever),
    Breakage("alarm-missing-data", "what no data means is left open", _leave_missing_data_open),
    Breakage("alarm-action", "the alarm's actions are switched off", _switch_actions_off),
    Breakage("alarm-delivery", "the topic lets another alarm in", _let_another_alarm_publish),
    Breakage("topic-policy-closed", "everybody may subscribe", _let_everybody_subscribe),
    Breakage("topic-encryption", "the topic is on AWS's own key", _put_the_topic_on_awss_key),
    Breakage("alarm-heard", "a subscription was never confirmed", _ask_somebody_to_listen),
    Breakage("flow-log-delivery", "flow logs may not be written", _let_flow_logs_create_groups_only),
    Breakage("flow-log-role-creates-no-group", "flow logs may create groups", _let_flow_logs_create_groups_only),
    Breakage("flow-log-role-trust", "any account's flow logs may be written", _trust_any_account),
    Breakage("role-no-wider", "a managed policy is attached to the replication role", _attach_a_managed_policy),
    Breakage("role-trust-closed", "everybody may assume the replication role", _trust_everybody),
    Breakage("tags", "the VPC is without compliance's tag", _take_compliances_tag_away),
]
