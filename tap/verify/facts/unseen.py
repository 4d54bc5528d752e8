"""What verify could not see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be seen, and why.

    action: the IAM action of the call. subject: the one resource whose facts are missing because of it; "" means that
    the whole area is blind, and then no rule that reads it is asked.
    """

    area: str
    action: str
    subject: str
    why: str
