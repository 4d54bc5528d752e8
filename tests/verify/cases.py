"""What each rule must find, as small edits of the facts of the stack that `tap up` builds.

Those facts as they are, are the case that every rule passes. CASES gathers the edits; a file for each area of rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tap.verify.facts import Facts


@dataclass(frozen=True)
class Case:
    """name: a sentence on what is the case. edit: makes it so. subjects: what the rule must find then, all of it;
    empty for a case that it must pass.
    """

    rule: str
    name: str
    edit: Callable[[Facts], Facts]
    subjects: Callable[[Facts], set[str]]

    def __str__(self) -> str:
        return f"{self.rule}: {self.name}"


def nothing(_: Facts) -> set[str]:
    """For cases that pass."""
    return set()
