"""Stack configuration to the arguments of TapStackArgs. Pure: the raw texts in, values and problems out."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

from tap.stack.validation import Problem

NAMESPACE = "tap"
BACKUP_REGION = "backup_region"
REPLICATION_REGION = "replication_region"
"""The contract's other name for the backup region, in configuration only."""


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _list(text: str) -> list[Any]:
    value = json.loads(text)
    if not isinstance(value, list):
        raise ValueError
    return value


def _mapping(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError
    return value


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "bool": (_boolean, "true or false"),
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "list": (_list, "a list"),
    "dict": (_mapping, "a mapping"),
}


def read(
    raw: Mapping[str, str], types: Mapping[str, str], secret: Collection[str] = ()
) -> tuple[dict[str, Any], list[Problem]]:
    """The arguments that the configuration gives, and everything in it that can not be read.

    `raw`: text by key, without the namespace; structured values are JSON, as Pulumi hands them over. `types`: each
    argument's annotation, such as `list[str]` or `str | None`. `secret`: the keys whose values must not be shown.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, text in raw.items():
        problem = _key_problem(key, types, secret, text)
        if problem:
            problems.append(problem)
            continue
        name = BACKUP_REGION if key == REPLICATION_REGION else key
        reader, right = _READERS.get(types[name].split("[")[0].split(" ")[0], (str, ""))
        try:
            values[name] = reader(text)
        except (ValueError, KeyError):
            problems.append(Problem(f"{NAMESPACE}:{key}", text, right))
    both = {raw[key] for key in (BACKUP_REGION, REPLICATION_REGION) if key in raw}
    if len(both) > 1:
        right = f"the same as {NAMESPACE}:{BACKUP_REGION}, or not set: they are two names of one thing"
        problems.append(Problem(f"{NAMESPACE}:{REPLICATION_REGION}", raw[REPLICATION_REGION], right))
    return values, problems


def _key_problem(key: str, types: Mapping[str, str], secret: Collection[str], text: str) -> Problem | None:
    if key not in types and key != REPLICATION_REGION:
        known = [*types, REPLICATION_REGION]
        near = get_close_matches(key, known, n=1)
        right = f"{NAMESPACE}:{near[0]}, perhaps" if near else f"a setting of the stack: {', '.join(known)}"
        return Problem(
            f"{NAMESPACE}:{key}", "[secret]" if key in secret else text, f"{right}; there is no such setting"
        )
    if key in secret:
        return Problem(f"{NAMESPACE}:{key}", "[secret]", "set without --secret: it ends in names and tags, in clear")
    return None
