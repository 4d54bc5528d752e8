"""Decide, never do: one registration of the program and the old state in, the steps to take out.

The rules and their order are those of Pulumi's step generator. Nothing here touches the cloud or the disk: a provider
is asked to check and to diff, which are decisions too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tap.engine import differ, messages
from tap.engine.checker import Checker
from tap.engine.comparison import Comparison
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.identity import claim, claim_read
from tap.engine.imports import import_steps, must_import
from tap.engine.known import GeneratorSettings, Known, Registration
from tap.engine.model import PROVIDER_TYPE_PREFIX, Goal, Op, ReadGoal, Resource, Step
from tap.engine.provider import DiffResult, Provider
from tap.engine.providers import ProviderRegistry
from tap.engine.reads import read_steps
from tap.engine.replacement import DependentReplacements
from tap.engine.targets import is_targeted
from tap.engine.untargeted import untargeted_steps
from tap.engine.values import Properties


class StepGenerator:
    """Turns goals into steps, in the order in which they come."""

    def __init__(self, settings: GeneratorSettings, base: Sequence[Resource], providers: ProviderRegistry) -> None:
        self.known = Known(settings, base)
        self._settings = settings
        self._checker = Checker(self.known, providers)
        self._comparison = Comparison(self.known, providers)
        self._cascade = DependentReplacements(self.known, providers)

    def claim(self, goal: Goal) -> Registration:
        """Who it is, and that nobody else is it. Raises GenerationError."""
        urn, old, aliased_from = claim(self.known, goal)
        recreating = self._cascade.was_deleted(urn) or self._cascade.was_deleted(aliased_from)
        return Registration(goal, urn, old, aliased_from, recreating, is_targeted(self._settings.targets, urn))

    def checked(self, registration: Registration) -> Resource | None:
        """The resource that the program wants, its inputs checked. Raises GenerationError, ProviderError.

        None where they do not matter yet, or not at all: it is imported first, or it is there and not targeted.
        """
        self.known.kept.add(registration.urn)
        if must_import(registration) or _is_left_alone(registration):
            return None
        provider = self._checker.provider_of(registration)
        return replace(fresh(registration), inputs=self._checker.checked(registration, provider))

    def checked_after_import(self, registration: Registration, imported: Resource) -> tuple[Registration, Resource]:
        """The registration once its import step was done, and the resource that the program wants, checked.

        Raises GenerationError, ProviderError.
        """
        registration = replace(registration, old=imported, aliased_from="", recreating=False)
        inputs = self._checker.checked(registration, self._checker.provider_of(registration))
        return registration, replace(fresh(registration), inputs=inputs, import_id=registration.goal.id)

    def rechecked(self, registration: Registration, olds: Properties, news: Properties) -> Properties:
        """Inputs that somebody has changed since they were checked. Raises GenerationError, ProviderError."""
        provider = self._checker.provider_of(registration)
        return self._checker.rechecked(registration, provider, olds, news) if provider is not None else news

    def generate(self, registration: Registration, new: Resource | None) -> list[Step]:
        """The steps of a registration; `new` is what `checked` gave. Raises GenerationError, ProviderError.

        A registration that is to be imported gives its import step alone: once that was done, `after_import` goes on.
        """
        urn, old = registration.urn, registration.old
        if must_import(registration):
            return import_steps(self.known, registration, fresh(registration))
        if new is None:
            assert old is not None, "nothing to leave alone"  # noqa: S101  - a bug of ours, said as one
            return untargeted_steps(self.known, urn, old)
        if registration.targeted:
            self._refuse_skipped_dependencies(registration)
        if registration.recreating:
            return self._recreated(registration, new)
        if old is None:
            return self._create_or_skip(registration, new)
        if old.external:
            return self._taken_over(registration, old, new)
        return self._changed(registration, self._checker.provider_of(registration), old, new)

    def after_import(self, registration: Registration, imported: Resource, new: Resource) -> list[Step]:
        """What is left to do once the import step was done: an update where program and cloud differ.

        Raises GenerationError, ProviderError.
        """
        steps = self._changed(registration, self._checker.provider_of(registration), imported, new)
        return [step for step in steps if step.op is not Op.SAME]

    def claim_read(self, goal: ReadGoal) -> str:
        """The URN of a read. Raises GenerationError."""
        return claim_read(self.known, goal)

    def generate_read(self, goal: ReadGoal, urn: str) -> list[Step]:
        return read_steps(self.known, goal, urn)

    # -- the cases --------------------------------------------------------------------------------------------------

    def _recreated(self, registration: Registration, new: Resource) -> list[Step]:
        urn, old = registration.urn, registration.old
        keys = self._cascade.keys_of(registration.aliased_from or urn)
        self.known.replaced.add(urn)
        new = self.known.remember(new)
        return [
            Step(Op.REPLACE, urn, old, new),
            Step(Op.CREATE_REPLACEMENT, urn, old, new, keys=keys, replacing=True),
        ]

    def _taken_over(self, registration: Registration, old: Resource, new: Resource) -> list[Step]:
        """What was only read until now is made by us; of the old one only the entry in the state goes."""
        urn = registration.urn
        new = self.known.remember(new)
        self.known.replaced.add(urn)
        return [
            Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
            Step(Op.REPLACE, urn, old, new, pending_delete=True),
        ]

    def _create_or_skip(self, registration: Registration, new: Resource) -> list[Step]:
        urn = registration.urn
        if not registration.targeted:
            self.known.skipped.add(urn)
            return [Step(Op.SAME, urn, None, new, skipped=True)]
        return [Step(Op.CREATE, urn, None, self.known.remember(new))]

    def _refuse_skipped_dependencies(self, registration: Registration) -> None:
        goal, urn = registration.goal, registration.urn
        needed = {*goal.dependencies, *([goal.parent] if goal.parent else [])}
        for skipped in sorted(needed & self.known.skipped):
            excludes = self._settings.targets.excluded is not None
            text = messages.depends_on_excluded if excludes else messages.depends_on_skipped
            self._object(urn, text(urn, skipped))

    def _changed(
        self, registration: Registration, provider: Provider | None, old: Resource, new: Resource
    ) -> list[Step]:
        urn, goal = registration.urn, registration.goal
        diff = self._comparison.diff(registration, provider, old, new)
        if (diff.changes and differ.replaces(diff)) or old.pending_replacement:
            return self._replacement(registration, provider, old, new, diff)
        if diff.changes or old.init_errors:
            new = self.known.remember(replace(new, id=old.id, outputs=old.outputs, created=old.created))
            return [Step(Op.UPDATE, urn, old, new, diffs=diff.diffs, detailed_diff=diff.detailed)]
        import_id = goal.id if old.import_id and goal.id else new.import_id
        same = replace(
            new, id=old.id, outputs=old.outputs, created=old.created, modified=old.modified, import_id=import_id
        )
        return [Step(Op.SAME, urn, old, self.known.remember(same))]

    # -- replacements -----------------------------------------------------------------------------------------------

    def _replacement(
        self, registration: Registration, provider: Provider | None, old: Resource, new: Resource, diff: DiffResult
    ) -> list[Step]:
        goal, urn = registration.goal, registration.urn
        self._refuse_replacement(registration, old, new)
        if provider is not None and not self._checker.is_anew(registration):
            anew, remedy = self._checker.checked_anew(registration, provider), registration.remedy
            new = replace(new, inputs=remedy.applied_to(anew) if remedy is not None else anew)
        self.known.replaced.add(urn)
        new = self.known.remember(new)
        delete_first = goal.delete_before_replace
        if delete_first is None:
            delete_first = diff.delete_before_replace
        reasons: Mapping[str, Any] = {
            "keys": tuple(key for key in diff.replaces if key != differ.TRIGGER),
            "diffs": diff.diffs,
            "detailed_diff": diff.detailed,
        }
        if not delete_first and not old.pending_replacement:
            return [
                Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True, **reasons),
                Step(Op.REPLACE, urn, old, new, pending_delete=True, **reasons),
            ]
        return [
            *self._deletes_first(urn, old, delete_first=delete_first),
            Step(Op.REPLACE, urn, old, new, **reasons),
            Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, **reasons),
        ]

    def _deletes_first(self, urn: str, old: Resource, *, delete_first: bool) -> list[Step]:
        steps = self._cascade.delete_with(urn, old) if delete_first else []
        if not old.pending_replacement:
            steps.append(Step(Op.DELETE_REPLACED, urn, old, None, replacing=True))
        return steps

    def _refuse_replacement(self, registration: Registration, old: Resource, new: Resource) -> None:
        urn = registration.urn
        if new.protect and old.protect:
            self._object(urn, messages.protected_replacement(urn))
        if registration.goal.id and not old.pending_replacement:
            if not self._settings.dry_run:
                raise GenerationError(Diagnostic("error", messages.IMPORTED_MAY_NOT_BE_REPLACED, urn))
            self.known.note("warning", messages.IMPORTED_MAY_NOT_BE_REPLACED, urn)

    def _object(self, urn: str, message: str) -> None:
        """An objection: it stops an update at once; a preview goes on, and fails at its end."""
        if not self._settings.dry_run:
            raise GenerationError(Diagnostic("error", message, urn))
        self.known.note("error", message, urn)


def _is_left_alone(registration: Registration) -> bool:
    return registration.old is not None and not registration.targeted and not registration.recreating


def fresh(registration: Registration) -> Resource:
    """The resource that the goal describes, as if there had been none before: no id, no outputs."""
    goal, old = registration.goal, registration.old
    has_provider = goal.custom and not goal.type.startswith(PROVIDER_TYPE_PREFIX)
    return Resource(
        urn=registration.urn,
        custom=goal.custom,
        type=goal.type,
        inputs=goal.inputs,
        parent=goal.parent,
        protect=bool(goal.protect),
        dependencies=goal.dependencies,
        provider=goal.provider if has_provider else "",
        property_dependencies=goal.property_dependencies,
        additional_secret_outputs=goal.additional_secret_outputs,
        aliases=(registration.aliased_from,) if registration.aliased_from else (),
        custom_timeouts=goal.custom_timeouts,
        retain_on_delete=bool(goal.retain_on_delete),
        deleted_with=goal.deleted_with,
        replace_with=goal.replace_with,
        source_position=goal.source_position,
        stack_trace=goal.stack_trace,
        ignore_changes=goal.ignore_changes,
        hide_diff=goal.hide_diff,
        replace_on_changes=goal.replace_on_changes,
        replacement_trigger=goal.replacement_trigger,
        refresh_before_update=old.refresh_before_update if old else False,
    )
