"""Property values on the wire: google.protobuf.Struct <-> tap.engine.values.

Beyond JSON, a struct with the signature key is a secret, an asset, an archive, a resource reference or an output
value; a bare sentinel string is an unknown. The constants are Pulumi's (`sdk/python/lib/pulumi/runtime/rpc.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.protobuf import struct_pb2

from tap.engine.registration import RefusedError
from tap.engine.values import (
    UNKNOWN,
    Archive,
    Asset,
    OutputValue,
    Properties,
    ResourceReference,
    Secret,
    Value,
)

UNKNOWN_SENTINEL: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  - a mark that every SDK holds
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_REFERENCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_VALUE_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_LARGEST_PLAIN_NUMBER: Final = 1e21
"""From here on Go prints a double with an exponent, so the value stays a float and is printed with one."""


def decode_properties(struct: struct_pb2.Struct) -> dict[str, Value]:
    """A property bag. A null at the top means "not given" and is dropped; nested ones stay."""
    return {key: value for key, value in _decode_fields(struct).items() if value is not None}


def decode(value: struct_pb2.Value) -> Value:
    """One value. Raises RefusedError for a signature that is not known."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == UNKNOWN_SENTINEL else text
    if kind == "number_value":
        return decode_number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    return None


def decode_number(number: float) -> int | float:
    """Doubles are all that the wire knows; whole ones are ints here, as the state files print them."""
    return int(number) if number.is_integer() and abs(number) < _LARGEST_PLAIN_NUMBER else number


def _decode_fields(struct: struct_pb2.Struct) -> dict[str, Value]:
    # Protobuf's maps have no order, and come in another one in every run.
    fields = struct.fields
    return {key: decode(fields[key]) for key in sorted(fields)}


def _decode_struct(struct: struct_pb2.Struct) -> Value:
    decoded = _decode_fields(struct)
    signature = decoded.get(SIGNATURE_KEY)
    if signature is None:
        return decoded
    known = _SIGNED.get(signature) if isinstance(signature, str) else None
    if known is None:
        raise RefusedError(f"a property value has the signature {signature!r}, which this engine does not know")
    return known(decoded)


def _decode_secret(fields: Mapping[str, Value]) -> Secret:
    if "value" not in fields:
        raise RefusedError("a secret property value carries no value")
    return as_secret(fields["value"])


def _decode_asset(fields: Mapping[str, Value]) -> Asset:
    return Asset(fields.get("path"), fields.get("text"), fields.get("uri"), fields.get("hash") or None)


def _decode_archive(fields: Mapping[str, Value]) -> Archive:
    return Archive(fields.get("assets"), fields.get("path"), fields.get("uri"), fields.get("hash") or None)


def _decode_resource_reference(fields: Mapping[str, Value]) -> ResourceReference:
    # An id that is there but empty is a custom resource's that is not known yet; a component has none.
    id = UNKNOWN if fields.get("id") == "" else fields.get("id")
    return ResourceReference(fields["urn"], id, fields.get("packageVersion") or "")


def _decode_output_value(fields: Mapping[str, Value]) -> OutputValue:
    return OutputValue(
        fields.get("value", UNKNOWN), bool(fields.get("secret")), tuple(fields.get("dependencies") or ())
    )


_SIGNED: Final[Mapping[str, Callable[[Mapping[str, Value]], Value]]] = {
    SECRET_SIGNATURE: _decode_secret,
    ASSET_SIGNATURE: _decode_asset,
    ARCHIVE_SIGNATURE: _decode_archive,
    RESOURCE_REFERENCE_SIGNATURE: _decode_resource_reference,
    OUTPUT_VALUE_SIGNATURE: _decode_output_value,
}


def as_secret(value: Value) -> Secret:
    """The value as a secret; a secret stays the one it is."""
    return value if isinstance(value, Secret) else Secret(value)


