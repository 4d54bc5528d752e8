"""How a registration differs from its old resource, all reasons considered, in Pulumi's order."""

from __future__ import annotations

from tap.engine import differ, messages
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.known import Known, Registration
from tap.engine.model import Resource
from tap.engine.provider import DiffResult, Provider
from tap.engine.providers import ProviderRegistry, urn_of, visible
from tap.engine.values import without_secrets


class Comparison:
    """Asks the provider of a registration for the difference, unless something else decides."""

    def __init__(self, known: Known, providers: ProviderRegistry) -> None:
        self._known = known
        self._providers = providers

    def diff(self, registration: Registration, provider: Provider | None, old: Resource, new: Resource) -> DiffResult:
        """Raises GenerationError, ProviderError."""
        urn, goal = registration.urn, registration.goal
        forced = self._forced(registration, old, new)
        if forced is not None:
            return forced
        if provider is None:
            return differ.component_diff(old, new.inputs)
        if self._provider_changed(old, new):
            return differ.forced("provider")
        diff = differ.resource_diff(provider, old, urn, new.inputs, goal.ignore_changes)
        if not differ.is_certain(provider):
            self._known.note("warning", messages.UNCERTAIN_PROVIDER, urn)
        try:
            return differ.with_replace_on_changes(diff, goal.replace_on_changes, init_errors=bool(old.init_errors))
        except ValueError as error:
            text = f"failed to parse replaceOnChanges: {error}"
            raise GenerationError(Diagnostic("error", text, urn)) from error

    def _forced(self, registration: Registration, old: Resource, new: Resource) -> DiffResult | None:
        """A replacement for a reason that lies outside the resource's own inputs."""
        goal, replaced = registration.goal, self._known.replaced
        if self._known.settings.replaces.contains(registration.urn) or old.taint:
            return differ.forced("id")
        if not replaced.isdisjoint(goal.replace_with):
            return differ.forced("replaceWith")
        if goal.deleted_with in replaced:
            return differ.forced("deletedWith")
        before, after = without_secrets(old.replacement_trigger), without_secrets(new.replacement_trigger)
        return differ.forced(differ.TRIGGER) if before is not None and before != after else None

    def _provider_changed(self, old: Resource, new: Resource) -> bool:
        """Whether the new provider is such another one that what the old one made must be made anew."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider:
            return True
        old_urn, new_urn = urn_of(old.provider), urn_of(new.provider)
        if self._known.renames.get(old_urn) == new_urn:
            return False
        before, after = self._known.olds.get(old_urn), self._known.news.get(new_urn)
        if before is None or after is None:
            return True
        diff = self._providers.get(new.provider).diff_config(
            new_urn, visible(before.inputs), without_secrets(dict(before.outputs)), visible(after.inputs)
        )
        return diff.changes and differ.replaces(diff)
