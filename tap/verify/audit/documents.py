"""Every policy document that was found. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tap.verify.facts import Facts
from tap.verify.facts.seen import CannotTellError, Seen, unseen
from tap.verify.finding import Doubt
from tap.verify.policies.document import Policy


class Kind(StrEnum):
    IDENTITY = "identity"
    """What a role may do."""
    TRUST = "trust"
    """Who may assume a role; it names no resource, which is the role."""
    RESOURCE = "resource"
    """Who may use a bucket or a topic."""
    KEY = "key"
    """Who may use a key: its resource "*" is that key."""


AREAS = ("storage", "keys", "alarms", "roles")
"""Where documents are."""


@dataclass(frozen=True, slots=True)
class Document:
    """subject: the ARN of what it belongs to. name: what to call it there."""

    subject: str
    name: str
    kind: Kind
    text: str


def documents(facts: Facts) -> Iterator[Document | Doubt]:
    """A doubt for each that was not seen, or can not be read."""
    for bucket in facts.storage.buckets:
        yield from _seen(bucket.arn, "its policy", Kind.RESOURCE, bucket.policy)
    for own in facts.keys.keys:
        policy = own.looked.found.policy if own.looked.found else unseen(own.looked.unseen)
        yield from _seen(own.name, "its policy", Kind.KEY, policy)
    for arn, topic in facts.alarms.topics:
        if topic.unseen:
            yield Doubt(arn, topic.unseen)
        elif topic.found is not None:
            yield from _document(arn, "its policy", Kind.RESOURCE, topic.found.policy)
    for role in facts.roles.roles:
        yield from _document(role.arn, "its trust", Kind.TRUST, role.trust)
        try:
            for each in role.policies.value:
                yield from _document(role.arn, each.name, Kind.IDENTITY, each.policy)
        except CannotTellError as error:
            yield Doubt(role.arn, str(error))


def _seen(subject: str, name: str, kind: Kind, policy: Seen[Policy]) -> Iterator[Document | Doubt]:
    if policy.unseen:
        yield Doubt(subject, policy.unseen)
    else:
        yield from _document(subject, name, kind, policy.value)


def _document(subject: str, name: str, kind: Kind, policy: Policy) -> Iterator[Document | Doubt]:
    if policy.problem:
        yield Doubt(subject, f"{name} {policy.problem}")
    elif policy.text:
        yield Document(subject, name, kind, policy.text)
