"""What an area of facts is: a name, the calls it takes, and who makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tap.verify.facts.scope import Scope
from tap.verify.reader import Reader


@dataclass(frozen=True, slots=True)
class Area:
    """name: the field of Facts that it fills. actions: the IAM actions of the calls that `collect` makes, all and only.

    collect: returns the frozen facts of that field. What it can not see the reader notes; it goes on with the rest.
    """

    name: str
    actions: frozenset[str]
    collect: Callable[[Reader, Scope], Any]
