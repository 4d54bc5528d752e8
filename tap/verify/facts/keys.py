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
    """A key of the state, by its id there. aliases: those that it has; alias: the one that it has to have, "" for none.

    looked: what was found of it. Whoever asks for the `key` of one that was not seen gets CannotTellError.
    """

    id: str
    looked: Seen[Key]
    alias: str = ""
    aliases: Seen[tuple[str, ...]] = field(default_factory=lambda: Seen(()))

    @property
    def key(self) -> Key:
        return self.looked.value

    @property
    def name(self) -> str:
        """Its ARN, or its id where it was not seen."""
        return self.looked.found.arn if self.looked.found else self.id


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """keys: those of the state that are there, or might be. gone: the ids of those that are not."""

    keys: tuple[OwnKey, ...] = ()
    gone: tuple[str, ...] = ()
