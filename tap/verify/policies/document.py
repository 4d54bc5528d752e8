"""A policy document as frozen values. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; what may be a text or a list in JSON is a tuple here.

    principals: (type, who) pairs such as ("Service", "s3.amazonaws.com"); a plain "*" is ("AWS", "*"). None where the
    statement has none, as in the policies of roles. other_than: those of Action, Resource and Principal that are
    NotAction, NotResource and NotPrincipal. conditions: (operator, key, values).
    """

    sid: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] | None = None
    other_than: frozenset[str] = frozenset()
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A document. problem: why it could not be read, else ""; then nothing can be said about what it allows."""

    statements: tuple[Statement, ...] = ()
    problem: str = ""
    text: str = field(default="", compare=False, repr=False)


def read_policy(document: str | Mapping[str, Any] | None) -> Policy:
    """A policy from its JSON text, or from what boto3 has read of it already. None is the policy that is not there."""
    if document is None or document == "":
        return Policy()
    try:
        content = json.loads(document) if isinstance(document, str) else document
        statements = content.get("Statement", [])
        listed = [statements] if isinstance(statements, Mapping) else statements
        text = document if isinstance(document, str) else json.dumps(document)
        return Policy(tuple(_statement(number, each) for number, each in enumerate(listed, 1)), text=text)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return Policy(problem=f"is no policy document: {type(error).__name__}: {error}")


def _statement(number: int, described: Mapping[str, Any]) -> Statement:
    if described["Effect"] not in ("Allow", "Deny"):
        raise ValueError(f"statement {number} has the effect {described['Effect']!r}")
    other_than = frozenset(name for name in ("Action", "Resource", "Principal") if f"Not{name}" in described)
    conditions = described.get("Condition") or {}
    return Statement(
        sid=str(described.get("Sid") or f"statement {number}"),
        allows=described["Effect"] == "Allow",
        actions=_texts(_either(described, "Action")),
        resources=_texts(_either(described, "Resource")),
        principals=_principals(_either(described, "Principal")),
        other_than=other_than,
        conditions=tuple(
            (operator, key, _texts(values)) for operator, keys in conditions.items() for key, values in keys.items()
        ),
    )


def _either(described: Mapping[str, Any], name: str) -> Any:
    return described.get(name, described.get(f"Not{name}"))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(_text(each) for each in (value if isinstance(value, list | tuple) else [value]))


def _text(value: Any) -> str:
    """JSON's true is the text "true" to IAM."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _principals(value: Any) -> tuple[tuple[str, str], ...] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return (("AWS", value),)
    return tuple(_each_principal(value))


def _each_principal(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, who in value.items():
        for each in _texts(who):
            yield kind, each
