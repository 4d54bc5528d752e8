"""How secrets become text in a file, as the codec sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol

Place = tuple[str | int, ...]
"""Where a secret stands: the resource's URN, then the keys and indexes down to it."""

BLINDED: Final = "[secret]"
"""What stands in the place of every secret that was read without a passphrase."""


class Crypter(Protocol):
    """Encrypts and decrypts texts. Raises StateError for a passphrase or a ciphertext that does not fit."""

    @property
    def provider(self) -> Mapping[str, Any] | None:
        """What a file's `secrets_providers` says of it; None while it has met no secret and can not be told yet."""

    def encrypt(self, plaintext: str) -> str: ...

    def decrypt(self, ciphertext: str) -> str: ...


class PlaintextCrypter:
    """For a secret within a secret, which is encrypted already by the outer one."""

    provider = None

    def encrypt(self, plaintext: str) -> str:
        return plaintext

    def decrypt(self, ciphertext: str) -> str:
        return ciphertext


class BlindingCrypter:
    """Reads every secret as `[secret]` and needs no passphrase. What was read with it must never be written."""

    provider = None

    def encrypt(self, plaintext: str) -> str:
        raise AssertionError("a state that was read without its secrets is not to be written")

    def decrypt(self, ciphertext: str) -> str:
        return json.dumps(BLINDED)


class CachingCrypter:
    """A crypter that remembers: a secret that has not changed keeps its ciphertext, so that files do not churn.

    One and the same text at two places still has two ciphertexts, so that no file shows that they are equal.
    """

    key: ClassVar[str] = "ciphertext"
    """Under which name a secret's text stands in a file."""

    def __init__(self, crypter: Crypter) -> None:
        self._crypter = crypter
        self._known: dict[tuple[Place, str], str] = {}

    @property
    def provider(self) -> Mapping[str, Any] | None:
        return self._crypter.provider

    def encrypt(self, plaintext: str, place: Place) -> str:
        known = self._known.get((place, plaintext))
        if known is None:
            known = self._known[place, plaintext] = self._crypter.encrypt(plaintext)
        return known

    def decrypt(self, ciphertext: str, place: Place) -> str:
        plaintext = self._crypter.decrypt(ciphertext)
        self._known[place, plaintext] = ciphertext
        return plaintext


class OpenCrypter(CachingCrypter):
    """Writes secrets in clear, as `--show-secrets` asks for."""

    key = "plaintext"

    def __init__(self) -> None:
        super().__init__(PlaintextCrypter())
