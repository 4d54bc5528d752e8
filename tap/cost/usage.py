"""What is assumed of a stack's use, which no state tells: read from usage.yaml, or from the user's file over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from tap.project.yaml_file import Problems, read_mapping

OWN_FILE: Final = Path(__file__).with_name("usage.yaml")


@dataclass(frozen=True, slots=True)
class Usage:
    """Amounts a month, by their names in usage.yaml. `source`: the file that the user named, "" for ours."""

    amounts: Mapping[str, Decimal]
    source: str = ""

    def of(self, name: str) -> Decimal:
        return self.amounts[name]


def load_usage(own: Path | None) -> Usage:
    """Our assumptions, and the user's in their place. Raises UsageError with all that is wrong in the file."""
    defaults = _read(OWN_FILE, ())
    if own is None:
        return Usage(defaults)
    return Usage({**defaults, **_read(own, tuple(defaults))}, str(own))


def _read(path: Path, known: tuple[str, ...]) -> dict[str, Decimal]:
    """`known`: the names that there may be; () for any. Raises UsageError."""
    problems = Problems(path)
    amounts: dict[str, Decimal] = {}
    for name, value in read_mapping(path).items():
        if known and name not in known:
            near = get_close_matches(name, known, n=1)
            told = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            problems.add(name, f"there is no such assumption; {told}")
        elif not _is_amount(value):
            problems.add(name, f"a number of at least 0 is expected, found {value!r}")
        else:
            amounts[name] = Decimal(str(value))
    problems.raise_if_any()
    return amounts


def _is_amount(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value < float("inf")
