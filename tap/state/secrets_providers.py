"""Which crypter reads and writes the secrets of a stack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tap.errors import StateError
from tap.state.crypter import BlindingCrypter, CachingCrypter, Crypter
from tap.state.derived_keys import DerivedKeys
from tap.state.passphrase import PassphraseCrypter
from tap.state.passphrase_source import find_passphrase, is_given
from tap.state.paths import StackPaths

_CONFIG = "getting stack configuration: get stack secrets manager: "
_READING = "could not deserialize deployment: failed to decrypt: "


class RefusingCrypter:
    """For secrets of which nobody here has the key; a state without secrets never notices."""

    provider = None

    def __init__(self, reason: str, hint: str) -> None:
        self._reason = reason
        self._hint = hint

    def encrypt(self, plaintext: str) -> str:
        raise StateError(self._reason, hint=self._hint)

    def decrypt(self, ciphertext: str) -> str:
        raise StateError(self._reason, hint=self._hint)


class StackSecrets:
    """The crypters of one stack; each salt has one, so that a key is derived once."""

    def __init__(self, paths: StackPaths, environ: Mapping[str, str]) -> None:
        self._paths = paths
        self._environ = environ
        self._config_salt = ""
        self._new = self._passphrase_crypter("", _READING)
        self._by_salt = {"": CachingCrypter(self._new)}

    def reader(self, providers: Mapping[str, Any] | None) -> CachingCrypter:
        """For a file with these `secrets_providers`."""
        if providers is None:
            return _refusing(
                "the state holds secrets, but names no secrets provider", "restore its secrets_providers from a copy"
            )
        if providers.get("type") != "passphrase":
            return _refusing(
                f"the secrets provider {providers.get('type')!r} is not supported, only passphrase is",
                "use the Pulumi CLI for this stack, or change it: `pulumi stack change-secrets-provider passphrase`",
            )
        state = providers.get("state")
        salt = state.get("salt") if isinstance(state, dict) else None
        if not isinstance(salt, str) or not salt:
            return _refusing("the state's secrets_providers has no salt", "restore it from a copy")
        return self._of_salt(salt)

    def use_config_salt(self, salt: str) -> Crypter:
        """For the secrets of Pulumi.<stack>.yaml, whose `encryptionsalt` this is, and for what is written from now on.

        As with the Pulumi CLI: the file's salt, where it has one, is the state's at the next write.
        """
        self._config_salt = salt
        return self._passphrase_crypter(salt, _CONFIG)

    def writer(self, providers: Mapping[str, Any] | None) -> CachingCrypter:
        """For a file that follows one with these `secrets_providers`."""
        if self._config_salt:
            return self._of_salt(self._config_salt)
        return self._of_salt("") if providers is None else self.reader(providers)

    def prepare(self) -> None:
        """Derive now the key for which the first secret of a stack without any would wait. On whichever thread.

        Raises what that first secret would raise.
        """
        if not self._config_salt:
            self._new.prepare()

    def _of_salt(self, salt: str) -> CachingCrypter:
        if salt not in self._by_salt:
            self._by_salt[salt] = CachingCrypter(self._passphrase_crypter(salt, _READING))
        return self._by_salt[salt]

    def _passphrase_crypter(self, salt: str, context: str) -> PassphraseCrypter:
        passphrase = partial(find_passphrase, self._environ, self._paths.passphrase, may_create=not salt)
        keys = None if is_given(self._environ) else DerivedKeys(self._paths.derived_keys)
        return PassphraseCrypter(passphrase, salt, context=context, keys=keys)


def blind(_providers: Mapping[str, Any] | None) -> CachingCrypter:
    """Reads any file without its secrets."""
    return CachingCrypter(BlindingCrypter())


def _refusing(reason: str, hint: str) -> CachingCrypter:
    return CachingCrypter(RefusingCrypter(reason, hint))
