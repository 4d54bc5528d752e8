"""The inputs of a registration as they will be stored: what is ignored as it was, what is missing filled in."""

from __future__ import annotations

from tap.engine import differ, messages
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.known import Known, Registration
from tap.engine.model import PROVIDER_TYPE_PREFIX, Resource
from tap.engine.provider import Provider
from tap.engine.providers import INTERNAL_KEY, ProviderRegistry, visible
from tap.engine.secrets import annotate
from tap.engine.urn import package_of
from tap.engine.values import Properties, without_secrets


class Checker:
    """Asks the provider of a registration to check its inputs."""

    def __init__(self, known: Known, providers: ProviderRegistry) -> None:
        self._known = known
        self._providers = providers

    def provider_of(self, registration: Registration) -> Provider | None:
        """Whom to ask; None for a component. Raises ProviderError."""
        goal = registration.goal
        if not goal.custom:
            return None
        if goal.type.startswith(PROVIDER_TYPE_PREFIX):
            return self._providers.unconfigured(package_of(goal.type))
        return self._providers.get(goal.provider)

    def checked(self, registration: Registration, provider: Provider | None) -> Properties:
        """The checked inputs. Raises GenerationError if they can not be, ProviderError."""
        goal, old = registration.goal, registration.old
        if provider is None:
            return self._ignored(registration, goal.inputs, old)
        if not registration.targeted and not registration.recreating:
            return goal.inputs
        if old is None or self.is_anew(registration):
            return self.checked_anew(registration, provider)
        return self._check(registration, provider, old.inputs, self._ignored(registration, goal.inputs, old))

    def is_anew(self, registration: Registration) -> bool:
        """Whether it is decided before any comparison that the resource is made anew."""
        old = registration.old
        asked = self._known.settings.replaces.contains(registration.urn)
        return registration.recreating or asked or (old is not None and (old.external or old.taint))

    def checked_anew(self, registration: Registration, provider: Provider) -> Properties:
        """The inputs of a resource without a past: nothing is ignored, names are generated freshly."""
        return self._check(registration, provider, {}, registration.goal.inputs)

    def rechecked(
        self, registration: Registration, provider: Provider, olds: Properties, news: Properties
    ) -> Properties:
        """Inputs that were checked once, and changed since. Raises GenerationError, ProviderError."""
        return self._check(registration, provider, olds, news)

    def _ignored(self, registration: Registration, inputs: Properties, old: Resource | None) -> Properties:
        if old is None or not registration.goal.ignore_changes:
            return inputs
        try:
            inputs, impossible = differ.ignoring_changes(old.inputs, inputs, registration.goal.ignore_changes)
        except ValueError as error:
            text = f"failed to parse ignoreChanges: {error}"
            raise GenerationError(Diagnostic("error", text, registration.urn)) from error
        for path in impossible:
            self._known.note("info", messages.can_not_ignore(path), registration.urn)
        return inputs

    def _check(self, registration: Registration, provider: Provider, olds: Properties, news: Properties) -> Properties:
        goal, urn = registration.goal, registration.urn
        if goal.type.startswith(PROVIDER_TYPE_PREFIX):
            result = provider.check_config(urn, visible(olds), visible(news))
            kept = {key: news[key] for key in (INTERNAL_KEY,) if key in news}
        else:
            plain = without_secrets(dict(news))
            result = provider.check(urn, without_secrets(dict(olds)), plain, self._known.settings.seed())
            kept = {}
        if result.failures:
            raise GenerationError(
                *(Diagnostic("error", messages.check_failure(goal, failure), urn) for failure in result.failures)
            )
        return {**annotate(result.inputs, news), **kept}
