"""Pulumi's passphrase secrets manager (`pkg/secrets/passphrase`, `sdk/go/common/resource/config/crypt.go`).

The key is PBKDF2-HMAC-SHA256 of the passphrase with a salt of 8 bytes, 1,000,000 iterations; a ciphertext is
`v1:<base64 of the nonce>:<base64 of AES-256-GCM>`; the manager's state is `v1:<base64 of the salt>:<ciphertext of
"pulumi">`, by which a passphrase is known to fit.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from tap.errors import StateError
from tap.state.derived_keys import DerivedKeys

ITERATIONS: Final = 1_000_000
_PROOF: Final = "pulumi"
_SALT_BYTES: Final = 8
_NONCE_BYTES: Final = 12

INCORRECT = "incorrect passphrase"
_INCORRECT_HINT = (
    "set PULUMI_CONFIG_PASSPHRASE to the correct passphrase or "
    "set PULUMI_CONFIG_PASSPHRASE_FILE to a file containing the passphrase"
)


class PassphraseError(StateError):
    """A passphrase is missing or does not fit."""


class DamagedSecretError(StateError):
    """A ciphertext is none, or was not made with this key."""


@lru_cache(maxsize=8)  # a quarter of a second each; a process meets one or two
def derive_key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ITERATIONS, 32)


def encrypt_with(key: bytes, plaintext: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def decrypt_with(key: bytes, ciphertext: str) -> str:
    """Raises DamagedSecretError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        version, nonce, sealed = ciphertext.split(":")
        if version != "v1":
            raise ValueError(version)
        opened = AESGCM(key).decrypt(
            base64.b64decode(nonce, validate=True), base64.b64decode(sealed, validate=True), None
        )
        return opened.decode()
    except (InvalidTag, ValueError, AttributeError):  # binascii.Error and UnicodeDecodeError are ValueErrors
        raise DamagedSecretError("failed to decrypt: the ciphertext is damaged, or was made with another key") from None


class PassphraseCrypter:
    """Encrypts and decrypts with the key of a passphrase, which is asked for when the first secret is met.

    state: the manager's state, "" for a stack that has none yet: the first secret to be encrypted makes one.
    context: what Pulumi puts before "incorrect passphrase". keys: where a new stack's key is kept, and looked for.
    Safe to use from several threads.
    """

    def __init__(
        self, passphrase: Callable[[], str], state: str = "", *, context: str = "", keys: DerivedKeys | None = None
    ) -> None:
        self._passphrase = passphrase
        self._state = state
        self._context = context
        self._keys = keys
        self._key: bytes | None = None
        self._first: tuple[bytes, bytes] | None = None
        self._lock = threading.Lock()

    @property
    def provider(self) -> Mapping[str, Any] | None:
        return {"type": "passphrase", "state": {"salt": self._state}} if self._state else None

    def prepare(self) -> None:
        """Derive now the key of a stack that has none yet, for which its first secret would wait."""
        with self._lock:
            if not self._state and self._first is None:
                self._first = self._derive_first()

    def encrypt(self, plaintext: str) -> str:
        return encrypt_with(self._ready_key(), plaintext)

    def decrypt(self, ciphertext: str) -> str:
        return decrypt_with(self._ready_key(), ciphertext)

    def _ready_key(self) -> bytes:
        with self._lock:
            if self._key is None:
                self._key = self._open() if self._state else self._begin()
            return self._key

    def _open(self) -> bytes:
        salt, proof = _split_state(self._state)
        passphrase = self._passphrase()
        kept = self._keys.find(passphrase, salt) if self._keys is not None else None
        if kept is not None and _fits(kept, proof):
            return kept
        key = derive_key(passphrase, salt)
        if not _fits(key, proof):
            raise PassphraseError(f"{self._context}{INCORRECT}", hint=_INCORRECT_HINT)
        return key

    def _begin(self) -> bytes:
        salt, key = self._first or self._derive_first()
        self._state = f"v1:{base64.b64encode(salt).decode()}:{encrypt_with(key, _PROOF)}"
        return key

    def _derive_first(self) -> tuple[bytes, bytes]:
        passphrase, salt = self._passphrase(), os.urandom(_SALT_BYTES)
        key = derive_key(passphrase, salt)
        if self._keys is not None:
            self._keys.keep(passphrase, salt, key)
        return salt, key


def _fits(key: bytes, proof: str) -> bool:
    try:
        return decrypt_with(key, proof) == _PROOF
    except (DamagedSecretError, ValueError):  # ValueError: no key at all, of a wrong length
        return False


def _split_state(state: str) -> tuple[bytes, str]:
    version, _, rest = state.partition(":")
    salt, _, proof = rest.partition(":")
    try:
        if version != "v1" or not proof:
            raise ValueError(state)
        return base64.b64decode(salt, validate=True), proof
    except (ValueError, binascii.Error):
        raise PassphraseError(
            "the secrets manager's state is not of the form v1:<salt>:v1:<nonce>:<ciphertext>",
            hint="restore encryptionsalt in Pulumi.<stack>.yaml, or secrets_providers in the state, from a copy",
        ) from None
