"""The shape of a checkpoint file, as engine.md 3.2 tells it: what the Pulumi CLI would read without a murmur."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

SIGNATURE = "4dabf18193072939515e22adb298388d"
SIGNED = {
    "1b47061264138c4ac30d75fd1eb44270": {"ciphertext"},
    "c44067f5952c0a294b673a41bacd8c17": {"hash", "path", "text", "uri"},
    "0def7320c3a5731c473e5ecbe6d01bc7": {"hash", "path", "assets", "uri"},
    "5cf8f73096256a8f31e491e813e4eb8e": {"urn", "id", "packageVersion"},
    "8ad145fe-0d11-4827-bfd7-1abcbf086f5c": {"value"},
}
DEPLOYMENT = ["manifest", "secrets_providers", "resources", "pending_operations", "metadata"]
RESOURCE = [
    "urn", "custom", "delete", "id", "type", "inputs", "outputs", "parent", "protect", "taint", "external",
    "dependencies", "initErrors", "provider", "propertyDependencies", "pendingReplacement",
    "additionalSecretOutputs", "aliases", "customTimeouts", "importID", "retainOnDelete", "deletedWith",
    "replaceWith", "created", "modified", "sourcePosition", "stackTrace", "ignoreChanges", "hideDiff",
    "replaceOnChanges", "replacementTrigger", "refreshBeforeUpdate", "viewOf", "resourceHooks", "extensionRef",
    "snippetID",
]  # fmt: skip  # one name a line would be a screen
ALWAYS = {"urn", "custom", "type", "stackTrace"}
FLAGS = {
    "custom",
    "delete",
    "protect",
    "taint",
    "external",
    "pendingReplacement",
    "retainOnDelete",
    "refreshBeforeUpdate",
}
TEXTS = {"urn", "id", "type", "parent", "provider", "importID", "deletedWith", "created", "modified", "sourcePosition"}
LISTS = {
    "dependencies", "initErrors", "additionalSecretOutputs", "replaceWith", "ignoreChanges", "hideDiff",
    "replaceOnChanges", "aliases",
}  # fmt: skip
OPERATIONS = {"creating", "updating", "deleting", "reading", "importing"}
CIPHERTEXT = re.compile(r"v1:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/=]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
OF_NEWER_FILES = {
    "replaceWith": "replaceWith",
    "resourceHooks": "hooks",
    "taint": "taint",
    "refreshBeforeUpdate": "refreshBeforeUpdate",
}


def shape_problems(document: dict[str, Any]) -> Iterator[str]:
    """Everything in a checkpoint file that the Pulumi CLI's types do not have, or have otherwise."""
    latest = document["checkpoint"]["latest"]
    resources = latest.get("resources", [])
    features = {feature for key, feature in OF_NEWER_FILES.items() if any(key in each for each in resources)}
    wanted = {"version": 4, "features": sorted(features)} if features else {"version": 3}
    found = {key: value for key, value in document.items() if key != "checkpoint"}
    if found != wanted or list(document) != [*wanted, "checkpoint"]:
        yield f"the head is {found}, not {wanted}"
    if not re.fullmatch(r"organization/[^/]+/[^/]+", document["checkpoint"]["stack"]):
        yield f"the stack is {document['checkpoint']['stack']}"
    if list(latest) != [key for key in DEPLOYMENT if key in latest] or not {"manifest", "metadata"} <= set(latest):
        yield f"the deployment has the keys {list(latest)}"
    yield from _manifest_problems(latest["manifest"])
    for resource in resources:
        yield from (f"{resource['urn']}: {problem}" for problem in _resource_problems(resource))
    for operation in latest.get("pending_operations", []):
        if operation["type"] not in OPERATIONS:
            yield f"an operation of the type {operation['type']}"
        yield from _resource_problems(operation["resource"])


def _manifest_problems(manifest: dict[str, Any]) -> Iterator[str]:
    version = manifest["version"]
    if list(manifest) != ["time", "magic", "version"] or not TIME.fullmatch(manifest["time"]):
        yield f"the manifest is {manifest}"
    if manifest["magic"] != (hashlib.sha256(version.encode()).hexdigest() if version else ""):
        yield "the magic does not fit the version"


def _resource_problems(resource: dict[str, Any]) -> Iterator[str]:
    if list(resource) != [key for key in RESOURCE if key in resource]:
        yield f"the keys are in the order {list(resource)}, or some are unknown"
    for key, value in resource.items():
        if value in ("", [], {}, None, False) and key not in ALWAYS:
            yield f"{key} is empty and there"
        if not _fits(key, value):
            yield f"{key} is {value!r}"
    for key in ("inputs", "outputs"):
        yield from _property_problems(resource.get(key, {}), key)


def _fits(key: str, value: Any) -> bool:
    if key in FLAGS:
        return isinstance(value, bool)
    if key in ("created", "modified"):
        return bool(TIME.fullmatch(value))
    if key in TEXTS:
        return isinstance(value, str)
    if key in LISTS:
        return _texts(value)
    if key == "propertyDependencies":
        return all(each is None or _texts(each) for each in value.values())
    if key == "customTimeouts":
        kinds = [kind for kind in ("create", "update", "delete", "read") if kind in value]
        return list(value) == kinds and all(isinstance(seconds, (int, float)) for seconds in value.values())
    return True


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _property_problems(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict) and SIGNATURE in value:
        fields = SIGNED.get(value[SIGNATURE])
        if fields is None or not set(value) - {SIGNATURE} <= fields:
            yield f"{place} is {value}"
        elif "ciphertext" in fields and not CIPHERTEXT.fullmatch(value["ciphertext"]):
            yield f"{place} has the ciphertext {value['ciphertext']}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _property_problems(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _property_problems(item, f"{place}[{index}]")
    elif isinstance(value, float) and value.is_integer():
        yield f"{place} is {value}, which Go prints without a point"
