"""Property values: plain JSON values, and the few things that Pulumi knows beyond JSON.

A property value is None, bool, int, float, str, a list or a dict of them, or one of the classes below. Whole numbers
are ints: the wire carries doubles, and Pulumi's state files print `1`, never `1.0`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Value = Any
Properties = Mapping[str, Value]


class Unknown:
    """A value that only the real run will know. There is one, `UNKNOWN`; compare with `is`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> Unknown:
        return self

    def __copy__(self) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is encrypted wherever it is written and never shown. Never nested directly in another Secret."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file: exactly one of path, text, uri is set; hash is the SHA-256 of the content, where it is known."""

    path: str | None = None
    text: str | None = None
    uri: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A bundle of files: exactly one of assets, path, uri is set."""

    assets: Mapping[str, Value] | None = None
    path: str | None = None
    uri: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """A resource as a value. id is None for a component, UNKNOWN where it is not known yet."""

    urn: str
    id: Value = None
    package_version: str = ""


@dataclass(frozen=True, slots=True)
class OutputValue:
    """A value with its dependencies, as it comes over the wire. `value` is UNKNOWN where it is absent."""

    value: Value
    secret: bool = False
    dependencies: tuple[str, ...] = ()


def transform(value: Value, leaf: Callable[[Value], Value]) -> Value:
    """The value with `leaf` applied to everything in it that is neither list nor dict, inside secrets too."""
    if isinstance(value, dict):
        return {key: transform(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [transform(item, leaf) for item in value]
    if isinstance(value, Secret):
        return Secret(transform(value.value, leaf))
    return leaf(value)


def contains(value: Value, wanted: Callable[[Value], bool]) -> bool:
    """Whether the value or anything in it is wanted."""
    if wanted(value):
        return True
    if isinstance(value, dict):
        return any(contains(item, wanted) for item in value.values())
    if isinstance(value, list):
        return any(contains(item, wanted) for item in value)
    if isinstance(value, (Secret, OutputValue)):
        return contains(value.value, wanted)
    return False


def contains_unknown(value: Value) -> bool:
    return contains(value, lambda item: item is UNKNOWN)


def contains_secret(value: Value) -> bool:
    return contains(value, lambda item: isinstance(item, Secret))


def without_secrets(value: Value) -> Value:
    """The value with every secret laid open, for a provider (which is told plain values) and for comparing."""
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if isinstance(value, Secret):
        return without_secrets(value.value)
    return value
