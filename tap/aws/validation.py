"""What a schema refuses before any call: values out of a list, numbers out of a range. UNKNOWN passes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from tap.aws.resource_type import Wanted
from tap.engine.values import UNKNOWN

Problems = list[tuple[str, str]]


def one_of(want: Wanted, path: str, allowed: Collection[Any]) -> Problems:
    return [
        (place, f"expected {place} to be one of {sorted(allowed)}, got {value!r}")
        for place, value in values_at(want, path)
        if value not in allowed
    ]


def between(want: Wanted, path: str, low: int, high: int) -> Problems:
    return [
        (place, f"expected {place} to be in the range ({low} - {high}), got {value}")
        for place, value in values_at(want, path)
        if not low <= value <= high
    ]


def at_least(want: Wanted, path: str, low: int) -> Problems:
    return [
        (place, f"expected {place} to be at least ({low}), got {value}")
        for place, value in values_at(want, path)
        if value < low
    ]


def length(want: Wanted, path: str, low: int, high: int) -> Problems:
    return [
        (place, f"expected length of {place} to be in the range ({low} - {high}), got {value!r}")
        for place, value in values_at(want, path)
        if not low <= len(value) <= high
    ]


def matches(want: Wanted, path: str, pattern: str, rule: str) -> Problems:
    """`rule` says in words what the pattern asks for."""
    return [
        (place, f"invalid value for {place} ({rule}), got {value!r}")
        for place, value in values_at(want, path)
        if not re.fullmatch(pattern, value)
    ]


def not_together(want: Wanted, one: str, other: str) -> Problems:
    both = one in want and other in want
    return [(one, f"{one} conflicts with {other}: set one of them")] if both else []


def values_at(value: Any, path: str, place: str = "") -> Iterator[tuple[str, Any]]:
    """(place, value) for everything known under a dotted path without indexes; lists on the way are gone through."""
    if value is UNKNOWN or value is None:
        return
    if isinstance(value, list) and path:
        for index, item in enumerate(value):
            yield from values_at(item, path, f"{place}[{index}]")
        return
    if not path:
        yield place, value
        return
    head, _, rest = path.partition(".")
    if isinstance(value, dict):
        yield from values_at(value.get(head), rest, f"{place}.{head}" if place else head)
