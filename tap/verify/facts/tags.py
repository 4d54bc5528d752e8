"""What tags were found on what the state has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tap.verify.facts.seen import Seen


@dataclass(frozen=True, slots=True)
class Tagged:
    """A resource that can carry tags. name: its logical name; iam: it belongs to IAM."""

    name: str
    id: str
    type: str
    tags: Seen[Mapping[str, str]]
    iam: bool = False
