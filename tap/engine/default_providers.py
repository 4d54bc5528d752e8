"""Default providers: made by themselves at the first use of a package, one for each version of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping

from tap.engine.model import PROVIDER_TYPE_PREFIX, Goal
from tap.engine.providers import INTERNAL_KEY, PLUGIN_DOWNLOAD_URL_KEY
from tap.engine.registration import RefusedError, Registered
from tap.engine.urn import UNKNOWN_ID, name_of, package_of, provider_reference, type_of
from tap.engine.values import UNKNOWN


class DefaultProviders:
    """Those of one run. `register` registers one; `config` gives a package's part of the stack's config."""

    def __init__(
        self,
        register: Callable[[Goal], Awaitable[Registered]],
        config: Callable[[str], Mapping[str, object]],
        disabled: Iterable[str],
    ) -> None:
        self._register = register
        self._config = config
        self._disabled = frozenset(disabled)
        self._made: dict[tuple[str, str, str], asyncio.Future[str]] = {}

    async def reference_for(self, token: str, version: str, download_url: str) -> str:
        """The reference of the default provider for a type's or function's token.

        Raises RefusedError if there may be none, and whatever its registration raises.
        """
        package = package_of(token)
        _require_enabled(package, token, self._disabled)
        key = (package, version, download_url)
        if key not in self._made:
            # A task of its own: whoever asked first may go away while others wait.
            self._made[key] = asyncio.ensure_future(self._make(package, version, download_url))
        made = self._made[key]
        return made.result() if made.done() else await asyncio.shield(made)

    async def _make(self, package: str, version: str, download_url: str) -> str:
        made = await self._register(default_provider_goal(package, version, download_url, self._config(package)))
        return provider_reference(made.urn, UNKNOWN_ID if made.id is UNKNOWN else made.id)


def default_provider_goal(package: str, version: str, download_url: str, config: Mapping[str, object]) -> Goal:
    """The registration of a package's default provider: its inputs are the stack's config of that package."""
    name = "default"
    if version:
        name += "_" + re.sub(r"[.+-]", "_", version)
    if download_url:
        name += "_" + re.sub(r"[^a-zA-Z0-9]+", "_", download_url).strip("_")
    internal = {PLUGIN_DOWNLOAD_URL_KEY: download_url} if download_url else {}
    inputs: dict[str, object] = {**config, INTERNAL_KEY: internal}
    if version:
        inputs["version"] = version
    return Goal(type=PROVIDER_TYPE_PREFIX + package, name=name, custom=True, inputs=inputs)


def _require_enabled(package: str, token: str, disabled: Iterable[str]) -> None:
    """Raises RefusedError where the config forbids default providers (`pulumi:disable-default-providers`)."""
    if package in disabled or "*" in disabled:
        raise RefusedError(f"Default provider for '{package}' disabled. '{token}' must use an explicit provider.")


def is_default_provider(urn: str) -> bool:
    """Default providers come and go by themselves: their steps are neither shown nor counted."""
    name = name_of(urn)
    return type_of(urn).startswith(PROVIDER_TYPE_PREFIX) and (name == "default" or name.startswith("default_"))
