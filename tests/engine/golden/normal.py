"""What a run left behind as the golden cases write it: JSON, with what differs from run to run taken out."""

from __future__ import annotations

import json
import re
from typing import Any

from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import UNKNOWN, Secret
from tap.state.property_codec import SECRET_SIGNATURE, SIGNATURE_KEY

SECRET = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "<ciphertext>"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIMES_AND_PLACES = {"created", "modified", "sourcePosition", "stackTrace"}


def normal_value(value: Any) -> Any:
    """An engine's value, or a value of the file."""
    if isinstance(value, dict):
        return SECRET if SIGNATURE_KEY in value else {key: normal_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal_value(item) for item in value]
    if isinstance(value, Secret):
        return SECRET
    if value is UNKNOWN:
        return "<unknown>"
    return _UUID.sub("<uuid>", value.replace(UNKNOWN_ID, "<unknown>")) if isinstance(value, str) else value


def normal_state(checkpoint: bytes) -> dict[str, Any]:
    """Resources and pending operations of a checkpoint file."""
    latest = json.loads(checkpoint)["checkpoint"]["latest"]
    operations = latest.get("pending_operations", [])
    return {
        "resources": [_resource(resource) for resource in latest.get("resources", [])],
        "pending_operations": [
            {"resource": _resource(operation["resource"]), "type": operation["type"]} for operation in operations
        ],
    }


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: normal_value(value) for key, value in resource.items() if key not in _TIMES_AND_PLACES}
