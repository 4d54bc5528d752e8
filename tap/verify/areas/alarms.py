"""Look at the stack's alarms, and at what carries their word: topics, the topics' keys and subscriptions."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.area import Area
from tap.verify.areas.keys import KEY_ACTIONS, look_at_key
from tap.verify.facts.alarms import Alarm, AlarmFacts, Topic, is_topic
from tap.verify.facts.scope import Scope
from tap.verify.facts.seen import Seen, unseen
from tap.verify.policies.document import read_policy
from tap.verify.reader import Reader

NAMES_AT_ONCE_MAX = 100
"""What CloudWatch takes in one call."""

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_GONE = ("NotFound", "NotFoundException")


def _collect(reader: Reader, scope: Scope) -> AlarmFacts:
    regions = sorted({claim.region for claim in scope.of(_ALARM)})
    alarms = [alarm for region in regions for alarm in _alarms(reader, scope, region)]
    there = {alarm.name for alarm in alarms}
    named = {action for alarm in alarms for action in alarm.actions if is_topic(action)}
    topics = sorted(named | set(scope.ids("aws:sns/topic:Topic")))
    return AlarmFacts(
        tuple(alarms),
        tuple(zip(topics, reader.each(lambda arn: _topic(reader, arn), topics), strict=True)),
        tuple(name for name in scope.ids(_ALARM) if name not in there),
    )


def _alarms(reader: Reader, scope: Scope, region: str) -> Iterator[Alarm]:
    names = [claim.id for claim in scope.of(_ALARM) if claim.region == region]
    for start in range(0, len(names), NAMES_AT_ONCE_MAX):
        some = names[start : start + NAMES_AT_ONCE_MAX]
        for described in reader.items("cloudwatch", "DescribeAlarms", "MetricAlarms", region=region, AlarmNames=some):
            yield Alarm(
                name=described["AlarmName"],
                arn=described["AlarmArn"],
                actions=tuple(described.get("AlarmActions", ())),
                enabled=bool(described.get("ActionsEnabled")),
                missing_data=described.get("TreatMissingData", ""),
            )


def _topic(reader: Reader, arn: str) -> Seen[Topic | None]:
    region = "".join(arn.split(":")[3:4])  # the id in a state may be no ARN: then AWS says so
    answer = reader.answer("sns", "GetTopicAttributes", subject=arn, region=region, absent=_GONE, TopicArn=arn)
    if answer is None:
        return unseen(f"sns:GetTopicAttributes of {arn} failed")
    if not answer:
        return Seen(None)
    attributes = answer["Attributes"]
    key_name = attributes.get("KmsMasterKeyId", "")
    return Seen(
        Topic(
            arn,
            policy=read_policy(attributes.get("Policy")),
            key_name=key_name,
            key=look_at_key(reader, key_name, region) if key_name else Seen(None),
            listeners=int(attributes.get("SubscriptionsConfirmed", "0")),
            asked=int(attributes.get("SubscriptionsPending", "0")),
        )
    )


ALARMS = Area("alarms", KEY_ACTIONS | {"cloudwatch:DescribeAlarms", "sns:GetTopicAttributes"}, _collect, traced=True)
