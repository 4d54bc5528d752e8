"""Every key of the stack: usable, rotating, administered by the account, closed to everybody else."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.facts.keys import OwnKey
from tap.verify.finding import Flaw, Severity
from tap.verify.policies.asking import allows, strangers
from tap.verify.policies.evaluation import Request
from tap.verify.rule import rule
from tap.verify.rules.key_use import what_is_wrong_with
from tap.verify.rules.per_subject import of_each

_UP = "`tap up --refresh` sets it again"

of_each_key = of_each(lambda facts: facts.keys.keys, lambda own: own.name)


@rule(
    "key-usable",
    severity=Severity.CRITICAL,
    title="Every key is enabled, and none is about to be deleted",
    areas=("keys",),
)
@of_each_key
def key_usable(_facts: Facts, own: OwnKey) -> Iterator[Flaw]:
    if wrong := what_is_wrong_with(own.key):
        fix = f"aws kms cancel-key-deletion --key-id {own.key.arn}; aws kms enable-key --key-id {own.key.arn}"
        yield Flaw(own.key.arn, f"{wrong}: what it encrypts can not be read, and is lost with it", fix)


@rule("key-rotation", severity=Severity.MEDIUM, title="Every key rotates", areas=("keys",))
@of_each_key
def key_rotation(_facts: Facts, own: OwnKey) -> Iterator[Flaw]:
    if not own.key.rotates.value:
        yield Flaw(own.key.arn, "it does not rotate", _UP)


@rule(
    "key-policy-closed",
    severity=Severity.CRITICAL,
    title="No key's policy lets in anybody else",
    areas=("keys",),
)
@of_each_key
def key_policy_closed(facts: Facts, own: OwnKey) -> Iterator[Flaw]:
    for sid, who in strangers(own.key.policy.value, facts.scope.accounts):
        yield Flaw(own.key.arn, f"{sid} of its policy lets in {who}", _UP)


@rule(
    "key-administered",
    severity=Severity.HIGH,
    title="The account can still change and delete every key",
    areas=("keys",),
)
@of_each_key
def key_administered(_facts: Facts, own: OwnKey) -> Iterator[Flaw]:
    partition, account = own.key.arn.split(":")[1], own.key.arn.split(":")[4]
    root = f"arn:{partition}:iam::{account}:root"
    locked = [
        action
        for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
        if not allows([own.key.policy.value], Request(action, own.key.arn, root))
    ]
    if locked:
        yield Flaw(own.key.arn, f"nobody of the account may {', '.join(locked)}: it needs AWS support", _UP)


@rule("key-alias", severity=Severity.LOW, title="Every key has the alias that the state says", areas=("keys",))
@of_each_key
def key_alias(_facts: Facts, own: OwnKey) -> Iterator[Flaw]:
    if own.alias and own.alias not in own.aliases.value:
        yield Flaw(own.name, f"{own.alias} does not lead to it", _UP)
