"""Every alarm: does something when it goes off, and is heard."""

from __future__ import annotations

from collections.abc import Iterator

from tap.posture.encryption import is_customer_key
from tap.verify.facts import Facts
from tap.verify.facts.alarms import Alarm, Topic, is_topic
from tap.verify.facts.seen import CannotTellError, Seen
from tap.verify.finding import Flaw, Severity
from tap.verify.policies.asking import allows, strangers
from tap.verify.policies.evaluation import Request
from tap.verify.rule import rule
from tap.verify.rules.key_use import is_customers, what_is_wrong_with, what_it_refuses
from tap.verify.rules.per_subject import of_each

_UP = "`tap up --refresh` sets it again"
_CLOUDWATCH = "cloudwatch.amazonaws.com"
_KEY_NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")
"""https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html, on event sources from AWS services."""

of_each_alarm = of_each(lambda facts: facts.alarms.alarms, lambda alarm: alarm.arn)
of_each_topic = of_each(lambda facts: facts.alarms.topics, lambda pair: pair[0])


@rule(
    "alarm-action",
    severity=Severity.HIGH,
    title="Every alarm does something when it goes off",
    areas=("alarms",),
)
@of_each_alarm
def alarm_action(_facts: Facts, alarm: Alarm) -> Iterator[Flaw]:
    if not alarm.actions:
        yield Flaw(alarm.arn, "it has no action: nobody hears of it", _UP)
    elif not alarm.enabled:
        fix = f"aws cloudwatch enable-alarm-actions --alarm-names {alarm.name}"
        yield Flaw(alarm.arn, "its actions are switched off", fix)


@rule(
    "alarm-delivery",
    severity=Severity.HIGH,
    title="What an alarm says can be delivered: the topic and its key let CloudWatch in",
    areas=("alarms",),
)
@of_each_alarm
def alarm_delivery(facts: Facts, alarm: Alarm) -> Iterator[Flaw]:
    others = [action for action in alarm.actions if not is_topic(action)]
    for arn in alarm.actions:
        if arn in others:
            continue
        topic = facts.alarms.topic(arn).value
        if topic is None:
            yield Flaw(alarm.arn, f"its topic {arn} is not there", _UP)
            continue
        if not allows([topic.policy], Request("sns:Publish", arn, _CLOUDWATCH, _who_asks(alarm))):
            yield Flaw(alarm.arn, f"the policy of its topic {arn} does not let CloudWatch publish for it", _UP)
        yield from _stopped_by_key(alarm, topic)
    if others:
        raise CannotTellError(f"whether these actions can be done is not judged: {', '.join(others)}")


def _who_asks(alarm: Alarm) -> dict[str, str | None]:
    account = alarm.arn.split(":")[4]
    return {
        "aws:sourceaccount": account,
        "aws:sourceowner": account,
        "aws:sourcearn": alarm.arn,
        "aws:securetransport": "true",
    }


def _stopped_by_key(alarm: Alarm, topic: Topic) -> Iterator[Flaw]:
    if not topic.key_name:
        return
    key = topic.key.value
    if wrong := what_is_wrong_with(key):
        yield Flaw(alarm.arn, f"of its topic {topic.arn}: {wrong}", "enable the key, or take another")
        return
    assert key is not None  # noqa: S101  - said to be wrong above
    if not is_customers(key):
        says = f"its topic {topic.arn} is on AWS's own key, which CloudWatch may not use: it drops what it has to say"
        yield Flaw(alarm.arn, says, _UP)
        return
    context = {**_who_asks(alarm), "kms:encryptioncontext:aws:sns:topicarn": topic.arn}
    if missing := list(what_it_refuses(key, _CLOUDWATCH, _KEY_NEEDED, context)):
        yield Flaw(alarm.arn, f"the policy of its topic's key {key.arn} refuses CloudWatch {', '.join(missing)}", _UP)


@rule(
    "alarm-missing-data",
    severity=Severity.LOW,
    title="Every alarm says what no data means",
    areas=("alarms",),
)
@of_each_alarm
def alarm_missing_data(_facts: Facts, alarm: Alarm) -> Iterator[Flaw]:
    if alarm.missing_data in ("", "missing"):
        yield Flaw(alarm.arn, "what no data means is left at CloudWatch's default", _UP)


@rule(
    "alarm-heard",
    severity=Severity.LOW,
    title="Where somebody is to be told, somebody has confirmed to listen",
    areas=("alarms",),
)
@of_each_topic
def alarm_heard(facts: Facts, pair: tuple[str, Seen[Topic | None]]) -> Iterator[Flaw]:
    topic = pair[1].value
    if topic is None or topic.listeners:
        return
    if topic.asked or facts.scope.settings.get("alarm_email"):
        yield Flaw(topic.arn, "nobody listens to it", "confirm the subscription in the message that AWS has sent")


@rule(
    "topic-encryption",
    severity=Severity.MEDIUM,
    title="Every topic is encrypted with a key of ours",
    areas=("alarms",),
)
@of_each_topic
def topic_encryption(_facts: Facts, pair: tuple[str, Seen[Topic | None]]) -> Iterator[Flaw]:
    topic = pair[1].value
    if topic is None:
        return
    if not is_customer_key(topic.key_name):
        yield Flaw(topic.arn, f"it is encrypted with {topic.key_name or 'no key'}", _UP)
    elif wrong := what_is_wrong_with(topic.key.value):
        yield Flaw(topic.arn, wrong, "enable the key, or take another")


@rule(
    "topic-policy-closed",
    severity=Severity.HIGH,
    title="No topic's policy lets in anybody else",
    areas=("alarms",),
)
@of_each_topic
def topic_policy_closed(facts: Facts, pair: tuple[str, Seen[Topic | None]]) -> Iterator[Flaw]:
    topic = pair[1].value
    for sid, who in strangers(topic.policy, facts.scope.accounts) if topic else ():
        yield Flaw(topic.arn if topic else "", f"{sid} of its policy lets in {who}", _UP)
