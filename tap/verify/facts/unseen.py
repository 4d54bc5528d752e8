"""What verify could not see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be seen, and why.

    action: the IAM action of the call. subject: the one resource whose facts are missing because of it; "" means that
    the whole area is blind, and then no rule that reads it is asked.
    traced: the rules that need what is missing say so themselves; others of the area are not hindered by it.
    """

    area: str
    action: str
    subject: str
    why: str
    traced: bool = False
