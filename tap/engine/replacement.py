"""Delete before replace: which dependents must go first, and what they come back as."""

from __future__ import annotations

from tap.engine import differ, messages
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.graph import Dependents
from tap.engine.known import Known
from tap.engine.model import Op, Resource, Step
from tap.engine.provider import Provider, ProviderError
from tap.engine.providers import ProviderRegistry, urn_of
from tap.engine.urn import package_of
from tap.engine.values import UNKNOWN


class DependentReplacements:
    """What was deleted early in this run, because something that it hangs on is deleted before it is made anew."""

    def __init__(self, known: Known, providers: ProviderRegistry) -> None:
        self._known = known
        self._providers = providers
        self._dependents = Dependents([resource for resource in known.base if not resource.delete])
        self._deleted: dict[str, tuple[str, ...]] = {}

    def was_deleted(self, old_urn: str) -> bool:
        return old_urn in self._deleted

    def keys_of(self, old_urn: str) -> tuple[str, ...]:
        """The inputs whose coming change had the dependent deleted."""
        return self._deleted.get(old_urn, ())

    def delete_with(self, urn: str, root: Resource) -> list[Step]:
        """The deletes that come before the root's own, dependents first. Raises GenerationError, ProviderError."""
        condemned = self._condemned(root)
        for resource, _ in condemned:
            if resource.protect:
                message = messages.protected_dependent(resource.urn, urn)
                raise GenerationError(Diagnostic("error", message, urn))
        steps = []
        for resource, keys in reversed(condemned):
            self._deleted[resource.urn] = keys
            self._known.replaced.add(resource.urn)
            steps.append(Step(Op.DELETE_REPLACED, resource.urn, resource, None, replacing=True))
        return steps

    def _condemned(self, root: Resource) -> list[tuple[Resource, tuple[str, ...]]]:
        going = {root.urn}
        found: list[tuple[Resource, tuple[str, ...]]] = []
        for resource in self._dependents.of(root):
            # What is registered already can not depend on what comes only now, whatever the old state says.
            passed = self._known.is_registered(resource.urn) or self.was_deleted(resource.urn)
            if passed or not resource.custom or resource.external:
                continue
            replaced, keys = self._must_go(resource, going)
            if replaced:
                going.add(resource.urn)
                found.append((resource, keys))
        return found

    def _must_go(self, resource: Resource, going: set[str]) -> tuple[bool, tuple[str, ...]]:
        if resource.provider and urn_of(resource.provider) in going:
            return True, ()
        if resource.deleted_with in going or not going.isdisjoint(resource.replace_with):
            return True, ()
        touched = [key for key, urns in resource.property_dependencies.items() if not going.isdisjoint(urns)]
        if not touched:
            return False, ()
        inputs = differ.with_unknown(resource.inputs, (key for key in touched if key in resource.inputs), UNKNOWN)
        inputs, _ = differ.ignoring_changes(resource.inputs, inputs, resource.ignore_changes)
        try:
            provider = self._provider_of(resource)
            diff = differ.resource_diff(provider, resource, resource.urn, inputs, resource.ignore_changes)
        except ProviderError as error:
            raise ProviderError(f"{resource.urn}: {error}", hint=error.hint, code=error.code) from error
        diff = differ.with_replace_on_changes(diff, resource.replace_on_changes, init_errors=bool(resource.init_errors))
        keys = diff.replaces or tuple(key for key, kind in diff.detailed.items() if kind.replaces)
        return diff.changes and differ.replaces(diff), keys

    def _provider_of(self, resource: Resource) -> Provider:
        """Who compares it: a provider, which is a resource too, compares its own configuration."""
        if resource.is_provider:
            return self._providers.unconfigured(package_of(resource.type))
        return self._providers.get(resource.provider)
