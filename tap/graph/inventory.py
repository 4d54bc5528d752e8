"""What is to be drawn: the resources of a stack as plain values, each with what a preview would do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PACKAGE = "aws:"


class Change(StrEnum):
    """What a preview would do to a thing."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"

    @property
    def symbol(self) -> str:
        """As Pulumi shows it; what no colour is needed for."""
        return _SYMBOLS[self]


_SYMBOLS = {Change.SAME: "", Change.CREATE: "+", Change.UPDATE: "~", Change.REPLACE: "+-", Change.DELETE: "-"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One resource. `key` is its URN, or one made of it for the old half of a replacement, which has the same URN.

    properties: plain JSON values, secrets masked; what is not known before the real run is UNKNOWN.
    needs: keys of what it depends on. references: property -> keys of what its value comes from.
    changed: the properties that a preview would change. remark: what is unusual about it, "" for nothing.
    """

    key: str
    type: str
    name: str
    id: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    needs: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    region: str = ""
    change: Change = Change.SAME
    changed: tuple[str, ...] = ()
    remark: str = ""
    custom: bool = True
    """False for a component, which only groups others."""
    leaving: bool = False
    """True for what waits for its deletion: it is in the state, and in the picture only as that."""

    @property
    def kind(self) -> str:
        """The class of an AWS resource (`Vpc`), "" for anything else."""
        return self.type.rpartition(":")[2] if self.type.startswith(PACKAGE) else ""

    def text(self, name: str) -> str:
        """A property as text, "" where it is absent, unknown or no scalar."""
        value = self.properties.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, (str, int, float)) and value != UNKNOWN else ""


UNKNOWN = "[unknown]"
"""How a value reads that only the real run will know."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """A stack. `things` are in the order of their keys; notes: what whoever looks has to know, sentences.

    diff: the changes are those of a preview. written: when the state was written, "" where there is none.
    """

    stack: str
    project: str
    things: tuple[Thing, ...]
    notes: tuple[str, ...] = ()
    diff: bool = False
    written: str = ""
