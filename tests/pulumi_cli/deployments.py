"""Two deployments compared as far as two engines' can be the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MOVING = {"created", "modified", "sourcePosition", "stackTrace"}
"""When, and from where in the installed SDK: another one in each run."""


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Name, key, theirs and ours, of all that differs in the resources of two deployments."""
    left, right = _by_urn(theirs), _by_urn(ours)
    return [
        (urn.rpartition("::")[2], key, left.get(urn, {}).get(key), right.get(urn, {}).get(key))
        for urn in sorted(left.keys() | right.keys())
        for key in sorted(left.get(urn, {}).keys() | right.get(urn, {}).keys())
        if left.get(urn, {}).get(key) != right.get(urn, {}).get(key)
    ]


_NEW_EACH_TIME = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a key
    r"|mrk-[0-9a-f]{32}"
    r"|(?<=-)([0-9a-f]{17}(?=1080289494)|[0-9a-f]{17}\b|[0-9a-f]{7,8}\b)"  # most ids, and a generated name's end
    r"|\bA(ROA|IDA)[A-Z0-9]{17}\b"
    r"|\b\d{1,3}(?P<between>\.|-)\d{1,3}(?P=between)\d{1,3}(?P=between)\d{1,3}\b(?!/)"  # an address
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"
)


def without_ids(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The deployment without what AWS, or chance, makes anew for each resource: to compare two that were built."""
    text: dict[str, Any] = json.loads(_NEW_EACH_TIME.sub("NEW", json.dumps(deployment)))
    return text


def _by_urn(deployment: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        each["urn"]: {key: _settled(key, value) for key, value in each.items() if key not in MOVING}
        for each in deployment.get("resources", [])
    }


def _settled(key: str, value: Any) -> Any:
    """Without order where there is none, and without ciphertexts: each encryption gives another one.

    The Pulumi CLI writes dependencies as the program's threads happened to name them; we sort them.
    """
    if key == "dependencies":
        return sorted(value)
    if key == "propertyDependencies":
        return {name: sorted(urns) for name, urns in value.items()}
    return _without_ciphertexts(value)


def _without_ciphertexts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: "encrypted" if key == "ciphertext" else _without_ciphertexts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_ciphertexts(each) for each in value]
    return value
