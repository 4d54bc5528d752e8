"""Which class knows a type. The classes are imported when the first is asked for, so that `tap` starts fast."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

import tap.aws.types
from tap.aws.resource_type import ResourceType
from tap.aws.schema import token_by_alias
from tap.engine.provider import ProviderError


class UnknownTypeError(ProviderError):
    """No class carries this token. str() is what the user reads."""

    def __init__(self, token: str) -> None:
        near = difflib.get_close_matches(token, tokens(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        super().__init__(f"resource type {token} is not supported by the embedded engine{hint}", code="Unsupported")
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
    """The class of a type, also under a name that the type had before. Raises UnknownTypeError."""
    kind = _all().get(token) or _all().get(token_by_alias().get(token, ""))
    if kind is None:
        raise UnknownTypeError(token)
    return kind
