"""What pulumi_aws says of each type: its inputs, outputs and their kinds, as generate_schema.py wrote them down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

SCHEMA_FILE: Final = Path(__file__).with_name("schema.json")

Kind = str | Mapping[str, Any]
"""`str`, `bool`, `int`, `float`, {"list": kind}, {"map": kind} or {"object": {property: kind}}."""

_EMPTY_SCALARS: Final[Mapping[str, Any]] = {"str": "", "bool": False, "int": 0, "float": 0}


@dataclass(frozen=True, slots=True)
class TypeSchema:
    """One resource type: the names of its inputs, and name -> kind of all its outputs (every input is one too).

    computed: the inputs that AWS fills in when they are left out (Terraform's Optional and Computed).
    """

    inputs: frozenset[str]
    required: tuple[str, ...]
    computed: frozenset[str]
    outputs: Mapping[str, Kind]
    aliases: tuple[str, ...]


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return document


@cache
def type_schema(token: str) -> TypeSchema:
    """Raises KeyError for a type that schema.json does not have."""
    entry = _document()["types"][token]
    return TypeSchema(
        frozenset(entry["inputs"]),
        tuple(entry["required"]),
        frozenset(entry["computed"]),
        entry["outputs"],
        tuple(entry["aliases"]),
    )


@cache
def provider_inputs() -> frozenset[str]:
    """The settings of the provider itself (`aws:region`, `aws:defaultTags`)."""
    return frozenset(_document()["provider"]["inputs"])


@cache
def token_by_alias() -> Mapping[str, str]:
    """Former names of types, as older states have them -> today's."""
    return {alias: token for token, entry in _document()["types"].items() for alias in entry["aliases"]}


def empty_value(kind: Kind) -> Any:
    """What the real provider's state holds where AWS has nothing: "", false, 0, [], {}; null for a nested object."""
    if isinstance(kind, str):
        return _EMPTY_SCALARS[kind]
    if "list" in kind:
        return []
    return {} if "map" in kind else None
