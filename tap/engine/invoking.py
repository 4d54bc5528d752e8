"""Functions of providers that the program calls, and the one function of the engine's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor

from tap.engine.model import Resource
from tap.engine.provider import ProviderError, UnavailableError
from tap.engine.providers import ProviderRegistry
from tap.engine.registration import Invoked, InvokeGoal, RefusedError
from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import UNKNOWN, Properties, contains_unknown, without_secrets

GET_RESOURCE = "pulumi:pulumi:getResource"


class Invoker:
    """Answers invokes. `done`: the resources of this run; `is_skipped`: whether one was left out by --target."""

    def __init__(
        self,
        providers: ProviderRegistry,
        pool: Executor,
        done: Mapping[str, Resource],
        is_skipped: Callable[[str], bool],
    ) -> None:
        self._providers = providers
        self._pool = pool
        self._done = done
        self._is_skipped = is_skipped

    def is_pending(self, goal: InvokeGoal) -> bool:
        """Whether something that the call depends on is not there yet: then its result is not known."""
        return any(self._is_unmade(urn) for urn in goal.depends_on) or contains_unknown(dict(goal.arguments))

    async def invoke(self, goal: InvokeGoal, reference: str) -> Invoked:
        """Call the function of the provider. Raises RefusedError with the provider's reason, UnavailableError."""
        try:
            provider = self._providers.get(reference)
            outputs = await asyncio.get_running_loop().run_in_executor(
                self._pool, provider.invoke, goal.token, without_secrets(dict(goal.arguments))
            )
        except UnavailableError:
            raise
        except ProviderError as error:
            raise RefusedError(f"invocation of {goal.token} returned an error: {error}") from error
        return Invoked(outputs)

    def get_resource(self, arguments: Properties) -> Invoked:
        """A resource that this run has registered already. Raises RefusedError if it has not."""
        urn = arguments.get("urn")
        resource = self._done.get(urn) if isinstance(urn, str) else None
        if resource is None:
            raise RefusedError(f"unknown resource {urn}")
        id = UNKNOWN if resource.id in ("", UNKNOWN_ID) else resource.id
        return Invoked({"urn": resource.urn, "id": id, "state": dict(resource.outputs)})

    def _is_unmade(self, urn: str) -> bool:
        resource = self._done.get(urn)
        return self._is_skipped(urn) or (resource is not None and resource.custom and not resource.id)
