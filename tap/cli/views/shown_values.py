"""Property values as people and JSON see them: secrets are never laid open, unknown ones are named."""

from __future__ import annotations

import json
from typing import Any

from tap.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret, Value

SECRET = "[secret]"  # noqa: S105  - what is shown instead of one
UNKNOWN_SHOWN = "[unknown]"


def bare(value: Value) -> Value:
    return bare(value.value) if isinstance(value, (Secret, OutputValue)) else value


def is_secret(value: Value) -> bool:
    return isinstance(value, Secret) or (isinstance(value, OutputValue) and value.secret)


def scalar_text(value: Value) -> str:
    match value:
        case _ if value is UNKNOWN:
            return UNKNOWN_SHOWN
        case Asset() | Archive():
            return _file_value(value)
        case ResourceReference(urn):
            return f"resource {urn}"
        case dict() | list():
            return json.dumps(plain(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, default=str)


def plain(value: Value, unknown: str = UNKNOWN_SHOWN) -> Any:
    """The value as JSON has it: secrets as `[secret]`, never laid open."""
    if is_secret(value):
        return SECRET
    if value is UNKNOWN:
        return unknown
    if isinstance(value, OutputValue):
        return plain(value.value, unknown)
    if isinstance(value, dict):
        return {key: plain(item, unknown) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, unknown) for item in value]
    if isinstance(value, (Asset, Archive, ResourceReference)):
        return scalar_text(value)
    return value


def _file_value(value: Asset | Archive) -> str:
    kind = "asset" if isinstance(value, Asset) else "archive"
    place = value.path or value.uri or ("text" if isinstance(value, Asset) else "assets")
    return f"{kind}({place}{', ' + value.hash[:7] if value.hash else ''})"
