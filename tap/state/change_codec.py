"""Changes to a snapshot <-> the JSON of the journal."""

from __future__ import annotations

from typing import Any

from tap.engine.snapshot import Added, Altered, Began, Change, Ended, Rebased, Removed, Renamed, Side, Slot
from tap.errors import StateError
from tap.state.crypter import CachingCrypter
from tap.state.resource_codec import decode_operation, decode_resource, encode_operation, encode_resource


def encode_change(change: Change, crypter: CachingCrypter) -> dict[str, Any]:
    match change:
        case Began(key, operation):
            return {"change": "began", "key": key, "operation": encode_operation(operation, crypter)}
        case Ended(key):
            return {"change": "ended", "key": key}
        case Added(resource):
            return {"change": "added", "resource": encode_resource(resource, crypter)}
        case Removed(slot):
            return {"change": "removed", **_encode_slot(slot)}
        case Altered(slot, resource):
            return {"change": "altered", **_encode_slot(slot), "resource": encode_resource(resource, crypter)}
        case Renamed(old_urn, new_urn):
            return {"change": "renamed", "old": old_urn, "new": new_urn}
        case Rebased(resources, pending):
            return {
                "change": "rebased",
                "resources": [encode_resource(resource, crypter) for resource in resources],
                "pending": [encode_operation(operation, crypter) for operation in pending],
            }


def decode_change(encoded: Any, crypter: CachingCrypter, place: str) -> Change:
    """Raises StateError naming the place of what is no change."""
    try:
        match encoded["change"]:
            case "began":
                return Began(encoded["key"], decode_operation(encoded["operation"], crypter, place))
            case "ended":
                return Ended(encoded["key"])
            case "added":
                return Added(decode_resource(encoded["resource"], crypter, place))
            case "removed":
                return Removed(_decode_slot(encoded))
            case "altered":
                return Altered(_decode_slot(encoded), decode_resource(encoded["resource"], crypter, place))
            case "renamed":
                return Renamed(encoded["old"], encoded["new"])
            case "rebased":
                return Rebased(
                    tuple(decode_resource(item, crypter, place) for item in encoded["resources"]),
                    tuple(decode_operation(item, crypter, place) for item in encoded["pending"]),
                )
    except (KeyError, TypeError, ValueError) as error:
        raise StateError(f"{place}: a change is malformed ({type(error).__name__})") from error
    raise StateError(f"{place}: unknown change {encoded['change']!r}")


def _encode_slot(slot: Slot) -> dict[str, Any]:
    return {"side": slot.side.value, "index": slot.index}


def _decode_slot(encoded: Any) -> Slot:
    return Slot(Side(encoded["side"]), encoded["index"])
