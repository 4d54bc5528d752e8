"""The state and values as the golden cases write them: JSON, with what differs from run to run taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tap.engine.model import Operation, Resource
from tap.engine.values import UNKNOWN, Secret

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "<ciphertext>"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def normal_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: normal_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal_value(item) for item in value]
    if isinstance(value, Secret):
        return SECRET
    if value is UNKNOWN:
        return "<unknown>"
    return _UUID.sub("<uuid>", value.replace(_UNKNOWN_ID, "<unknown>")) if isinstance(value, str) else value


def normal_state(resources: Sequence[Resource], pending: Sequence[Operation]) -> dict[str, Any]:
    return {
        "resources": [_resource(resource) for resource in resources],
        "pending_operations": [
            {"resource": _resource(operation.resource), "type": operation.type.value} for operation in pending
        ],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    optional = {
        "id": resource.id,
        "delete": resource.delete,
        "inputs": dict(resource.inputs),
        "outputs": dict(resource.outputs),
        "parent": resource.parent,
        "protect": resource.protect,
        "external": resource.external,
        "dependencies": resource.dependencies,
        "initErrors": resource.init_errors,
        "provider": resource.provider,
        "propertyDependencies": dict(resource.property_dependencies),
        "pendingReplacement": resource.pending_replacement,
        "additionalSecretOutputs": resource.additional_secret_outputs,
        "aliases": resource.aliases,
        "importID": resource.import_id,
        "retainOnDelete": resource.retain_on_delete,
        "deletedWith": resource.deleted_with,
        "replaceWith": resource.replace_with,
        "ignoreChanges": resource.ignore_changes,
        "replaceOnChanges": resource.replace_on_changes,
        "replacementTrigger": resource.replacement_trigger,
    }
    required = {"urn": resource.urn, "custom": resource.custom, "type": resource.type}
    present = {key: normal_value(value) for key, value in optional.items() if value}
    return {**{key: normal_value(value) for key, value in required.items()}, **present}
