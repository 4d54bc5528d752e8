"""What was found of KMS keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy

ENABLED = "Enabled"
CUSTOMER = "CUSTOMER"


@dataclass(frozen=True, slots=True)
class Key:
    """A key. state: Enabled, Disabled, PendingDeletion, ...; manager: CUSTOMER, or AWS for the keys that AWS keeps.

    rotates and policy are those of a customer's key; of one that AWS keeps they are not asked for.
    """

    arn: str
    state: str = ENABLED
    manager: str = CUSTOMER
    rotates: Seen[bool] = field(default_factory=lambda: Seen(True))
    policy: Seen[Policy] = field(default_factory=lambda: Seen(Policy()))


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of the state. aliases: those that it has; alias: the one that it has to have, "" for none."""

    key: Key
    alias: str = ""
    aliases: Seen[tuple[str, ...]] = field(default_factory=lambda: Seen(()))


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """keys: those of the state that are there. gone: the ids of those that are not."""

    keys: tuple[OwnKey, ...] = ()
    gone: tuple[str, ...] = ()
