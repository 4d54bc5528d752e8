"""Which class knows a type. The classes are imported when the first is asked for, so that `tap` starts fast."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

import tap.aws.types
from tap.aws.resource_type import ResourceType


class UnknownTypeError(Exception):
    """No class carries this token. str() is what the user reads."""

    def __init__(self, token: str) -> None:
        near = difflib.get_close_matches(token, tokens(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        super().__init__(f"resource type {token} is not supported by the embedded engine{hint}")
        self.token = token


@cache
def _all() -> dict[str, ResourceType]:
    for module in pkgutil.iter_modules(tap.aws.types.__path__):
        importlib.import_module(f"{tap.aws.types.__name__}.{module.name}")
    return {token: kind() for token, kind in sorted(ResourceType.registry.items())}


def tokens() -> tuple[str, ...]:
    """Every type that the embedded engine knows."""
    return tuple(_all())


def resource_type(token: str) -> ResourceType:
    """Raises UnknownTypeError."""
    kind = _all().get(token)
    if kind is None:
        raise UnknownTypeError(token)
    return kind
