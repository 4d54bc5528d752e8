"""A fact that may not have been seen. Pure.

Whoever asks for the value of one that was not seen gets CannotTellError, so that no rule can pass by accident what
nobody looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


class CannotTellError(Exception):
    """A rule can not judge its subject; str() says why. It becomes a Doubt, and never leaves `tap.verify`."""


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """What AWS said, or why it could not be asked (`unseen`, "" if it could)."""

    found: Value | None = None
    unseen: str = ""

    @property
    def value(self) -> Value:
        """Raises CannotTellError."""
        if self.unseen:
            raise CannotTellError(self.unseen)
        return self.found  # type: ignore[return-value]  # None is a value as well: Value says whether it may be


def unseen(why: str) -> Seen[Value]:
    return Seen(unseen=why)
