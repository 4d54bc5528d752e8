"""Names that the program did not choose: Pulumi's for a property left out, Terraform's for a prefix."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from tap.aws.resource_type import GeneratedName, Wanted

_RANDOM_DIGITS: Final = 7
_PREFIX_DIGITS: Final = 26
"""Terraform puts 18 digits of time and 8 of a counter behind a name prefix."""


class NameTooLongError(ValueError):
    """Pulumi refuses such a logical name; it never cuts."""


def generated_name(rule: GeneratedName, urn: str, inputs: Wanted, seed: bytes) -> str:
    """`<logical name>-<7 hex digits>`, the same for the same seed. Raises NameTooLongError.

    The text of the error is that of Pulumi's own `resource.NewUniqueName`.
    """
    logical = urn.split("::", 3)[3]
    stem = f"{rule.prefix}{logical}-"
    property, suffix = rule.suffix_if
    ending = suffix if property and inputs.get(property) is True else ""
    if len(stem) + _RANDOM_DIGITS + len(ending) > rule.max_length:
        raise NameTooLongError(
            f"name '{stem}' plus {_RANDOM_DIGITS} random chars is longer than maximum length {rule.max_length}"
        )
    digits = hashlib.sha256(seed + urn.encode()).hexdigest()[:_RANDOM_DIGITS]
    name = f"{stem}{digits}{ending}"
    return name.lower() if rule.lower_case else name


def name_from_prefix(prefix: str, mark: str) -> str:
    """The name that a creation with this mark gives to a resource whose program set `namePrefix` only."""
    return prefix + hashlib.sha256(mark.encode()).hexdigest()[:_PREFIX_DIGITS]


def wanted_name(want: Wanted, mark: str, *, name: str = "name", prefix: str = "namePrefix") -> Any:
    """The name that `make` uses: the program's own or Pulumi's generated one, else one made from the prefix."""
    return want[name] if name in want else name_from_prefix(want.get(prefix, ""), mark)
