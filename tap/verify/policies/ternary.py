"""Yes, no, or nobody here can tell, with the reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """holds: None if it can not be told, and `why` says why not."""

    holds: bool | None
    why: str = ""


YES, NO = Answer(True), Answer(False)


def unknown(why: str) -> Answer:
    return Answer(None, why)


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if one is no; else the first that is not known, if any; else yes."""
    listed = list(answers)
    if NO in listed:
        return NO
    return next((each for each in listed if each.holds is None), YES)
