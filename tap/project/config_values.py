"""Values of the config: what the YAML says, as the texts that a program is told. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tap.state.json_text import to_json_text


@dataclass(frozen=True, slots=True)
class Declaration:
    """What Pulumi.yaml says of one key. type: "" for any. Without a default each stack has to give a value."""

    type: str = ""
    default: Any = None
    has_default: bool = False
    secret: bool = False


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool) or value in {"true", "false"},
    "integer": lambda value: _is_number(value, int),
    "number": lambda value: _is_number(value, float),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def full_key(key: str, project: str) -> str:
    """`namespace:name`. A key without a namespace is the project's; `namespace:config:name` is an old spelling."""
    namespace, colon, name = key.partition(":")
    if not colon:
        return f"{project}:{key}"
    return f"{namespace}:{name.removeprefix('config:')}"


def as_text(value: Any) -> str:
    """A text as it is, everything else as JSON, keys sorted."""
    return value if isinstance(value, str) else to_json_text(_sorted(value))


def has_secure(value: Any) -> bool:
    """Whether there is an encrypted value in it."""
    if is_secure(value):
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(has_secure(item) for item in items)


def is_secure(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"} and isinstance(value["secure"], str)


def opened(value: Any, decrypt: Callable[[str], str]) -> Any:
    """The value with every `{secure: <ciphertext>}` in it decrypted."""
    if is_secure(value):
        return decrypt(value["secure"])
    if isinstance(value, dict):
        return {key: opened(item, decrypt) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item, decrypt) for item in value]
    return value


def fits(value: Any, type: str) -> bool:
    """Whether the value is of the declared type; a secret is not looked into."""
    return not type or has_secure(value) or _FITS[type](value)


def _is_number(value: Any, parse: Callable[[str], float]) -> bool:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    try:
        parse(str(value))
    except ValueError:
        return False
    return True


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _sorted(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