def encode_properties(properties: Properties, *, secrets: bool = True, resources: bool = True) -> struct_pb2.Struct:
    """A property bag for a reader that takes `secrets` and `resources` (references), or neither.

    For a reader that does not, a secret is its bare value and a reference the resource's id, else its URN.
    """
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        struct.fields[key].CopyFrom(encode(value, secrets=secrets, resources=resources))
    return struct


def encode(value: Value, *, secrets: bool = True, resources: bool = True) -> struct_pb2.Value:
    """One value. Raises TypeError for what is no property value: that is a bug of a provider or of the engine."""
    message = struct_pb2.Value()
    _write(message, value, secrets, resources)
    return message


def _write(message: struct_pb2.Value, value: Value, secrets: bool, resources: bool) -> None:
    if value is None:
        message.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        message.string_value = UNKNOWN_SENTINEL
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, (int, float)):
        message.number_value = value
    elif isinstance(value, Mapping):
        _write_fields(message, value, secrets, resources)
    elif isinstance(value, (list, tuple)):
        message.list_value.SetInParent()
        for item in value:
            _write(message.list_value.values.add(), item, secrets, resources)
    else:
        _write_special(message, value, secrets, resources)


def _write_fields(message: struct_pb2.Value, fields: Mapping[str, Value], secrets: bool, resources: bool) -> None:
    message.struct_value.SetInParent()
    target = message.struct_value.fields
    for key, item in fields.items():
        _write(target[key], item, secrets, resources)


def _write_special(message: struct_pb2.Value, value: Value, secrets: bool, resources: bool) -> None:
    if isinstance(value, Secret) and not secrets:
        _write(message, value.value, secrets, resources)
    elif isinstance(value, ResourceReference) and not resources:
        _write(message, value.urn if value.id is None else value.id, secrets, resources)
    else:
        _write_fields(message, _signed_fields(value), secrets, resources)


def _signed_fields(value: Value) -> dict[str, Any]:
    if isinstance(value, Secret):
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
    if isinstance(value, Asset):
        return _present(ASSET_SIGNATURE, path=value.path, text=value.text, uri=value.uri, hash=value.hash)
    if isinstance(value, Archive):
        return _present(ARCHIVE_SIGNATURE, assets=value.assets, path=value.path, uri=value.uri, hash=value.hash)
    if isinstance(value, ResourceReference):
        id = "" if value.id is UNKNOWN else value.id
        return _present(
            RESOURCE_REFERENCE_SIGNATURE, urn=value.urn, id=id, packageVersion=value.package_version or None
        )
    if isinstance(value, OutputValue):
        fields: dict[str, Any] = {SIGNATURE_KEY: OUTPUT_VALUE_SIGNATURE}
        if value.value is not UNKNOWN:
            fields["value"] = value.value
        if value.secret:
            fields["secret"] = True
        if value.dependencies:
            fields["dependencies"] = list(value.dependencies)
        return fields
    raise TypeError(f"{type(value).__name__} is not a property value")


def _present(signature: str, **fields: Value) -> dict[str, Any]:
    return {SIGNATURE_KEY: signature, **{key: item for key, item in fields.items() if item is not None}}


def downgrade_output_values(value: Value) -> Value:
    """The value with every output value replaced by the plain, secret or unknown value that it stands for."""
    if isinstance(value, OutputValue):
        plain = downgrade_output_values(value.value)
        return as_secret(plain) if value.secret else plain
    if isinstance(value, dict):
        return {key: downgrade_output_values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [downgrade_output_values(item) for item in value]
    if isinstance(value, Secret):
        return as_secret(downgrade_output_values(value.value))
    if isinstance(value, ResourceReference):
        return ResourceReference(value.urn, downgrade_output_values(value.id), value.package_version)
    return value


def output_dependencies(value: Value) -> set[str]:
    """The URNs on which the output values in the value depend."""
    if isinstance(value, OutputValue):
        return set(value.dependencies) | output_dependencies(value.value)
    if isinstance(value, dict):
        return set().union(*(output_dependencies(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(output_dependencies(item) for item in value))
    if isinstance(value, Secret):
        return output_dependencies(value.value)
    return set()
