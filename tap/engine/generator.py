"""Decide, never do: one registration of the program and the old state in, the steps to take out.

The rules and their order are those of Pulumi's step generator. Nothing here touches the cloud or the disk: a provider
is asked to check and to diff, which are decisions too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from tap.engine import differ, messages
from tap.engine.aliases import alias_urns
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.model import Goal, Op, ReadGoal, Resource, Step
from tap.engine.provider import DiffResult, Provider
from tap.engine.providers import INTERNAL_KEY, ProviderRegistry, visible
from tap.engine.replacement import DependentReplacements
from tap.engine.secrets import annotate
from tap.engine.targets import Targets, is_targeted
from tap.engine.urn import create_urn, package_of, split_reference
from tap.engine.values import Properties, without_secrets


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """What does not change during a run. `seed` gives 32 random bytes for generated names."""

    project: str
    stack: str
    dry_run: bool
    seed: Callable[[], bytes]
    targets: Targets = field(default_factory=lambda: Targets(()))
    replaces: Targets = field(default_factory=lambda: Targets(()))


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """One registration on its way through the generator."""

    goal: Goal
    urn: str
    old: Resource | None
    aliased_from: str
    recreating: bool
    targeted: bool


class StepGenerator:
    """Turns goals into steps, in the order in which they come, and remembers what became of each URN."""

    def __init__(self, settings: GeneratorSettings, base: Sequence[Resource], providers: ProviderRegistry) -> None:
        self.settings = settings
        self.olds = {resource.urn: resource for resource in base if not resource.delete}
        self.base = list(base)
        self.providers = providers
        self.registered: dict[str, Goal] = {}
        self.news: dict[str, Resource] = {}
        self.renames: dict[str, str] = {}
        """Old URNs that were claimed by an alias, and what they are called now."""
        self.old_names: dict[str, str] = {}
        self.kept: set[str] = set()
        """URNs that this run has seen to: the delete phase leaves them alone."""
        self.replaced: set[str] = set()
        self.skipped: set[str] = set()
        self.notes: list[Diagnostic] = []
        """What is to be said, but stops nothing. The caller takes it out."""
        self._cascade = DependentReplacements(self)

    # -- identity ---------------------------------------------------------------------------------------------------

    def claim(self, goal: Goal) -> Registration:
        """The registration's URN and the old resource that it goes on from. Raises GenerationError."""
        settings = self.settings
        urn = create_urn(settings.stack, settings.project, goal.parent, goal.type, goal.name)
        if urn in self.registered:
            raise GenerationError(Diagnostic("error", messages.duplicate_urn(urn), urn))
        if urn in self.renames:
            raise GenerationError(Diagnostic("error", messages.urn_claimed_by_alias(urn, self.renames[urn]), urn))
        old, aliased_from = self._find_old(goal, urn)
        self.registered[urn] = goal
        return Registration(
            goal,
            urn,
            old,
            aliased_from,
            recreating=self._cascade.was_deleted(urn),
            targeted=is_targeted(settings.targets, urn),
        )

    def _find_old(self, goal: Goal, urn: str) -> tuple[Resource | None, str]:
        if urn in self.olds:
            return self.olds[urn], ""
        for old_urn in alias_urns(goal, self.settings.stack, self.settings.project, self.old_names):
            if old_urn in self.registered:
                raise GenerationError(Diagnostic("error", messages.alias_is_registered(old_urn, urn), urn))
            if old_urn not in self.olds:
                continue
            if old_urn in self.renames:
                raise GenerationError(
                    Diagnostic("error", messages.alias_claimed_twice(old_urn, urn, self.renames[old_urn]), urn)
                )
            self.renames[old_urn] = urn
            self.old_names[urn] = old_urn
            return self.olds[old_urn], old_urn
        return None, ""

    # -- steps ------------------------------------------------------------------------------------------------------

    def generate(self, registration: Registration) -> list[Step]:
        """The steps of a registration. Raises GenerationError, ProviderError.

        A registration that is to be imported gives its import step alone: once that was done, `after_import` goes on.
        """
        goal, urn, old = registration.goal, registration.urn, registration.old
        self.kept.add(urn)
        if goal.custom and goal.id and self._must_import(registration):
            return self._import_steps(registration)
        provider = self._provider(registration)
        new = self._fresh(registration)
        new = replace(new, inputs=self._checked(registration, provider))
        if registration.recreating:
            keys = self._cascade.keys_of(urn)
            self.replaced.add(urn)
            new = self._remember(replace(new, id=""))
            return [
                Step(Op.REPLACE, urn, old, new),
                Step(Op.CREATE_REPLACEMENT, urn, old, new, keys=keys, replacing=True),
            ]
        if old is None:
            return self._create_or_skip(registration, new)
        if old.external:
            new = self._remember(replace(new, id=""))
            self.replaced.add(urn)
            return [
                Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
                Step(Op.REPLACE, urn, old, new, pending_delete=True),
            ]
        if not registration.targeted:
            return self._untargeted(goal, urn, old)
        return self._changed(registration, provider, old, new)

    def after_import(self, registration: Registration, imported: Resource) -> list[Step]:
        """What is left to do once the import step was done: an update where program and cloud differ."""
        registration = replace(registration, old=imported, aliased_from="", recreating=False)
        provider = self._provider(registration)
        new = replace(self._fresh(registration), inputs=self._checked(registration, provider))
        steps = self._changed(registration, provider, imported, replace(new, import_id=registration.goal.id))
        return [step for step in steps if step.op is not Op.SAME]

    def _create_or_skip(self, registration: Registration, new: Resource) -> list[Step]:
        urn = registration.urn
        if not registration.targeted:
            self.skipped.add(urn)
            return [Step(Op.SAME, urn, None, new, skipped=True)]
        if not new.is_provider:
            self._refuse_skipped_dependencies(new)
        self._remember(new)
        return [Step(Op.CREATE, urn, None, new)]

    def _refuse_skipped_dependencies(self, new: Resource) -> None:
        needed = {*new.dependencies, *([new.parent] if new.parent else [])}
        missing = sorted(needed & self.skipped)
        if missing:
            texts = [Diagnostic("error", messages.depends_on_skipped(new.urn, urn), new.urn) for urn in missing]
            raise GenerationError(*texts)

    def _untargeted(self, goal: Goal, urn: str, old: Resource) -> list[Step]:
        """An old resource outside the targets stays as it was, and so does all that it hangs on."""
        steps: list[Step] = []
        for needed in old.dependencies:
            other = self.olds.get(needed)
            if other is not None and needed not in self.kept:
                self.kept.add(needed)
                steps += self._untargeted(goal, needed, other)
        same = replace(old, urn=urn)
        self._remember(same)
        return [*steps, Step(Op.SAME, urn, old, same)]

    def _changed(
        self, registration: Registration, provider: Provider | None, old: Resource, new: Resource
    ) -> list[Step]:
        urn, goal = registration.urn, registration.goal
        diff = self._diff(registration, provider, old, new)
        if (diff.changes and differ.replaces(diff)) or old.pending_replacement:
            return self._replacement(registration, provider, old, new, diff)
        if diff.changes or old.init_errors:
            new = self._remember(replace(new, id=old.id, outputs=old.outputs, created=old.created))
            return [Step(Op.UPDATE, urn, old, new, diffs=diff.diffs, detailed_diff=diff.detailed)]
        new = replace(new, id=old.id, outputs=old.outputs, created=old.created, modified=old.modified)
        if old.import_id and goal.id:
            new = replace(new, import_id=goal.id)
        self._remember(new)
        return [Step(Op.SAME, urn, old, new)]

    def _replacement(
        self, registration: Registration, provider: Provider | None, old: Resource, new: Resource, diff: DiffResult
    ) -> list[Step]:
        goal, urn = registration.goal, registration.urn
        if new.protect and old.protect:
            self._object(urn, messages.protected_replacement(urn), bail=not self.settings.dry_run)
        if goal.id and not old.pending_replacement:
            severity = "warning" if self.settings.dry_run else "error"
            diagnostic = Diagnostic(severity, messages.IMPORTED_MAY_NOT_BE_REPLACED, urn)
            if severity == "error":
                raise GenerationError(diagnostic)
            self.notes.append(diagnostic)
        if provider is not None and not self.settings.replaces.contains(urn):
            new = replace(new, inputs=self._check(registration, provider, {}, goal.inputs))
        self.replaced.add(urn)
        new = self._remember(replace(new, id="", outputs={}, created=None, modified=None))
        keys = tuple(key for key in diff.replaces if key != differ.TRIGGER)
        reasons = {"keys": keys, "diffs": diff.diffs, "detailed_diff": diff.detailed}
        delete_first = goal.delete_before_replace
        if delete_first is None:
            delete_first = diff.delete_before_replace
        if not delete_first and not old.pending_replacement:
            return [
                Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True, **reasons),  # type: ignore[arg-type]  # a dict of three kinds
                Step(Op.REPLACE, urn, old, new, pending_delete=True, **reasons),  # type: ignore[arg-type]  # as above
            ]
        deletes = self._cascade.delete_with(urn, old) if delete_first else []
        if not old.pending_replacement:
            deletes.append(Step(Op.DELETE_REPLACED, urn, old, None, replacing=True))
            self._cascade.deleted(urn)
        return [
            *deletes,
            Step(Op.REPLACE, urn, old, new, **reasons),  # type: ignore[arg-type]  # as above
            Step(Op.CREATE_REPLACEMENT, urn, old, new, replacing=True, **reasons),  # type: ignore[arg-type]  # as above
        ]

    # -- reads ------------------------------------------------------------------------------------------------------

    def generate_read(self, goal: ReadGoal, urn: str) -> list[Step]:
        """The steps of a resource that is only read: it is in the state, but not ours to change."""
        old = self.olds.get(urn)
        self.kept.add(urn)
        new = self._remember(
            Resource(
                urn=urn,
                custom=True,
                type=goal.type,
                id=goal.id,
                inputs=goal.inputs,
                parent=goal.parent,
                external=True,
                dependencies=goal.dependencies,
                provider=goal.provider,
                additional_secret_outputs=goal.additional_secret_outputs,
                source_position=goal.source_position,
                stack_trace=goal.stack_trace,
            )
        )
        if old is not None and not old.external and old.id != goal.id:
            self.replaced.add(urn)
            return [
                Step(Op.READ_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
                Step(Op.REPLACE, urn, old, new, pending_delete=True),
            ]
        return [Step(Op.READ, urn, old, new)]

    def claim_read(self, goal: ReadGoal) -> str:
        """The URN of a read. Raises GenerationError."""
        urn = create_urn(self.settings.stack, self.settings.project, goal.parent, goal.type, goal.name)
        if urn in self.registered:
            raise GenerationError(Diagnostic("error", messages.duplicate_urn(urn), urn))
        self.registered[urn] = Goal(type=goal.type, name=goal.name, custom=True, inputs=goal.inputs, parent=goal.parent)
        return urn

    # -- imports ----------------------------------------------------------------------------------------------------

    def _must_import(self, registration: Registration) -> bool:
        old, wanted = registration.old, registration.goal.id
        return old is None or old.external or (old.import_id or old.id) != wanted

    def _import_steps(self, registration: Registration) -> list[Step]:
        urn, old = registration.urn, registration.old
        new = replace(self._fresh(registration), id=registration.goal.id, import_id=registration.goal.id, inputs={})
        self._remember(new)
        if old is None or registration.recreating or old.external:
            return [Step(Op.IMPORT, urn, None, new)]
        self.replaced.add(urn)
        return [
            Step(Op.IMPORT_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
            Step(Op.REPLACE, urn, old, new, pending_delete=True),
        ]

    # -- the provider's part ----------------------------------------------------------------------------------------

    def _provider(self, registration: Registration) -> Provider | None:
        goal = registration.goal
        if not goal.custom:
            return None
        if goal.type.startswith("pulumi:providers:"):
            return self.providers.unconfigured(package_of(goal.type))
        return self.providers.get(goal.provider)

    def _checked(self, registration: Registration, provider: Provider | None) -> Properties:
        goal, old = registration.goal, registration.old
        if provider is None:
            return self._ignored(registration, goal.inputs, old)
        if not registration.targeted:
            return old.inputs if old else goal.inputs
        asked = self.settings.replaces.contains(registration.urn)
        if old is None or registration.recreating or old.external or asked:
            return self._check(registration, provider, {}, goal.inputs)
        return self._check(registration, provider, old.inputs, self._ignored(registration, goal.inputs, old))

    def _ignored(self, registration: Registration, inputs: Properties, old: Resource | None) -> Properties:
        if old is None or not registration.goal.ignore_changes:
            return inputs
        inputs, impossible = differ.ignoring_changes(old.inputs, inputs, registration.goal.ignore_changes)
        for path in impossible:
            self.notes.append(Diagnostic("info", messages.can_not_ignore(path), registration.urn))
        return inputs

    def _check(self, registration: Registration, provider: Provider, olds: Properties, news: Properties) -> Properties:
        goal, urn = registration.goal, registration.urn
        if goal.type.startswith("pulumi:providers:"):
            result = provider.check_config(urn, visible(olds), visible(news))
            kept = {key: news[key] for key in (INTERNAL_KEY,) if key in news}
        else:
            plain = without_secrets(dict(news))
            result = provider.check(urn, without_secrets(dict(olds)), plain, self.settings.seed())
            kept = {}
        if result.failures:
            raise GenerationError(
                *(Diagnostic("error", messages.check_failure(goal, failure), urn) for failure in result.failures)
            )
        return {**annotate(result.inputs, news), **kept}

    def _diff(self, registration: Registration, provider: Provider | None, old: Resource, new: Resource) -> DiffResult:
        urn, goal = registration.urn, registration.goal
        if self.settings.replaces.contains(urn) or old.taint:
            return differ.forced("id")
        if not self.replaced.isdisjoint(goal.replace_with):
            return differ.forced("replaceWith")
        if goal.deleted_with in self.replaced:
            return differ.forced("deletedWith")
        before, after = without_secrets(old.replacement_trigger), without_secrets(new.replacement_trigger)
        if before is not None and before != after:
            return differ.forced(differ.TRIGGER)
        if provider is None:
            return differ.component_diff(old, new.inputs)
        if self._provider_changed(old, new):
            return differ.forced("provider")
        diff = differ.resource_diff(provider, old, urn, new.inputs, goal.ignore_changes)
        if not differ.is_certain(provider):
            self.notes.append(Diagnostic("warning", messages.UNCERTAIN_PROVIDER, urn))
        return differ.with_replace_on_changes(diff, goal.replace_on_changes, init_errors=bool(old.init_errors))

    def _provider_changed(self, old: Resource, new: Resource) -> bool:
        """Whether the new provider is such another one that what the old one made must be made anew."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider:
            return True
        old_urn, new_urn = split_reference(old.provider)[0], split_reference(new.provider)[0]
        if self.renames.get(old_urn) == new_urn:
            return False
        before, after = self.olds.get(old_urn), self.news.get(new_urn)
        if before is None or after is None:
            return True
        diff = self.providers.get(new.provider).diff_config(
            new_urn, visible(before.inputs), without_secrets(dict(before.outputs)), visible(after.inputs)
        )
        return diff.changes and differ.replaces(diff)

    # -- resources --------------------------------------------------------------------------------------------------

    def _fresh(self, registration: Registration) -> Resource:
        goal, old = registration.goal, registration.old
        return Resource(
            urn=registration.urn,
            custom=goal.custom,
            type=goal.type,
            inputs=goal.inputs,
            parent=goal.parent,
            protect=bool(goal.protect),
            dependencies=goal.dependencies,
            provider="" if goal.type.startswith("pulumi:providers:") else goal.provider if goal.custom else "",
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

    def _remember(self, new: Resource) -> Resource:
        self.news[new.urn] = new
        return new

    def _object(self, urn: str, message: str, *, bail: bool) -> None:
        """An objection: it stops an update at once; a preview goes on, and fails at its end."""
        diagnostic = Diagnostic("error", message, urn)
        if bail:
            raise GenerationError(diagnostic)
        self.notes.append(diagnostic)

    def take_notes(self) -> Iterable[Diagnostic]:
        notes, self.notes = self.notes, []
        return notes
