"""Ranges of versions as `pulumi.require_pulumi_version` takes them: ">=3.5.0 !3.7.7 || <2.0.0".

The notation is that of github.com/blang/semver's ParseRange: a space is "and", `||` is "or", `x` stands for any number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Final

PULUMI_VERSION: Final = "3.260.0"
"""The Pulumi whose behaviour this engine has, and which it says to be."""

Version = tuple[int, int, int]

_COMPARISON: Final = re.compile(r"(<=|>=|==|!=|<|>|=|!|)\s*v?(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?", re.ASCII)
_PLAIN: Final[dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def satisfies(version: str, wanted: str) -> bool:
    """Whether the version lies in the range. Raises ValueError for a range that can not be read."""
    major, minor, patch = (int(part) for part in version.split("."))
    alternatives = [_parse_conjunction(part) for part in wanted.split("||")]
    return any(all(holds((major, minor, patch)) for holds in terms) for terms in alternatives)


def _parse_conjunction(text: str) -> list[Callable[[Version], bool]]:
    terms = []
    rest = text.strip()
    if not rest:
        raise ValueError("an empty range")
    while rest:
        match = _COMPARISON.match(rest)
        if not match or not re.match(r"\s|$", rest[match.end() :]):
            raise ValueError(f"'{rest}' is not a comparison with a version")
        terms.append(_term(*match.groups()))
        rest = rest[match.end() :].strip()
    return terms


def _term(comparison: str, major: str, minor: str | None, patch: str | None) -> Callable[[Version], bool]:
    numbers = [int(part) for part in (major, minor, patch) if part not in (None, "x")]
    width = len(numbers)
    lowest = (*numbers, *[0] * (3 - width))
    if comparison in {"!", "!="}:
        return lambda version: version[:width] != tuple(numbers)
    if comparison in {"", "=", "=="}:
        return lambda version: version[:width] == tuple(numbers)
    compare = _PLAIN[comparison]
    if comparison in {"<=", ">"}:  # "<=3.5.x" takes all of 3.5, ">3.5.x" none of it
        return lambda version: compare(version[:width], tuple(numbers))
    return lambda version: compare(version, lowest)
