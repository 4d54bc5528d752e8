"""Edits of the facts of the built stack, of which cases are made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tap.verify.facts import Facts
from tap.verify.facts.seen import Seen, unseen
from tap.verify.policies.document import Policy, read_policy

Edit = Callable[[Facts], Facts]


def policy_with(policy: Policy, edit: Callable[[list[dict[str, Any]]], Any]) -> Policy:
    """The policy after that edit of its statements, as JSON has them."""
    document = json.loads(policy.text)
    edit(document["Statement"])
    return read_policy(document)


def bucket(facts: Facts, role: str) -> Any:
    return next(each for each in facts.storage.buckets if each.role.found == role)


def with_bucket(role: str, /, **changes: Any) -> Edit:
    """Those of the changes that are functions are called with the bucket."""

    def edit(facts: Facts) -> Facts:
        buckets = tuple(_changed(each, changes) if each.role.found == role else each for each in facts.storage.buckets)
        return replace(facts, storage=replace(facts.storage, buckets=buckets))

    return edit


def with_keys(**changes: Any) -> Edit:
    """Every key of the stack, changed wherever it is used."""

    def edit(facts: Facts) -> Facts:
        keys = tuple(replace(own, looked=Seen(_changed(own.key, changes))) for own in facts.keys.keys)
        groups = tuple(replace(each, key=Seen(_changed(each.key.value, changes))) for each in facts.logs.groups)
        topics = tuple(
            (arn, Seen(replace(topic.value, key=Seen(_changed(topic.value.key.value, changes)))))
            for arn, topic in facts.alarms.topics
        )
        return replace(
            facts,
            keys=replace(facts.keys, keys=keys),
            logs=replace(facts.logs, groups=groups),
            alarms=replace(facts.alarms, topics=topics),
        )

    return edit


def hidden_keys(facts: Facts) -> Facts:
    """Nothing was seen of any key of the state."""
    keys = tuple(replace(own, looked=unseen("no"), aliases=unseen("no")) for own in facts.keys.keys)
    return replace(facts, keys=replace(facts.keys, keys=keys))


def hidden_topics(facts: Facts) -> Facts:
    topics = tuple((arn, unseen("no")) for arn, _ in facts.alarms.topics)
    return replace(facts, alarms=replace(facts.alarms, topics=topics))


def with_groups(**changes: Any) -> Edit:
    return lambda facts: replace(
        facts, logs=replace(facts.logs, groups=tuple(_changed(each, changes) for each in facts.logs.groups))
    )


def with_alarm(**changes: Any) -> Edit:
    return lambda facts: replace(
        facts, alarms=replace(facts.alarms, alarms=tuple(_changed(each, changes) for each in facts.alarms.alarms))
    )


def with_topic(**changes: Any) -> Edit:
    return lambda facts: replace(
        facts,
        alarms=replace(
            facts.alarms,
            topics=tuple((arn, Seen(_changed(each.value, changes))) for arn, each in facts.alarms.topics),
        ),
    )


def role(facts: Facts, name: str) -> Any:
    return next(each for each in facts.roles.roles if name in each.name)


def with_role(name: str, **changes: Any) -> Edit:
    return lambda facts: replace(
        facts,
        roles=replace(
            facts.roles,
            roles=tuple(_changed(each, changes) if name in each.name else each for each in facts.roles.roles),
        ),
    )


def with_settings(**settings: str) -> Edit:
    return lambda facts: replace(facts, scope=replace(facts.scope, settings={**facts.scope.settings, **settings}))


def both(*edits: Edit) -> Edit:
    def edit(facts: Facts) -> Facts:
        for each in edits:
            facts = each(facts)
        return facts

    return edit


def _changed(thing: Any, changes: dict[str, Any]) -> Any:
    return replace(thing, **{name: value(thing) if callable(value) else value for name, value in changes.items()})


def statements(edit: Callable[[list[dict[str, Any]]], Any], field: str = "policy") -> Callable[[Any], Any]:
    """For a change of a thing's policy, seen or plain."""

    def change(thing: Any) -> Any:
        have = getattr(thing, field)
        if isinstance(have, Seen):
            return Seen(policy_with(have.value, edit))
        return policy_with(have, edit)

    return change


def role_statements(edit: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Any], Any]:
    """For a change of all policies of a role."""
    return lambda role: Seen(
        tuple(replace(each, policy=policy_with(each.policy, edit)) for each in role.policies.value)
    )


PUBLIC = {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def opened(found: list[dict[str, Any]]) -> None:
    found.append(PUBLIC)
