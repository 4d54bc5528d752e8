"""JSON as Pulumi writes it: compact, nothing escaped that need not be."""

from __future__ import annotations

import json
from typing import Any


def to_json_text(value: Any) -> str:
    """Raises ValueError for a number that JSON lacks."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # half a surrogate pair: only an escape can write it
            return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text


def from_json(content: str | bytes) -> Any:
    """Raises ValueError, with a text of Go's for a document that ends too early."""
    text = content.decode() if isinstance(content, bytes) else content
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise ValueError("unexpected end of JSON input") from None
        raise ValueError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("exceeded max depth") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
