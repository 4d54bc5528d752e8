"""Whether what the state claims is in the cloud. What a network is made of is compared by the rules on networks."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.finding import Flaw, Severity
from tap.verify.rule import rule


@rule(
    "data-exists",
    severity=Severity.HIGH,
    title="Every bucket, key, log group, alarm, topic and role of the state is in the cloud",
    areas=("storage", "keys", "logs", "alarms", "roles"),
)
def data_exists(facts: Facts) -> Iterator[Flaw]:
    lost = {
        "bucket": facts.storage.gone,
        "key": facts.keys.gone,
        "log group": facts.logs.gone,
        "alarm": facts.alarms.gone,
        "role": facts.roles.gone,
        "topic": tuple(arn for arn, topic in facts.alarms.topics if not topic.unseen and topic.found is None),
    }
    for kind, ids in lost.items():
        for id_ in ids:
            yield Flaw(id_, f"the state has this {kind}, the cloud does not", "`tap up --refresh` makes it anew")
