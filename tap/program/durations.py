"""Go's notation of a duration (`time.ParseDuration`), in which Pulumi's custom timeouts are written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

_UNITS: Final = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "\u00b5s": Fraction(1, 10**6),  # micro sign
    "\u03bcs": Fraction(1, 10**6),  # Greek letter mu
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_PART: Final = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_DURATION: Final = re.compile(rf"\+?(?:{_PART.pattern})+", re.ASCII)
_LONGEST: Final = Fraction(2**63 - 1, 10**9)
"""Seconds; Go counts nanoseconds in 64 bits."""


def parse_duration(text: str) -> float:
    """The duration in seconds: "1h30m", "90s", "1.5m", "0". Raises ValueError; a negative timeout has no meaning."""
    if text in {"0", "+0"}:
        return 0.0
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration")
    seconds = sum((Fraction(number.rstrip(".")) * _UNITS[unit] for number, unit in _PART.findall(text)), Fraction(0))
    if seconds > _LONGEST:
        raise ValueError(f"{text!r} is longer than 292 years")
    return float(seconds)
