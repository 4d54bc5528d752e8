"""Cases of the rules on alarms and topics."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy, read_policy
from tests.verify.cases import Case, nothing
from tests.verify.edits import both, opened, statements, with_alarm, with_keys, with_settings, with_topic


def alarm(facts: Facts) -> set[str]:
    return {each.arn for each in facts.alarms.alarms}


def topic(facts: Facts) -> set[str]:
    return {arn for arn, _ in facts.alarms.topics}


def _topic_is_gone(facts: Facts) -> Facts:
    return replace(
        facts, alarms=replace(facts.alarms, topics=tuple((arn, Seen(None)) for arn, _ in facts.alarms.topics))
    )


_DEFAULT_POLICY = read_policy(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Publish", "SNS:Subscribe"],
                "Resource": "*",
                "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}},
            }
        ]
    }
)
"""What SNS gives a topic that is made without one."""

_OTHER_ALARM = {"ArnEquals": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:other"}}

CASES = [
    Case("alarm-action", "it has none", with_alarm(actions=()), alarm),
    Case("alarm-action", "they are switched off", with_alarm(enabled=False), alarm),
    Case("alarm-delivery", "the topic is gone", _topic_is_gone, alarm),
    Case("alarm-delivery", "the topic lets nobody in", with_topic(policy=Policy()), alarm),
    Case(
        "alarm-delivery",
        "the topic lets another alarm in",
        with_topic(policy=statements(lambda found: found[0].update(Condition=_OTHER_ALARM))),
        alarm,
    ),
    Case("alarm-delivery", "the topic has SNS's own policy", with_topic(policy=_DEFAULT_POLICY), nothing),
    Case(
        "alarm-delivery",
        "AWS's own key, on which CloudWatch's messages are dropped",
        both(with_topic(key_name="alias/aws/sns"), with_keys(manager="AWS")),
        alarm,
    ),
    Case(
        "alarm-delivery",
        "the key may be used by the account only",
        with_keys(policy=statements(lambda found: found.pop(1))),
        alarm,
    ),
    Case(
        "alarm-delivery",
        "the key may not make data keys",
        with_keys(policy=statements(lambda found: found[1].update(Action=["kms:Decrypt"]))),
        alarm,
    ),
    Case("alarm-delivery", "the key is disabled", with_keys(state="Disabled"), alarm),
    Case("alarm-missing-data", "CloudWatch's default", with_alarm(missing_data="missing"), alarm),
    Case("alarm-missing-data", "AWS tells of none", with_alarm(missing_data=""), alarm),
    Case("alarm-heard", "nobody has confirmed", with_settings(alarm_email="ops@example.com"), topic),
    Case("alarm-heard", "somebody was asked and has not answered", with_topic(asked=1), topic),
    Case(
        "alarm-heard",
        "somebody has",
        both(with_settings(alarm_email="ops@example.com"), with_topic(listeners=1)),
        nothing,
    ),
    Case("topic-encryption", "no key", with_topic(key_name="", key=Seen(None)), topic),
    Case("topic-encryption", "AWS's own key", with_topic(key_name="alias/aws/sns"), topic),
    Case("topic-encryption", "the key is gone", with_topic(key=Seen(None)), topic),
    Case("topic-policy-closed", "everybody may publish", with_topic(policy=statements(opened)), topic),
]
