"""The data plane of a topology: buckets, keys, logs, alarms, roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tap.graph.inventory import Thing
from tap.graph.labels import Labels
from tap.graph.references import References
from tap.graph.topology import Alarm, Bucket, EncryptionKey, FlowLog, LogGroup, Role, Topic

_ROLE_PROPERTIES = {"FlowLog": "iamRoleArn", "BucketReplicationConfig": "role"}
_SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "\N{GREATER-THAN OR EQUAL TO}",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "\N{LESS-THAN OR EQUAL TO}",
}
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class Data:
    """Reads buckets, keys, logs, alarms and roles out of the things."""

    def __init__(self, references: References, labels: Labels) -> None:
        self._references = references
        self._labels = labels

    def buckets(self) -> tuple[Bucket, ...]:
        return tuple(self._bucket(thing) for thing in self._references.of_kind("Bucket"))

    def _bucket(self, thing: Thing) -> Bucket:
        encryption = self._side(thing.key, "BucketServerSideEncryptionConfiguration")
        logging = self._side(thing.key, "BucketLogging")
        replication = self._side(thing.key, "BucketReplicationConfig")
        replicas = self._references.all(replication, "rules", "Bucket") if replication else ()
        return Bucket(
            thing.key,
            self._labels[thing.key],
            thing.region,
            tuple(self._features(thing.key)),
            tuple(key for key in replicas if key != thing.key),
            self._references.one(logging, "targetBucket", "Bucket") if logging else "",
            self._references.one(encryption, "rules", "Key") if encryption else "",
        )

    def _side(self, bucket: str, kind: str) -> Thing | None:
        sides = self._references.of_kind(kind)
        return next((one for one in sides if self._references.one(one, "bucket", "Bucket") == bucket), None)

    def _features(self, bucket: str) -> Iterator[str]:
        """What a look at the bucket has to tell, in short words."""
        if encryption := self._side(bucket, "BucketServerSideEncryptionConfiguration"):
            yield _found(encryption.properties, "sseAlgorithm") or "encrypted"
        versioning = self._side(bucket, "BucketVersioning")
        if versioning and _found(versioning.properties, "status") == "Enabled":
            yield "versioned"
        if block := self._side(bucket, "BucketPublicAccessBlock"):
            closed = all(block.text(name) == "true" for name in _BLOCKS)
            yield "no public access" if closed else "public access not all blocked"
        for days in _expirations(self._side(bucket, "BucketLifecycleConfiguration")):
            yield f"gone after {days} days"

    def log_groups(self) -> tuple[LogGroup, ...]:
        return tuple(
            LogGroup(
                thing.key,
                self._labels[thing.key],
                thing.text("name"),
                thing.region,
                _retention(thing.text("retentionInDays")),
                self._references.one(thing, "kmsKeyId", "Key"),
            )
            for thing in self._references.of_kind("LogGroup")
        )

    def topics(self) -> tuple[Topic, ...]:
        return tuple(
            Topic(
                thing.key,
                self._labels[thing.key],
                thing.region,
                tuple(self._subscribers(thing.key)),
                self._references.one(thing, "kmsMasterKeyId", "Key"),
            )
            for thing in self._references.of_kind("Topic")
        )

    def _subscribers(self, topic: str) -> Iterator[tuple[str, str]]:
        for thing in self._references.of_kind("TopicSubscription"):
            if self._references.one(thing, "topic", "Topic") == topic:
                # Whose address it is belongs into the details, not into a picture that people show around.
                yield thing.key, f"tells by {thing.text('protocol') or 'means not known'}"

    def alarms(self) -> tuple[Alarm, ...]:
        return tuple(
            Alarm(
                thing.key,
                self._labels[thing.key],
                thing.region,
                _condition(thing),
                self._references.all(thing, "alarmActions", "Topic"),
            )
            for thing in self._references.of_kind("MetricAlarm")
        )

    def keys(self) -> tuple[EncryptionKey, ...]:
        return tuple(
            EncryptionKey(thing.key, self._labels[thing.key], thing.region, thing.text("enableKeyRotation") == "true")
            for thing in self._references.of_kind("Key")
        )

    def roles(self) -> tuple[Role, ...]:
        return tuple(
            Role(
                thing.key,
                self._labels[thing.key],
                _trusted(thing.text("assumeRolePolicy")),
                tuple(self._users(thing.key)),
            )
            for thing in self._references.of_kind("Role")
        )

    def _users(self, role: str) -> Iterator[str]:
        for kind, property in _ROLE_PROPERTIES.items():
            for thing in self._references.of_kind(kind):
                if self._references.one(thing, property, "Role") == role:
                    yield thing.key

    def flow_logs(self) -> tuple[FlowLog, ...]:
        return tuple(
            FlowLog(
                thing.key,
                self._labels[thing.key],
                thing.text("trafficType"),
                self._references.one(thing, "logDestination", "LogGroup", "Bucket"),
            )
            for thing in self._references.of_kind("FlowLog")
        )


def _found(value: Any, name: str) -> str:
    """The first text of that name in a value, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            return str(value[name])
        value = list(value.values())
    if isinstance(value, list):
        return next((found for item in value if (found := _found(item, name))), "")
    return ""


def _expirations(lifecycle: Thing | None) -> Iterator[int]:
    rules = lifecycle.properties.get("rules") if lifecycle else None
    for rule in rules if isinstance(rules, list) else ():
        expiration = rule.get("expiration") if isinstance(rule, dict) else None
        days = expiration.get("days") if isinstance(expiration, dict) else None
        if isinstance(days, (int, float)) and days:
            yield int(days)


def _retention(days: str) -> str:
    return f"kept {days} days" if days and days != "0" else "kept for ever"


def _condition(alarm: Thing) -> str:
    sign = _SIGNS.get(alarm.text("comparisonOperator"), alarm.text("comparisonOperator"))
    return " ".join(part for part in (alarm.text("metricName"), sign, alarm.text("threshold")) if part)


def _trusted(policy: str) -> tuple[str, ...]:
    """The principals of a trust policy, services without their domain. Nothing for what is no JSON (unknown yet)."""
    try:
        statements = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return ()
    found: list[str] = []
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        for named in principal.values() if isinstance(principal, dict) else [principal]:
            found += [
                str(one).removesuffix(".amazonaws.com") for one in (named if isinstance(named, list) else [named])
            ]
    return tuple(dict.fromkeys(found))
