"""Every log group: encrypted by a key that CloudWatch Logs may really use, and kept for a time that somebody chose."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.facts.logs import LogGroup
from tap.verify.finding import Flaw, Severity
from tap.verify.rule import rule
from tap.verify.rules.key_use import what_is_wrong_with, what_it_refuses
from tap.verify.rules.per_subject import of_each

_UP = "`tap up --refresh` sets it again"
_CONTEXT = "kms:encryptioncontext:aws:logs:arn"
_NEEDED = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)
"""What CloudWatch Logs does with a group's key:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""

_DNS_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}

of_each_group = of_each(lambda facts: facts.logs.groups, lambda group: group.arn)


def _service(group: LogGroup) -> str:
    """CloudWatch Logs' name as a principal, which is another one in each region."""
    return f"logs.{group.region}.{_DNS_SUFFIXES.get(group.arn.split(':')[1], 'amazonaws.com')}"


@rule(
    "log-group-encryption",
    severity=Severity.HIGH,
    title="Every log group is encrypted with a key of ours that CloudWatch Logs may use for it",
    areas=("logs",),
)
@of_each_group
def log_group_encryption(_facts: Facts, group: LogGroup) -> Iterator[Flaw]:
    if not group.key_arn:
        yield Flaw(group.arn, "it is not encrypted with a key of ours", _UP)
        return
    key = group.key.value
    if wrong := what_is_wrong_with(key):
        yield Flaw(group.arn, f"{wrong}: CloudWatch Logs can neither write nor read it", "enable the key again")
        return
    assert key is not None  # noqa: S101  - said to be wrong above
    missing = list(what_it_refuses(key, _service(group), _NEEDED, {_CONTEXT: group.arn}))
    if missing:
        yield Flaw(group.arn, f"the policy of its key {key.arn} refuses CloudWatch Logs {', '.join(missing)}", _UP)


@rule(
    "log-key-scope",
    severity=Severity.MEDIUM,
    title="CloudWatch Logs may use the key for the stack's log groups only",
    areas=("logs",),
)
@of_each_group
def log_key_scope(_facts: Facts, group: LogGroup) -> Iterator[Flaw]:
    key = group.key.value
    if key is None:
        return
    other = f"{group.arn.partition(':log-group:')[0]}:log-group:/another/one"
    if "kms:Decrypt" not in what_it_refuses(key, _service(group), ["kms:Decrypt"], {_CONTEXT: other}):
        yield Flaw(key.arn, "its policy lets CloudWatch Logs use it for other log groups too", _UP)


@rule(
    "log-group-retention",
    severity=Severity.MEDIUM,
    title="Every log group forgets after a time that somebody chose",
    areas=("logs",),
)
@of_each_group
def log_group_retention(_facts: Facts, group: LogGroup) -> Iterator[Flaw]:
    if group.retention_days is None:
        yield Flaw(group.arn, "it keeps everything for ever, and everything is paid for", _UP)
