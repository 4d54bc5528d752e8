"""A line of the table that `make soak` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """what was tried, what came of it, what has to come of it; good: whether it did."""

    what: str
    result: str
    expected: str
    good: bool
