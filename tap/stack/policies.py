"""Every policy document of the stack, as JSON text. Pure; each allows what its holder needs and no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tap.stack.site import Site

Statement = dict[str, Any]

_USE_KEY = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _service_trust(service: str, condition: Statement | None = None) -> str:
    statement: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document(statement | ({"Condition": condition} if condition else {}))


def _account_administers(site: Site) -> Statement:
    """Without it a key that only a service may use could never be changed or deleted again."""
    return {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": site.root_arn},
        "Action": "kms:*",
        "Resource": "*",
    }


def logs_key(site: Site, log_groups: Sequence[str]) -> str:
    """The key of exactly those log groups. CreateLogGroup fails unless CloudWatch Logs may use the key."""
    return document(
        _account_administers(site),
        {
            "Sid": "LogGroupsEncrypt",
            "Effect": "Allow",
            "Principal": {"Service": site.logs_service},
            "Action": _USE_KEY,
            "Resource": "*",
            "Condition": {
                "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": [site.log_group_arn(name) for name in log_groups]}
            },
        },
    )


def alarms_key(site: Site) -> str:
    """The topic's key. CloudWatch drops a notification silently where it may not use the topic's key."""
    return document(
        _account_administers(site),
        {
            "Sid": "AlarmsPublish",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": site.account_id}},
        },
    )


def alarms_topic(site: Site, topic: str, alarm: str) -> str:
    """Only that alarm may publish to that topic."""
    return document(
        {
            "Sid": "AlarmPublishes",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": site.topic_arn(topic),
            "Condition": {
                "StringEquals": {"aws:SourceAccount": site.account_id},
                "ArnEquals": {"aws:SourceArn": site.alarm_arn(alarm)},
            },
        }
    )


def flow_logs_trust(site: Site) -> str:
    """Flow logs of this account and region only: otherwise anybody's flow log could borrow the role."""
    return _service_trust(
        "vpc-flow-logs.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": site.account_id},
            "ArnLike": {"aws:SourceArn": site.arn("ec2", "vpc-flow-log/*")},
        },
    )


def flow_logs_write(site: Site, log_group: str) -> str:
    """Write to that group. No logs:CreateLogGroup: late records would bring the group back after a destroy."""
    arn = site.log_group_arn(log_group)
    return document(
        {
            "Sid": "WriteFlowLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
            ],
            "Resource": [arn, f"{arn}:*"],
        }
    )


def replication_trust() -> str:
    return _service_trust("s3.amazonaws.com")


def replication(source_arn: str, destination_arn: str) -> str:
    """Read the source's versions; write objects, deletes and tags into the destination."""
    return document(
        {
            "Sid": "ReadConfiguration",
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": source_arn,
        },
        {
            "Sid": "ReadVersions",
            "Effect": "Allow",
            "Action": [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            "Resource": f"{source_arn}/*",
        },
        {
            "Sid": "Replicate",
            "Effect": "Allow",
            "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            "Resource": f"{destination_arn}/*",
        },
    )


def tls_only(bucket_arn: str) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},  # everybody, as a plain "*" is; some emulators read the mapping only
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def access_logs_delivery(site: Site, logs_bucket_arn: str, source_bucket_arn: str, prefix: str) -> Statement:
    """S3 may deliver that bucket's access logs, under that prefix, for this account."""
    return {
        "Sid": "AccessLogsDelivery",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{logs_bucket_arn}/{prefix}*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": site.account_id},
            "ArnEquals": {"aws:SourceArn": source_bucket_arn},
        },
    }
