"""Property values <-> the JSON of Pulumi's files.

Beyond JSON, an object with the signature key is a secret, an asset, an archive, a resource reference or a number that
JSON lacks; a bare sentinel string is an unknown. The constants are Pulumi's (`pkg/resource/stack/deployment.go`,
`sdk/go/common/apitype/property-values.json`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any, Final

from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret, Value
from tap.errors import StateError
from tap.state.crypter import CachingCrypter, Place, PlaintextCrypter
from tap.state.json_text import from_json, to_json_text

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  - a mark, no secret
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_REFERENCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
FLOAT_SIGNATURE: Final = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c"

_PLAIN = frozenset({str, int, bool, type(None)})
_LARGEST_WHOLE: Final = 1e21
"""From here on Go prints a double with an exponent, and so it stays a float."""


def encode_value(value: Value, crypter: CachingCrypter, place: Place) -> Any:
    """The JSON of a value; keys are sorted, as Go prints maps. Raises TypeError for what is no property value."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {
            key: item if type(item := value[key]) in _PLAIN else encode_value(item, crypter, (*place, key))
            for key in sorted(value)
        }
    if isinstance(value, (list, tuple)):
        return [encode_value(item, crypter, (*place, index)) for index, item in enumerate(value)]
    if isinstance(value, float):
        return _encode_float(value)
    return _encode_special(value, crypter, place)


def _encode_float(number: float) -> Any:
    if not math.isfinite(number):
        return {SIGNATURE_KEY: FLOAT_SIGNATURE, "value": struct.pack(">d", number).hex()}
    return int(number) if number.is_integer() and abs(number) < _LARGEST_WHOLE else number


def _encode_special(value: Value, crypter: CachingCrypter, place: Place) -> Any:
    match value:
        case Secret(inner):
            plaintext = to_json_text(encode_value(inner, _INNER, place))
            return {SIGNATURE_KEY: SECRET_SIGNATURE, crypter.key: crypter.encrypt(plaintext, place)}
        case Asset(path, text, uri, hash):
            return _signed(ASSET_SIGNATURE, hash=hash, path=path, text=text, uri=uri)
        case Archive(assets, path, uri, hash):
            encoded = None if assets is None else encode_value(assets, crypter, (*place, "assets"))
            return _signed(ARCHIVE_SIGNATURE, assets=encoded, hash=hash, path=path, uri=uri)
        case ResourceReference(urn, id, version):
            known = UNKNOWN_ID if id is UNKNOWN else id
            return _signed(RESOURCE_REFERENCE_SIGNATURE, id=known, packageVersion=version, urn=urn)
        case OutputValue(inner, secret, _):
            return encode_value(Secret(inner) if secret else inner, crypter, place)
        case _ if value is UNKNOWN:
            return UNKNOWN_ID
    raise TypeError(f"{words(place)}: a {type(value).__name__} is no property value")


def _signed(signature: str, **fields: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: signature, **{key: value for key, value in fields.items() if value is not None}}


def decode_value(value: Any, crypter: CachingCrypter, place: Place) -> Value:
    """The value that a JSON value of a file stands for. Raises StateError naming the place of what is none."""
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_ID else value
    if isinstance(value, dict):
        if SIGNATURE_KEY in value:
            return _decode_signed(value, crypter, place)
        return {key: decode_value(item, crypter, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [decode_value(item, crypter, (*place, index)) for index, item in enumerate(value)]
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return int(value)
    return value


def _decode_signed(value: Mapping[str, Any], crypter: CachingCrypter, place: Place) -> Value:
    signature = value[SIGNATURE_KEY]
    try:
        if signature == SECRET_SIGNATURE:
            return _decode_secret(value, crypter, place)
        if signature == ASSET_SIGNATURE:
            return Asset(value.get("path"), value.get("text"), value.get("uri"), value.get("hash"))
        if signature == ARCHIVE_SIGNATURE:
            assets = value.get("assets")
            decoded = None if assets is None else decode_value(assets, crypter, (*place, "assets"))
            return Archive(decoded, value.get("path"), value.get("uri"), value.get("hash"))
        if signature == RESOURCE_REFERENCE_SIGNATURE:
            id = value.get("id")
            version = value.get("packageVersion") or ""
            return ResourceReference(value["urn"], UNKNOWN if id == UNKNOWN_ID else id, version)
        if signature == FLOAT_SIGNATURE:
            return struct.unpack(">d", bytes.fromhex(value["value"]))[0]
    except (KeyError, TypeError, ValueError, struct.error) as error:
        # Only the error's kind: its text may quote a secret.
        raise StateError(f"{words(place)}: a property value is malformed ({type(error).__name__})") from None
    raise StateError(f"{words(place)}: a property value has the unknown signature {signature!r}")


def _decode_secret(value: Mapping[str, Any], crypter: CachingCrypter, place: Place) -> Secret:
    plaintext = value["plaintext"] if "plaintext" in value else crypter.decrypt(value["ciphertext"], place)
    inner = decode_value(from_json(plaintext), _INNER, place)
    return inner if isinstance(inner, Secret) else Secret(inner)


def words(place: Place) -> str:
    """The place, for a message: `<urn> outputs['password']`."""
    return " ".join(str(part) for part in place[:2]) + "".join(f"[{part!r}]" for part in place[2:])


class _Inner(CachingCrypter):
    """Remembers nothing: what is inside a secret is plain text."""

    def encrypt(self, plaintext: str, place: Place) -> str:
        return plaintext

    def decrypt(self, ciphertext: str, place: Place) -> str:
        return ciphertext


_INNER: Final = _Inner(PlaintextCrypter())
