"""Keys, log groups, and the alarm with the topic it speaks through."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tap.stack import policies
from tap.stack.scope import Scope

COMPONENT = "monitoring"
ALARM = "high-cpu"
TOPIC = "alarms"


def encryption_key(scope: Scope, role: str, description: str, policy: str) -> aws.kms.Key:
    """A key that rotates, and its alias. A deleted key takes what it encrypted along: 30 days to change one's mind."""
    key = aws.kms.Key(
        scope.names.of(f"{role}-key"),
        description=description,
        policy=policy,
        enable_key_rotation=True,
        deletion_window_in_days=7 if scope.disposable else 30,
        tags=scope.tags(f"{role}-key", COMPONENT),
        opts=scope.options(keep=True),
    )
    aws.kms.Alias(
        scope.names.of(f"{role}-key-alias"),
        name=scope.names.key_alias(role),
        target_key_id=key.id,
        opts=scope.options(delete_first=True),
    )
    return key


def log_group(scope: Scope, role: str, retention_days: int, key: aws.kms.Key) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(
        scope.names.of(f"{role}-logs"),
        name=scope.names.log_group(role),
        retention_in_days=retention_days,
        kms_key_id=key.arn,
        tags=scope.tags(f"{role}-logs", COMPONENT),
        opts=scope.options(after=[key], keep=True, delete_first=True),
    )


def alarm_topic(scope: Scope, email: str | None) -> aws.sns.Topic:
    """The topic on a key of our own: on AWS's `alias/aws/sns` the alarm's notifications are dropped silently.

    Whoever the e-mail belongs to gets a message from AWS and has to confirm it once.
    """
    site, name = scope.site, scope.names.of(TOPIC)
    key = encryption_key(scope, "alarms", "Notifications of alarms", policies.alarms_key(site))
    topic = aws.sns.Topic(
        name,
        name=name,
        kms_master_key_id=key.arn,
        policy=policies.alarms_topic(site, name, scope.names.of(ALARM)),
        tags=scope.tags(TOPIC, COMPONENT),
        opts=scope.options(delete_first=True),
    )
    if email:
        aws.sns.TopicSubscription(
            scope.names.of("alarms-email"), topic=topic.arn, protocol="email", endpoint=email, opts=scope.options()
        )
    return topic


def high_cpu_alarm(scope: Scope, threshold: float, topic: aws.sns.Topic) -> aws.cloudwatch.MetricAlarm:
    """Average CPU of the region's EC2 instances above the threshold for ten minutes.

    Without a dimension CloudWatch averages the instances that have detailed monitoring; where there are none there is
    no data, which is no alarm.
    """
    return aws.cloudwatch.MetricAlarm(
        scope.names.of(ALARM),
        name=scope.names.of(ALARM),
        alarm_description=f"Average EC2 CPU above {threshold:g} % for 10 minutes",
        namespace="AWS/EC2",
        metric_name="CPUUtilization",
        statistic="Average",
        comparison_operator="GreaterThanThreshold",
        threshold=threshold,
        period=300,
        evaluation_periods=2,
        treat_missing_data="notBreaching",
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        tags=scope.tags(ALARM, COMPONENT),
        opts=scope.options(delete_first=True),
    )


def flow_logs_role(scope: Scope, log_group_name: str) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    """The role that writes this account's flow logs into that group, and its inline policy."""
    role = aws.iam.Role(
        scope.names.of("flow-logs-role"),
        assume_role_policy=policies.flow_logs_trust(scope.site),
        tags=scope.tags("flow-logs-role", COMPONENT, iam=True),
        opts=scope.options(),
    )
    policy = aws.iam.RolePolicy(
        scope.names.of("flow-logs-policy"),
        role=role.id,
        policy=policies.flow_logs_write(scope.site, log_group_name),
        opts=scope.options(),
    )
    return role, policy


def flow_log(
    scope: Scope,
    vpc_id: pulumi.Input[str],
    group: aws.cloudwatch.LogGroup,
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
) -> aws.ec2.FlowLog:
    """All of the VPC's traffic into that group. AWS refuses a second one to the same place, hence delete first."""
    return aws.ec2.FlowLog(
        scope.names.of("vpc-flow-log"),
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags=scope.tags("vpc-flow-log", COMPONENT),
        opts=scope.options(after=[policy, group], delete_first=True),
    )
