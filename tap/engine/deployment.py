"""One run over one stack: serves the program's requests, in order decides and in parallel does, then deletes.

`Deployment` is the `Registrar` that a running program talks to. All of it lives on one event loop: decisions are taken
one at a time, calls of providers run on the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime

from tap.engine.deletion import deletes, spared_by_failures, targeted_deletes
from tap.engine.errors import GenerationError, StepFailedError
from tap.engine.events import Diagnostic, OutputsRegistered, Reporter
from tap.engine.executor import StepExecutor
from tap.engine.generator import GeneratorSettings, Registration, StepGenerator
from tap.engine.graph import delete_batches
from tap.engine.inheritance import Inheritance
from tap.engine.model import STACK_TYPE, Goal, Op, ReadGoal, Resource, Step
from tap.engine.provider import ProviderError
from tap.engine.providers import (
    ProviderFactory,
    ProviderRegistry,
    default_provider_goal,
    is_default_provider,
    require_enabled,
)
from tap.engine.recorder import Journal, Recorder
from tap.engine.refreshing import Refresher
from tap.engine.registration import (
    Invoked,
    InvokeGoal,
    MonitorClosedError,
    ProgramExit,
    RefusedError,
    Registered,
    Registrar,
    Result,
)
from tap.engine.snapshot import Snapshot
from tap.engine.targets import Targets, not_found, with_dependents
from tap.engine.urn import UNKNOWN_ID, package_of, provider_reference
from tap.engine.values import UNKNOWN, Properties, Value, contains_unknown, without_secrets
from tap.errors import TapError

GET_RESOURCE = "pulumi:pulumi:getResource"


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """What a run is told. `provider_config` maps a package to its stack config; `seed` gives 32 random bytes."""

    project: str
    stack: str
    dry_run: bool
    parallel: int
    seed: Callable[[], bytes]
    now: Callable[[], datetime]
    provider_config: Callable[[str], Mapping[str, Value]] = field(default=lambda _: {})
    targets: Targets = field(default_factory=lambda: Targets(()))
    target_dependents: bool = False
    replaces: Targets = field(default_factory=lambda: Targets(()))
    continue_on_error: bool = False
    disabled_default_providers: frozenset[str] = frozenset()


class Deployment:
    """A run. Use one of `run_program`, `destroy`, `refresh`; then look at `failed`, `cancelled`, `changes`, `outputs`."""

    def __init__(  # the parts of the world that a run touches, each named
        self,
        settings: DeploymentSettings,
        snapshot: Snapshot,
        factory: ProviderFactory,
        reporter: Reporter,
        pool: Executor,
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings
        self.reporter = reporter
        self.failed = False
        self.cancelled = False
        self.step_failed = False
        """Whether a step failed: then Pulumi says `update failed` at the end, and otherwise it does not."""
        self.recorder = Recorder(snapshot, journal)
        self._pool = pool
        self._slots = asyncio.Semaphore(settings.parallel)
        self._closed = False
        self._stack: Resource | None = None
        self._stack_outputs: Properties | None = None
        self._signalled = asyncio.Event()
        self._shutdown = asyncio.Event()
        self._done: dict[str, Resource] = {}
        self._unsuccessful: set[str] = set()
        self._defaults: dict[tuple[str, str, str], asyncio.Future[str]] = {}
        self._inheritance = Inheritance()
        self.providers = ProviderRegistry(factory, snapshot.base)
        self._prepare()

    def _prepare(self) -> None:
        """Start from the snapshot's base as it is now: at the beginning, and once more after a refresh."""
        base = self.recorder.snapshot.base
        settings = self.settings
        if settings.target_dependents:
            with_dependents(settings.targets, base)
        self.generator = StepGenerator(
            GeneratorSettings(
                settings.project, settings.stack, settings.dry_run, settings.seed, settings.targets, settings.replaces
            ),
            base,
            self.providers,
        )
        self.executor = StepExecutor(
            self.providers, self.recorder, self.reporter, self._pool, dry_run=settings.dry_run, now=settings.now
        )

    @property
    def changes(self) -> Mapping[Op, int]:
        return dict(self.executor.changes)

    @property
    def outputs(self) -> Properties:
        """The stack's outputs as the state has them."""
        for resource in self.recorder.snapshot.resources:
            if resource.type == STACK_TYPE:
                return resource.outputs
        return {}

    # -- runs -------------------------------------------------------------------------------------------------------

    async def run_program(self, start: Callable[[Registrar], Awaitable[ProgramExit]]) -> None:
        """Run the program against this deployment, then delete what it no longer wants."""
        program = asyncio.ensure_future(start(self))
        signalled = asyncio.ensure_future(self._signalled.wait())
        await asyncio.wait({program, signalled}, return_when=asyncio.FIRST_COMPLETED)
        signalled.cancel()
        if self._signalled.is_set() or (program.done() and program.exception() is None and program.result().code == 0):
            await self._finish_stack_outputs()
            self._check_targets()
            if not self.failed or self.settings.continue_on_error:
                await self._delete_phase(self.generator.kept)
        self._shutdown.set()
        ended = await program
        if ended.code != 0 and not self.failed:
            self.failed = True
            if not ended.bail:
                self._say("error", f"program exited with non-zero exit code: {ended.code}")
        await self._finish_stack_outputs()
        self._say_how_it_ended()

    async def destroy(self) -> None:
        """Delete all that the state holds, or that is targeted."""
        self._check_targets()
        if not self.failed:
            await self._delete_phase(())
        self._say_how_it_ended()

    async def refresh(self, *, counted: bool) -> None:
        """Make the state what the cloud says. `counted`: it is the run itself, not the beginning of another."""
        refresher = Refresher(self.settings, self.providers, self.reporter, self._pool, self._slots)
        ok = await refresher.run(self.recorder, counted=counted)
        if not ok:
            self.failed = self.step_failed = True
        changes = refresher.changes
        self._prepare()
        if counted:
            self.executor.changes.update(changes)
            self._say_how_it_ended()

    def cancel(self) -> None:
        """Begin nothing more; what is in flight is finished and written."""
        self.cancelled = self.failed = True
        self._closed = True
        self._shutdown.set()

    def stop_waiting(self) -> None:
        """Make the providers' waits end, so that calls in flight fail soon."""
        self.providers.cancel()

    def _say(self, severity: str, message: str, urn: str = "") -> None:
        self.reporter.report(Diagnostic(severity, message, urn))

    def _say_how_it_ended(self) -> None:
        if self.cancelled:
            self._say("error", "update canceled")
        elif self.step_failed:
            self._say("error", "preview failed" if self.settings.dry_run else "update failed")

    def _check_targets(self) -> None:
        known = {*self.generator.registered, *(resource.urn for resource in self.recorder.snapshot.resources)}
        known |= set(self.generator.olds)
        for targets in (self.settings.targets, self.settings.replaces):
            for target in targets.unmatched(known):
                self.failed = True
                self._say("error", not_found(target))

    # -- the program's requests -------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self._closed:
            raise MonitorClosedError

    def _stop(self, *diagnostics: Diagnostic) -> None:
        """The run has failed: say why, and answer nothing more."""
        for diagnostic in diagnostics:
            self.reporter.report(diagnostic)
        self.failed = True
        self._closed = True

    async def register_resource(self, goal: Goal) -> Registered:
        self._require_open()
        if goal.parent and goal.parent not in self.generator.registered:
            raise RefusedError(f"could not find parent resource {goal.parent}")
        goal = self._inheritance.applied(goal)
        if goal.custom and not goal.type.startswith("pulumi:providers:") and not goal.provider:
            goal = replace(
                goal, provider=await self._default_provider(goal.type, goal.version, goal.plugin_download_url)
            )
        return await self._register(goal)

    async def _register(self, goal: Goal, *, internal: bool = False) -> Registered:
        generator = self.generator
        try:
            registration = generator.claim(goal)
            self._inheritance.remember(registration.urn, goal)
            if not self._unsuccessful.isdisjoint({*goal.dependencies, goal.parent, goal.deleted_with}):
                self._unsuccessful.add(registration.urn)
                generator.kept.add(registration.urn)
                return Registered(registration.urn, UNKNOWN, result=Result.SKIP)
            steps = generator.generate(registration)
        except GenerationError as error:
            self._stop(*error.diagnostics)
            raise MonitorClosedError from error
        except ProviderError as error:
            self.step_failed = True
            self._stop(_said(error, registration.urn))
            raise MonitorClosedError from error
        finally:
            self._report_notes()
        async with self._slots:
            self._require_open()
            return await self._execute(registration, steps, internal=internal)

    async def _execute(self, registration: Registration, steps: Sequence[Step], *, internal: bool) -> Registered:
        urn = registration.urn
        result: Step | None = None
        try:
            for step in steps:
                if step.op is Op.REPLACE and result is not None and result.new is not None:
                    step = replace(step, new=result.new)  # noqa: PLW2901  - what was created is what it is replaced by
                done = await self.executor.execute(step, internal=internal)
                if done.op is not Op.REPLACE:
                    result = done
            if result is not None and result.op in (Op.IMPORT, Op.IMPORT_REPLACEMENT) and result.new is not None:
                for step in self.generator.after_import(registration, result.new):
                    result = await self.executor.execute(step, internal=internal)
        except (StepFailedError, GenerationError, TapError) as error:
            return self._step_failed(registration, error)
        finally:
            self._report_notes()
        new = result.new if result is not None else None
        if result is None or new is None:
            raise AssertionError(f"a registration without a resource: {urn}")
        self._done[urn] = new
        if new.type == STACK_TYPE:
            self._stack = new
        id: Value = new.id
        if new.custom and new.id in ("", UNKNOWN_ID):
            id = UNKNOWN
        outputs = new.outputs if new.custom else {}
        return Registered(urn, id, outputs, unknown=result.skipped)

    def _step_failed(
        self, registration: Registration, error: StepFailedError | GenerationError | TapError
    ) -> Registered:
        if isinstance(error, GenerationError):
            self._stop(*error.diagnostics)
            raise MonitorClosedError from error
        if isinstance(error, TapError):
            self._state_failed(error)
            raise MonitorClosedError from error
        self.step_failed = self.failed = True
        if not self.settings.continue_on_error:
            self._stop(error.diagnostic)
            raise MonitorClosedError from error
        self.reporter.report(error.diagnostic)
        self._unsuccessful.add(registration.urn)
        return Registered(registration.urn, UNKNOWN, result=Result.FAIL)

    def _state_failed(self, error: TapError) -> None:
        """The state can not be written: nothing more is begun. Said once, however many steps were in flight."""
        if not self._closed:
            self._stop(Diagnostic("error", str(error), hint=error.hint))

    def _report_notes(self) -> None:
        for note in self.generator.take_notes():
            self.reporter.report(note)
            if note.severity == "error":
                self.failed = True

    async def _default_provider(self, token: str, version: str, download_url: str) -> str:
        """The reference of a package's default provider, which is made at its first use."""
        package = package_of(token)
        require_enabled(package, token, self.settings.disabled_default_providers)
        key = (package, version, download_url)
        if key not in self._defaults:
            self._defaults[key] = asyncio.get_running_loop().create_future()
            goal = default_provider_goal(package, version, download_url, self.settings.provider_config(package))
            try:
                made = await self._register(goal, internal=True)
            except BaseException as error:
                self._defaults[key].set_exception(error)
                self._defaults[key].exception()
                raise
            self._defaults[key].set_result(provider_reference(made.urn, UNKNOWN_ID if made.id is UNKNOWN else made.id))
        return await asyncio.shield(self._defaults[key])

    async def register_resource_outputs(self, urn: str, outputs: Properties) -> None:
        self._require_open_for_outputs(urn)
        old = self._done.get(urn)
        if old is None:
            raise RefusedError(f"cannot register outputs of {urn}: it was not registered")
        if old.type == STACK_TYPE:
            # Whether they replace the old outputs or add to them is known once the program has ended.
            self._stack_outputs = outputs
            return
        new = replace(old, outputs=outputs)
        self._done[urn] = new
        await self.recorder.register_outputs(old, new)
        self.reporter.report(OutputsRegistered(Step(Op.SAME, urn, old, new)))

    def _require_open_for_outputs(self, urn: str) -> None:
        # A program that raised still sends the outputs that it has; they count although nothing else does.
        if self._closed and (self._stack is None or urn != self._stack.urn):
            raise MonitorClosedError

    async def _finish_stack_outputs(self) -> None:
        old, outputs = self._stack, self._stack_outputs
        if old is None or outputs is None:
            return
        self._stack_outputs = None
        self._stack = replace(old, outputs={**old.outputs, **outputs} if self.failed else outputs)
        self._done[old.urn] = self._stack
        await self.recorder.register_outputs(old, self._stack)
        self.reporter.report(OutputsRegistered(Step(Op.SAME, old.urn, old, self._stack)))

    async def read_resource(self, goal: ReadGoal) -> Registered:
        self._require_open()
        if not goal.provider:
            provider = await self._default_provider(goal.type, goal.version, goal.plugin_download_url)
            goal = replace(goal, provider=provider)
        try:
            urn = self.generator.claim_read(goal)
        except GenerationError as error:
            self._stop(*error.diagnostics)
            raise MonitorClosedError from error
        if goal.id is UNKNOWN:
            self.generator.kept.add(urn)
            return Registered(urn, UNKNOWN, unknown=True)
        steps = self.generator.generate_read(goal, urn)
        registration = Registration(self.generator.registered[urn], urn, None, "", recreating=False, targeted=True)
        async with self._slots:
            self._require_open()
            return await self._execute(registration, steps, internal=False)

    async def invoke(self, goal: InvokeGoal) -> Invoked:
        self._require_open()
        if goal.token == GET_RESOURCE:
            return self._get_resource(goal.arguments)
        if any(self._is_pending(urn) for urn in goal.depends_on):
            return Invoked({}, unknown=True)
        reference = goal.provider or self._inheritance.provider_for(goal.parent, package_of(goal.token))
        if not reference:
            reference = await self._default_provider(goal.token, goal.version, goal.plugin_download_url)
        arguments = without_secrets(dict(goal.arguments))
        if contains_unknown(arguments):
            return Invoked({}, unknown=True)
        provider = self.providers.get(reference)
        loop = asyncio.get_running_loop()
        try:
            outputs = await loop.run_in_executor(self._pool, provider.invoke, goal.token, arguments)
        except ProviderError as error:
            raise RefusedError(f"invocation of {goal.token} returned an error: {error}") from error
        return Invoked(outputs)

    def _is_pending(self, urn: str) -> bool:
        resource = self._done.get(urn)
        return urn in self.generator.skipped or (resource is not None and resource.custom and not resource.id)

    def _get_resource(self, arguments: Properties) -> Invoked:
        urn = arguments.get("urn")
        resource = self._done.get(urn) if isinstance(urn, str) else None
        if resource is None:
            raise RefusedError(f"unknown resource {urn}")
        return Invoked({"urn": resource.urn, "id": resource.id or UNKNOWN, "state": dict(resource.outputs)})

    def log(self, severity: str, message: str, urn: str) -> None:
        self._say(severity, message, urn)

    async def wait_for_shutdown(self) -> None:
        self._signalled.set()
        await self._shutdown.wait()

    # -- deletes ----------------------------------------------------------------------------------------------------

    async def _delete_phase(self, kept: Sequence[str] | set[str]) -> None:
        try:
            steps = deletes(self.recorder.snapshot.base, kept, self.generator.renames)
            steps = targeted_deletes(steps, self.settings.targets, dependents_too=self.settings.target_dependents)
        except GenerationError as error:
            self._stop(*error.diagnostics)
            return
        if self._unsuccessful:
            spared = spared_by_failures(steps, self._unsuccessful)
            steps = [step for step in steps if step.urn not in spared]
        by_resource = {id(step.old): step for step in steps}
        self.executor.going = {step.urn for step in steps}
        failed: set[str] = set()
        for batch in delete_batches([step.old for step in steps if step.old is not None]):
            spared = spared_by_failures(steps, failed) if failed else set()
            chosen = [by_resource[id(resource)] for resource in batch if resource.urn not in spared]
            failed |= {urn for urn in await asyncio.gather(*(self._delete(step) for step in chosen)) if urn}
            if self._closed:
                return

    async def _delete(self, step: Step) -> str:
        """Returns the URN of a delete that failed, "" of one that did not."""
        async with self._slots:
            if self._closed:
                return ""
            try:
                await self.executor.execute(step, internal=is_default_provider(step.urn))
            except StepFailedError as error:
                self.reporter.report(error.diagnostic)
                self.failed = self.step_failed = True
                # A refusal to delete what is protected stops nothing else in its batch; a real failure does.
                protected = step.old is not None and step.old.protect and step.op is Op.DELETE
                self._closed = self._closed or not (protected or self.settings.continue_on_error)
                return step.urn
            except TapError as error:
                self._state_failed(error)
                return step.urn
        return ""


def _said(error: ProviderError, urn: str) -> Diagnostic:
    return Diagnostic("error", str(error), urn, error.hint, error.code, error.retryable)
