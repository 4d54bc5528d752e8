"""Pulumi's shape of a nested value and AWS's, one from the other, by the type's schema. Pure.

The two differ in spelling (`storageClass`, `StorageClass`), in maps (AWS writes tags and dimensions as lists of pairs)
and in what is left out: Pulumi's state spells out every property, AWS's answers leave out what is not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tap.aws.schema import Kind, empty_value


@dataclass(frozen=True, slots=True)
class Spelling:
    """How AWS's API spells what Pulumi writes in camelCase. Without an entry the first letter is a capital."""

    names: Mapping[str, str] = field(default_factory=dict)
    pair: str = "Key"
    """What the first half of a pair in a map is called; the second half is always `Value`."""

    meaningful_when_empty: frozenset[str] = frozenset()
    """Texts that say something even when they are "" (a prefix that all objects have)."""

    def of(self, property: str) -> str:
        return self.names.get(property, property[0].upper() + property[1:])


def to_aws(kind: Kind, value: Any, spelling: Spelling) -> Any:
    """A wanted value as a parameter of the API: what the program left out is left out."""
    if isinstance(kind, str):
        return value
    if "list" in kind:
        return [to_aws(kind["list"], item, spelling) for item in value]
    if "map" in kind:
        return [{spelling.pair: key, "Value": item} for key, item in value.items()]
    return {
        spelling.of(key): to_aws(kind["object"][key], item, spelling)
        for key, item in value.items()
        if item is not None and (item != "" or key in spelling.meaningful_when_empty)
    }


def from_aws(kind: Kind, value: Any, spelling: Spelling, *, nulls: bool = False) -> Any:
    """An answer of the API as an output: what AWS left out is at its empty value, or null where `nulls` is set.

    Times become RFC 3339 in UTC, whole floats become ints.
    """
    if value is None:
        return None if nulls else empty_value(kind)
    if isinstance(kind, str):
        return _scalar(value)
    if "list" in kind:
        return [from_aws(kind["list"], item, spelling, nulls=nulls) for item in value]
    if "map" in kind:
        return {pair[spelling.pair]: pair["Value"] for pair in value}
    return {
        key: from_aws(shape, value.get(spelling.of(key)), spelling, nulls=nulls)
        for key, shape in kind["object"].items()
    }


def rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
