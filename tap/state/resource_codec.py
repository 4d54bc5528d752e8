"""Resources and operations <-> the JSON of Pulumi's files (`apitype.ResourceV3`, `apitype.OperationV2`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tap.engine.model import CustomTimeouts, Mark, Operation, OperationType, Resource
from tap.errors import StateError
from tap.state.crypter import CachingCrypter
from tap.state.property_codec import decode_value, encode_value
from tap.state.times import format_time, parse_time


class _ShapeError(Exception):
    """A value in the file has another type than its key calls for; str() says which is wanted."""


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of a resource's JSON and the field of `Resource` that it is. properties: secrets may be in it."""

    key: str
    field: str
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any] = _as_is
    always: bool = False
    properties: bool = False


def _is(kind: type, words: str) -> Callable[[Any], Any]:
    def decode(value: Any) -> Any:
        if not isinstance(value, kind):
            raise _ShapeError(words)
        return value

    return decode


def _decode_strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _ShapeError("a list of strings")
    return tuple(value)


def _encode_string_lists(value: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {key: list(value[key]) for key in sorted(value)}


def _decode_string_lists(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise _ShapeError("an object of lists of strings")
    return {key: _decode_strings(items) for key, items in value.items()}


def _encode_timeouts(value: CustomTimeouts) -> dict[str, float]:
    seconds = {"create": value.create, "update": value.update, "delete": value.delete, "read": value.read}
    return {key: int(item) if float(item).is_integer() else item for key, item in seconds.items() if item}


def _decode_timeouts(value: Any) -> CustomTimeouts:
    if not isinstance(value, dict) or not all(isinstance(item, (int, float)) for item in value.values()):
        raise _ShapeError("an object of seconds")
    return CustomTimeouts(**{key: item for key, item in value.items() if key in {"create", "update", "delete", "read"}})


def _encode_trace(value: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"sourcePosition": position} for position in value]


def _decode_trace(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(frame, dict) for frame in value):
        raise _ShapeError("a list of frames")
    return tuple(frame["sourcePosition"] for frame in value if isinstance(frame.get("sourcePosition"), str))


def _decode_time(value: Any) -> datetime:
    try:
        return parse_time(value)
    except (TypeError, ValueError):
        raise _ShapeError("a time such as 2026-11-23T11:21:58Z") from None


_string = _is(str, "a string")
_flag = _is(bool, "true or false")
_object = _is(dict, "an object")

_KEYS: Final = (
    _Key("urn", "urn", _string, always=True),
    _Key("custom", "custom", _flag, always=True),
    _Key("delete", "delete", _flag),
    _Key("id", "id", _string),
    _Key("type", "type", _string, always=True),
    _Key("inputs", "inputs", _object, properties=True),
    _Key("outputs", "outputs", _object, properties=True),
    _Key("parent", "parent", _string),
    _Key("protect", "protect", _flag),
    _Key("taint", "taint", _flag),
    _Key("external", "external", _flag),
    _Key("dependencies", "dependencies", _decode_strings, list),
    _Key("initErrors", "init_errors", _decode_strings, list),
    _Key("provider", "provider", _string),
    _Key("propertyDependencies", "property_dependencies", _decode_string_lists, _encode_string_lists),
    _Key("pendingReplacement", "pending_replacement", _flag),
    _Key("additionalSecretOutputs", "additional_secret_outputs", _decode_strings, list),
    _Key("aliases", "aliases", _decode_strings, list),
    _Key("customTimeouts", "custom_timeouts", _decode_timeouts, _encode_timeouts),
    _Key("importID", "import_id", _string),
    _Key("retainOnDelete", "retain_on_delete", _flag),
    _Key("deletedWith", "deleted_with", _string),
    _Key("replaceWith", "replace_with", _decode_strings, list),
    _Key("created", "created", _decode_time, format_time),
    _Key("modified", "modified", _decode_time, format_time),
    _Key("sourcePosition", "source_position", _string),
    _Key("stackTrace", "stack_trace", _decode_trace, _encode_trace),
    _Key("ignoreChanges", "ignore_changes", _decode_strings, list),
    _Key("hideDiff", "hide_diff", _decode_strings, list),
    _Key("replaceOnChanges", "replace_on_changes", _decode_strings, list),
    _Key("replacementTrigger", "replacement_trigger", _as_is, properties=True),
    _Key("refreshBeforeUpdate", "refresh_before_update", _flag),
    _Key("resourceHooks", "resource_hooks", _decode_string_lists, _encode_string_lists),
)
"""In the order of Pulumi's files."""

_BY_KEY: Final[Mapping[str, _Key]] = {key.key: key for key in _KEYS}
_NO_TIMEOUTS: Final = CustomTimeouts()
_NO_RESOURCE: Final = "could not deserialize deployment: "


def encode_resource(resource: Resource, crypter: CachingCrypter) -> dict[str, Any]:
    """The JSON of a resource, keys in the order of Pulumi's files, empty ones left out."""
    encoded: dict[str, Any] = {}
    urn = resource.urn
    for key in _KEYS:
        value = getattr(resource, key.field)
        if key.always or not _is_empty(value, key.field):
            if key.properties:
                encoded[key.key] = encode_value(value, crypter, (urn, key.key))
            else:
                encoded[key.key] = key.encode(value)
    encoded.update(resource.unknown_keys)
    return encoded


def _is_empty(value: Any, field: str) -> bool:
    if field == "stack_trace":
        return value is None  # Pulumi writes an empty one
    if field == "replacement_trigger":
        return value is None
    return not value or value == _NO_TIMEOUTS


def decode_resource(encoded: Any, crypter: CachingCrypter, place: str) -> Resource:
    """The resource of a JSON object. `place` names it in the StateError that a malformed one raises."""
    if not isinstance(encoded, dict):
        raise StateError(f"{place}: a resource is expected, found {type(encoded).__name__}")
    for required in ("urn", "type"):
        if not encoded.get(required):
            raise StateError(_missing(encoded, required, place))
    fields: dict[str, Any] = {"custom": False}
    unknown: dict[str, Any] = {}
    urn = encoded["urn"]
    for name, value in encoded.items():
        key = _BY_KEY.get(name)
        if key is None:
            unknown[name] = value
        elif value is not None:
            try:
                decoded = key.decode(value)
            except _ShapeError as wanted:
                found = type(value).__name__
                raise StateError(f"{place} ({urn}): {name}: {wanted} is expected, found {found}") from None
            fields[key.field] = decode_value(decoded, crypter, (urn, name)) if key.properties else decoded
    if fields.get("id") and not fields["custom"]:
        raise StateError(f"{_NO_RESOURCE}resource '{urn}' has 'custom' false but non-empty ID")
    return Resource(**fields, unknown_keys=unknown)


def _missing(encoded: Mapping[str, Any], key: str, place: str) -> str:
    """Pulumi's text (`DeserializeResource`), with the place."""
    if key == "urn":
        return f"{_NO_RESOURCE}{place}: resource missing required 'urn' field"
    return f"{_NO_RESOURCE}resource '{encoded['urn']}' missing required '{key}' field"


def encode_operation(operation: Operation, crypter: CachingCrypter) -> dict[str, Any]:
    """A creation's mark is a key of our own, which Pulumi does not know and does not mind."""
    encoded = {"resource": encode_resource(operation.resource, crypter), "type": operation.type.value}
    if operation.mark is not None:
        encoded["mark"] = {"text": operation.mark.text, "made": format_time(operation.mark.made)}
    return encoded


def decode_operation(encoded: Any, crypter: CachingCrypter, place: str) -> Operation:
    """Raises StateError naming the place of a malformed operation."""
    if not isinstance(encoded, dict):
        raise StateError(f"{place}: an operation is expected, found {type(encoded).__name__}")
    try:
        type_ = OperationType(str(encoded.get("type")))
    except ValueError:
        raise StateError(f"{place}: an operation has the unknown type {encoded.get('type')!r}") from None
    return Operation(decode_resource(encoded.get("resource"), crypter, place), type_, _decode_mark(encoded, place))


def _decode_mark(encoded: Mapping[str, Any], place: str) -> Mark | None:
    mark = encoded.get("mark")
    if mark is None:
        return None
    try:
        return Mark(_string(mark["text"]), _decode_time(mark["made"]))
    except (KeyError, TypeError, _ShapeError):
        raise StateError(f"{place}: an operation has the malformed mark {mark!r}") from None
