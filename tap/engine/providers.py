"""The providers of a run: which are there, how they are configured, and which one a resource uses.

A provider is itself a resource (`pulumi:providers:<package>`); the reference `<urn>::<id>` names one configured
instance. Its check, diff and the rest are those of its configuration.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

from tap.engine.model import PROVIDER_TYPE_PREFIX, Goal, Mark, Resource
from tap.engine.provider import CheckResult, CreateResult, DiffResult, Provider, ProviderError, ReadResult
from tap.engine.urn import package_of, provider_reference, split_reference
from tap.engine.values import Properties, contains_unknown, without_secrets

INTERNAL_KEY = "__internal"
PLUGIN_DOWNLOAD_URL_KEY = "pluginDownloadURL"

ProviderFactory = Callable[[str], Provider]
"""Makes an unconfigured provider of a package. Raises ProviderError for a package that there is none for."""


def visible(inputs: Properties) -> dict[str, object]:
    """A provider's inputs as the provider itself sees them: without what is the engine's, and in clear."""
    return {key: without_secrets(value) for key, value in inputs.items() if key != INTERNAL_KEY}


class UnconfiguredProvider:
    """Stands for a provider whose configuration is not known in this preview: it can say nothing for certain."""

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> DiffResult:
        return DiffResult(changes=True)

    def configure(self, inputs: Properties) -> None:
        """There is nothing to configure it with."""

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        return CheckResult(news)

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult:
        return DiffResult(changes=True)

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        return CreateResult("", {})

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        return ReadResult(id, {}, {})

    def update(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        *,
        preview: bool,
        ignore_changes: tuple[str, ...] = (),
    ) -> Properties:
        return {}

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        raise ProviderError("the provider is not configured")

    def invoke(self, token: str, arguments: Properties) -> Properties:
        return {}

    def cancel(self) -> None:
        """Nothing waits."""


class ProviderRegistry:
    """The configured providers of one run."""

    def __init__(self, factory: ProviderFactory, base: Iterable[Resource]) -> None:
        self._factory = factory
        self._by_reference: dict[str, Provider] = {}
        self._unconfigured: dict[str, Provider] = {}
        self._in_state = {
            provider_reference(resource.urn, resource.id): resource for resource in base if resource.is_provider
        }

    def unconfigured(self, package: str) -> Provider:
        """An instance that answers check_config and diff_config; one a package, for it holds nothing."""
        if package not in self._unconfigured:
            self._unconfigured[package] = self._factory(package)
        return self._unconfigured[package]

    def configure(self, resource: Resource) -> None:
        """Make the instance that a provider's resource describes. Raises ProviderError."""
        reference = provider_reference(resource.urn, resource.id)
        if contains_unknown(dict(resource.inputs)):
            self._by_reference[reference] = UnconfiguredProvider()
            return
        provider = self._factory(package_of(resource.type))
        provider.configure(visible(resource.inputs))
        self._by_reference[reference] = provider

    def get(self, reference: str) -> Provider:
        """The instance of this reference; one that only the old state knows is configured now. Raises ProviderError."""
        if reference not in self._by_reference:
            resource = self._in_state.get(reference)
            if resource is None:
                raise ProviderError(f"unknown provider '{reference}'")
            self.configure(resource)
        return self._by_reference[reference]

    def is_configured(self, reference: str) -> bool:
        return reference in self._by_reference

    def cancel(self) -> None:
        for provider in self._by_reference.values():
            provider.cancel()


def with_version(goal: Goal) -> Goal:
    """The goal of an explicit provider with the version that the SDK asks for among its inputs, as Pulumi stores it."""
    if not goal.type.startswith(PROVIDER_TYPE_PREFIX):
        return goal
    inputs = dict(goal.inputs)
    if goal.version:
        inputs["version"] = goal.version
        inputs[INTERNAL_KEY] = {}
    if goal.plugin_download_url:
        inputs[INTERNAL_KEY] = {PLUGIN_DOWNLOAD_URL_KEY: goal.plugin_download_url}
    return replace(goal, inputs=inputs)


def new_provider_id() -> str:
    return str(uuid.uuid4())


def urn_of(reference: str) -> str:
    return split_reference(reference)[0]
