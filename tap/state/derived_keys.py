"""Keys that were derived before, kept beside our own passphrase, so that not every run derives them again.

A derivation takes a third of a second on purpose: that makes a passphrase of somebody's invention hard to guess. One of
ours is random, and lies in the same folder with the same permissions: who can read its key could read it itself. The
key of a passphrase that comes from elsewhere is never written down.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any, Final

from tap.errors import StateError
from tap.state.files import read_bytes, write_atomically

_KEPT_MAX: Final = 32
"""A project has a few stacks, each with one salt."""


class DerivedKeys:
    """The keys in a file, each found by salt and passphrase. What can not be read or written is derived anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, passphrase: str, salt: bytes) -> bytes | None:
        """None as well where it is there for another passphrase: that one opens nothing."""
        found = self._read().get(_name(salt))
        if not isinstance(found, dict) or found.get("of") != _digest(passphrase):
            return None
        try:
            return base64.b64decode(found["key"], validate=True)
        except (TypeError, KeyError, ValueError):
            return None

    def keep(self, passphrase: str, salt: bytes, key: bytes) -> None:
        kept = {**self._read(), _name(salt): {"of": _digest(passphrase), "key": base64.b64encode(key).decode()}}
        latest = dict(list(kept.items())[-_KEPT_MAX:])
        with contextlib.suppress(StateError):
            write_atomically(self._path, json.dumps(latest, indent=4).encode(), mode=0o600)

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(StateError, ValueError):
            content = json.loads(read_bytes(self._path) or b"{}")
            return content if isinstance(content, dict) else {}
        return {}


def _name(salt: bytes) -> str:
    return base64.b64encode(salt).decode()


def _digest(passphrase: str) -> str:
    return hashlib.sha256(passphrase.encode()).hexdigest()
