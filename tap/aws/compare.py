"""What is equal in meaning: JSON documents, sets, values left out. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tap.aws.resource_type import ResourceType
from tap.engine.model import DiffKind
from tap.engine.values import UNKNOWN, Value, contains_unknown

DEFAULTS_KEY: Final = "__defaults"

_ACCOUNT_ROOT: Final = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LISTS_OF_A_POLICY: Final = frozenset({"Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"})


def is_empty(value: Value) -> bool:
    """Whether Terraform would say that the value is not set: its planner does not tell null from a zero value."""
    return value is None or (not isinstance(value, dict) and value in ("", 0, [])) or value == {}


def normalised_json(value: Value) -> Value:
    """A JSON document (text or object) as text: keys sorted, no blanks. Unknown where any part is.

    Raises ValueError for text that is no JSON.
    """
    if contains_unknown(value):
        return UNKNOWN
    document = json.loads(value) if isinstance(value, str) else value
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def canonical(kind: ResourceType, property: str, value: Value) -> Value:
    """A property's value in the form in which two that mean the same are equal; None for one that is not set."""
    return _plain(kind, property, value if contains_unknown(value) else kind.canonical(property, value))


def equal_in_meaning(kind: ResourceType, property: str, want: Value, have: Value) -> bool:
    return not differences(kind, property, want, have)


def differences(kind: ResourceType, property: str, want: Value, have: Value) -> dict[str, DiffKind]:
    """Path -> add, delete or update, for every place where AWS would have to change. An UNKNOWN is a change."""
    wanted = canonical(kind, property, want)
    found = _without_computed(kind, property, wanted, canonical(kind, property, have))
    if wanted == found and not contains_unknown(wanted):
        return {}
    return _paths(kind, property, property, wanted, found) or {property: DiffKind.UPDATE}


def _plain(kind: ResourceType, path: str, value: Value) -> Value:
    if value is UNKNOWN:
        return value
    if path in kind.json_properties and not is_empty(value):
        return _meaning_of_json(value)
    if isinstance(value, dict):
        items = {key: _plain(kind, f"{path}.{key}", item) for key, item in value.items() if key != DEFAULTS_KEY}
        if path in ("tags", "tagsAll"):
            return {key: "" if item is None else item for key, item in items.items()} or None
        return {key: item for key, item in items.items() if item is not None} or None
    if isinstance(value, list):
        items_in_order = [_plain(kind, path, item) for item in value]
        return (_as_set(items_in_order) if path in kind.set_properties else items_in_order) or None
    return None if is_empty(value) else value


def _as_set(items: list[Value]) -> list[Value]:
    by_text = {json.dumps(item, sort_keys=True, default=repr): item for item in items}
    return [by_text[text] for text in sorted(by_text)]


def _meaning_of_json(value: Value) -> Value:
    if contains_unknown(value):
        return UNKNOWN
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return json.dumps(_policy(document), sort_keys=True)


def _policy(value: Any, key: str = "") -> Any:
    """IAM reads a list of one as its element, knows no order of actions, and writes an account as its root's ARN."""
    if isinstance(value, dict):
        return {name: _policy(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [_policy(item, key) for item in value]
        if key in _LISTS_OF_A_POLICY and all(isinstance(item, str) for item in items):
            items = sorted(set(items))
        return items[0] if len(items) == 1 else items
    if key == "AWS" and isinstance(value, str) and (root := _ACCOUNT_ROOT.fullmatch(value)):
        return root.group(1)
    return value


def _without_computed(kind: ResourceType, path: str, want: Value, have: Value) -> Value:
    """`have` without the nested values that AWS filled in and the program left out."""
    if isinstance(want, dict) and isinstance(have, dict):
        return {
            key: _without_computed(kind, f"{path}.{key}", want.get(key), item)
            for key, item in have.items()
            if key in want or f"{path}.{key}" not in kind.computed
        }
    if isinstance(want, list) and isinstance(have, list):
        if path not in kind.set_properties:
            pairs = zip(want + [None] * (len(have) - len(want)), have, strict=False)
            return [_without_computed(kind, path, one, other) for one, other in pairs]
        keys = {key: None for item in want if isinstance(item, dict) for key in item}
        return _as_set([_without_computed(kind, path, keys, item) for item in have])
    return have


def _paths(kind: ResourceType, property: str, path: str, want: Value, have: Value) -> dict[str, DiffKind]:
    if contains_unknown(want) and not isinstance(want, (dict, list)):
        return {path: DiffKind.ADD if have is None else DiffKind.UPDATE}
    if isinstance(want, dict) and isinstance(have or {}, dict):
        return _paths_of_maps(kind, property, path, want, have or {})
    if isinstance(want, list) and isinstance(have or [], list):
        if property in kind.set_properties:
            return _paths_of_sets(path, want, have or [])
        return _paths_of_lists(kind, property, path, want, have or [])
    if want == have:
        return {}
    if isinstance(want, int) or isinstance(have, int):
        return {path: DiffKind.UPDATE}  # a state always has numbers and switches: 0 and false are values, not gaps
    return {path: DiffKind.ADD if have is None else DiffKind.DELETE if want is None else DiffKind.UPDATE}


def _paths_of_maps(
    kind: ResourceType, property: str, path: str, want: Mapping[str, Value], have: Mapping[str, Value]
) -> dict[str, DiffKind]:
    found: dict[str, DiffKind] = {}
    for key in sorted(want.keys() | have.keys()):
        place = f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f'{path}["{key}"]'
        found |= _paths(kind, f"{property}.{key}", place, want.get(key), have.get(key))
    return found


def _paths_of_lists(
    kind: ResourceType, property: str, path: str, want: list[Value], have: list[Value]
) -> dict[str, DiffKind]:
    found: dict[str, DiffKind] = {}
    for index in range(max(len(want), len(have))):
        one = want[index] if index < len(want) else None
        other = have[index] if index < len(have) else None
        found |= _paths(kind, property, f"{path}[{index}]", one, other)
    return found


def _paths_of_sets(path: str, want: list[Value], have: list[Value]) -> dict[str, DiffKind]:
    found = {f"{path}[{index}]": DiffKind.DELETE for index, item in enumerate(have) if item not in want}
    for index, item in enumerate(want):
        if item not in have:
            place = f"{path}[{index}]"
            found[place] = DiffKind.UPDATE if place in found else DiffKind.ADD
    return found
