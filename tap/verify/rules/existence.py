"""Whether what the state claims is in the cloud. What a network is made of is compared by the rules on networks."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.finding import Doubt, Flaw, Severity
from tap.verify.rule import rule


@rule(
    "data-exists",
    severity=Severity.HIGH,
    title="Every bucket, key, log group, alarm, topic and role of the state is in the cloud",
    areas=("storage", "keys", "logs", "alarms", "roles"),
)
def data_exists(facts: Facts) -> Iterator[Flaw | Doubt]:
    own_topics = set(facts.scope.ids("aws:sns/topic:Topic"))
    topics = {arn: topic for arn, topic in facts.alarms.topics if arn in own_topics}
    lost = {
        "bucket": facts.storage.gone,
        "key": facts.keys.gone,
        "log group": facts.logs.gone,
        "alarm": facts.alarms.gone,
        "role": facts.roles.gone,
        "topic": tuple(arn for arn, topic in topics.items() if not topic.unseen and topic.found is None),
    }
    not_seen = {
        **{bucket.arn: bucket.region.unseen for bucket in facts.storage.buckets},
        **{own.name: own.looked.unseen for own in facts.keys.keys},
        **{arn: topic.unseen for arn, topic in topics.items()},
    }
    yield from (Doubt(name, why) for name, why in not_seen.items() if why)
    for kind, ids in lost.items():
        for id_ in ids:
            yield Flaw(id_, f"the state has this {kind}, the cloud does not", "`tap up --refresh` makes it anew")
