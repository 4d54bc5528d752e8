"""Cases of the rules on keys and log groups."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.seen import Seen
from tests.verify.cases import Case
from tests.verify.edits import opened, statements, with_groups, with_keys


def keys(facts: Facts) -> set[str]:
    return {own.key.arn for own in facts.keys.keys}


def groups(facts: Facts) -> set[str]:
    return {group.arn for group in facts.logs.groups}


def logs_key(facts: Facts) -> set[str]:
    return {group.key.value.arn for group in facts.logs.groups}


def _without_aliases(facts: Facts) -> Facts:
    return replace(facts, keys=replace(facts.keys, keys=tuple(replace(o, aliases=Seen(())) for o in facts.keys.keys)))


def _for(service_statement):
    """An edit of what a key's policy allows a service, which is its second statement."""
    return with_keys(policy=statements(lambda found: found[1].update(service_statement(found[1]))))


_ANY_GROUP = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:*"}}
_OWN_GROUPS = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:*"}}
_OTHER_GROUP = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:a"}}

CASES = [
    Case("key-usable", "they are disabled", with_keys(state="Disabled"), keys),
    Case("key-usable", "they are about to be deleted", with_keys(state="PendingDeletion"), keys),
    Case("key-rotation", "none rotates", with_keys(rotates=Seen(False)), keys),
    Case("key-policy-closed", "everybody may use them", with_keys(policy=statements(opened)), keys),
    Case("key-policy-closed", "any account's logs", _for(lambda _: {"Condition": _ANY_GROUP}), keys),
    Case("key-administered", "the account has no say", with_keys(policy=statements(lambda found: found.pop(0))), keys),
    Case("key-alias", "they have none", _without_aliases, keys),
    Case("log-group-encryption", "no key", with_groups(key_arn="", key=Seen(None)), groups),
    Case("log-group-encryption", "the key does not exist", with_groups(key=Seen(None)), groups),
    Case("log-group-encryption", "the key is disabled", with_keys(state="Disabled"), groups),
    Case(
        "log-group-encryption",
        "the key is for another group, though the flag is set",
        _for(lambda _: {"Condition": _OTHER_GROUP}),
        groups,
    ),
    Case(
        "log-group-encryption",
        "the key is for the logs of another region",
        _for(lambda _: {"Principal": {"Service": "logs.us-west-2.amazonaws.com"}}),
        groups,
    ),
    Case("log-group-encryption", "the key may read only", _for(lambda _: {"Action": "kms:Decrypt"}), groups),
    Case("log-key-scope", "all groups of the account", _for(lambda _: {"Condition": _OWN_GROUPS}), logs_key),
    Case("log-group-retention", "for ever", with_groups(retention_days=None), groups),
]
