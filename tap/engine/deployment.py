"""One run over one stack: serves the program's requests, in order decides and in parallel does, then deletes.

`Deployment` is the `Registrar` that a running program talks to. All of it lives on one event loop: decisions are taken
one at a time, calls of providers run on the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from tap.engine.analysis import Analysis
from tap.engine.analyzer import Analyzer
from tap.engine.builtin import StackOutputs, no_stacks, with_builtin
from tap.engine.default_providers import DefaultProviders
from tap.engine.delete_phase import DeletePhase
from tap.engine.errors import GenerationError, StepFailedError
from tap.engine.events import Diagnostic, OutputsRegistered, Reporter
from tap.engine.executor import StepExecutor
from tap.engine.generator import StepGenerator
from tap.engine.importing import ImportGoal, import_step, is_imported, named_provider, parent_of, stack_in
from tap.engine.inheritance import Inheritance
from tap.engine.invoking import GET_RESOURCE, Invoker
from tap.engine.known import GeneratorSettings, Registration
from tap.engine.masking import MaskingReporter, SecretMask
from tap.engine.model import STACK_TYPE, Goal, Op, Operation, ReadGoal, Resource, Step
from tap.engine.provider import ProviderError
from tap.engine.providers import ProviderFactory, ProviderRegistry, urn_of, with_version
from tap.engine.recorder import Journal, Recorder
from tap.engine.recovering import Recoverer
from tap.engine.refreshing import Refresher
from tap.engine.registering import StepChain
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
from tap.engine.run_status import RunStatus
from tap.engine.snapshot import Snapshot
from tap.engine.targets import Targets, not_found, with_dependents
from tap.engine.urn import create_urn, package_of
from tap.engine.values import UNKNOWN, Properties, Value
from tap.errors import TapError

PROGRAM_SECONDS_MAX: Final = 5.0
"""How long a program may go on once the run is over, before it is ended: it is told at its next request."""


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """What a run is told. `provider_config` maps a package to its stack config; `seed` gives 32 random bytes.

    stack_outputs: the outputs of other stacks, for `StackReference`. mask: the secrets of the config, and in time all.
    """

    project: str
    stack: str
    dry_run: bool
    parallel: int
    seed: Callable[[], bytes]
    now: Callable[[], datetime]
    provider_config: Callable[[str], Mapping[str, Value]] = field(default=lambda _: {})
    targets: Targets = field(default_factory=lambda: Targets(()))
    target_dependents: bool = False
    exclude_dependents: bool = False
    replaces: Targets = field(default_factory=lambda: Targets(()))
    continue_on_error: bool = False
    disabled_default_providers: frozenset[str] = frozenset()
    stack_outputs: StackOutputs = no_stacks
    mask: SecretMask = field(default_factory=SecretMask)


class Deployment:
    """A run: `run_program`, `destroy` or `refresh`; then `failed`, `cancelled`, `changes`, `outputs` tell of it."""

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
        self.reporter = reporter = MaskingReporter(reporter, settings.mask)
        self.recorder = Recorder(snapshot, journal)
        self.providers = ProviderRegistry(with_builtin(factory, settings.stack_outputs), snapshot.base)
        self._status = RunStatus(reporter, continue_on_error=settings.continue_on_error)
        self._analysis = Analysis((), self._status, reporter, dry_run=settings.dry_run)
        self._pool = pool
        self._slots = asyncio.Semaphore(settings.parallel)
        self._in_flight: set[asyncio.Future[Any]] = set()
        self._left = False
        self._stack: Resource | None = None
        self._stack_outputs: Properties | None = None
        self._signalled = asyncio.Event()
        self._shutdown = asyncio.Event()
        self._done: dict[str, Resource] = {}
        self._unsuccessful: set[str] = set()
        self._defaults = DefaultProviders(
            self._register_internal, settings.provider_config, settings.disabled_default_providers
        )
        self._inheritance = Inheritance()
        self._invoker = Invoker(
            self.providers, pool, self._done, lambda urn: urn in self._unsuccessful | self.generator.known.skipped
        )
        self._prepare()

    def _prepare(self) -> None:
        """Start from the snapshot's base as it is now: at the beginning, and once more after a refresh."""
        base = self.recorder.snapshot.base
        settings = self.settings
        if settings.target_dependents:
            with_dependents(settings.targets, base)
        if settings.exclude_dependents and settings.targets.excluded is not None:
            with_dependents(settings.targets.excluded, base)
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
    def failed(self) -> bool:
        return self._status.failed

    @property
    def cancelled(self) -> bool:
        return self._status.cancelled

    @property
    def violated(self) -> bool:
        """Whether a mandatory policy is broken."""
        return self._status.violated

    @property
    def step_failed(self) -> bool:
        """Whether a step failed: then Pulumi says `update failed` at the end, and otherwise it does not."""
        return self._status.step_failed

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

    async def analyze_with(self, loading: Coroutine[Any, Any, Sequence[Analyzer]]) -> None:
        """Have what the program registers judged by these. Raises TapError where they can not be had."""
        try:
            analyzers = await self._status.unless_closed(loading)
        except MonitorClosedError:
            return  # cancelled while they were loading: nothing is run any more
        self._analysis = Analysis(analyzers, self._status, self.reporter, dry_run=self.settings.dry_run)

    # -- runs -------------------------------------------------------------------------------------------------------

    async def run_program(self, start: Callable[[Registrar], Awaitable[ProgramExit]]) -> None:
        """Run the program against this deployment, then delete what it no longer wants."""
        program = asyncio.ensure_future(start(self))
        await _first_of(program, self._signalled.wait(), self._status.wait_until_closed())
        if self._signalled.is_set() or (program.done() and program.exception() is None and program.result().code == 0):
            await self._settle()
            await self._finish_stack_outputs()
            self._check_targets()
            if not self.failed or self.settings.continue_on_error:
                await self._delete_what_is_left()
            if not self.failed:
                await self._analysis.judge_stack(self.generator, self._done)
        self._shutdown.set()
        try:
            ended = await self._end_of(program)
        finally:
            # A program that is gone has left its requests behind; what they began is finished and written.
            await self._settle()
        if ended.code != 0 and not self.failed:
            self._status.failed = True
            if not ended.bail:
                self._status.say("error", f"program exited with non-zero exit code: {ended.code}")
        await self._finish_stack_outputs()
        self._status.say_how_it_ended(planning=self.settings.dry_run)

    async def _end_of(self, program: asyncio.Future[ProgramExit]) -> ProgramExit:
        """How the program ended. One that does not notice that the run is over is ended."""
        await _first_of(program, self._status.wait_until_closed())
        if not program.done():
            await self._settle()
            await asyncio.wait({program}, timeout=PROGRAM_SECONDS_MAX)
        if not program.done():
            program.cancel()
            await asyncio.wait({program})
            return ProgramExit(1, bail=True)
        return program.result()

    async def destroy(self) -> None:
        """Delete all that the state holds, or that is targeted."""
        self._check_targets()
        if not self.failed:
            await self._delete_what_is_left()
        self._status.say_how_it_ended(planning=self.settings.dry_run)

    async def import_resource(self, goal: ImportGoal) -> None:
        """Take a resource that is in the cloud already into the state. Nothing else changes."""
        base, olds = self.recorder.snapshot.base, self.generator.known.olds
        try:
            stack = stack_in(base) or (await self._register_stack()).urn
            parent = parent_of(goal, stack, olds)
            urn = create_urn(self.settings.stack, self.settings.project, parent, goal.type, goal.name)
            if is_imported(goal, urn, olds):
                self._status.say("info", f"resource '{urn}' is in the state already", urn)
                return
            provider = named_provider(goal, base)
            if not provider:
                provider = await self._defaults.reference_for(goal.type, goal.version, "")
            await self.executor.execute(import_step(goal, urn, parent, provider))
        except GenerationError as error:
            self._status.stop(*error.diagnostics)
        except StepFailedError as error:
            self._status.step_has_failed(error.diagnostic)
        except RefusedError as error:
            self._status.stop(Diagnostic("error", str(error)))
        except MonitorClosedError:
            pass  # what stopped it was said then
        except TapError as error:
            self._status.state_failed(error)
        self._status.say_how_it_ended(planning=self.settings.dry_run)

    async def _register_stack(self) -> Registered:
        settings = self.settings
        return await self.register_resource(
            Goal(STACK_TYPE, f"{settings.project}-{settings.stack}", custom=False, inputs={})
        )

    async def recover(self, pending: Sequence[Operation]) -> tuple[Operation, ...]:
        """Before anything else: find out what became of what an earlier run did not end. See `Recoverer`.

        Returns what stays pending. Raises UnresolvedError: then nothing may be begun.
        """
        recoverer = Recoverer(self.providers, self.reporter, self._pool, self.settings.now)
        left = await recoverer.run(self.recorder, pending)
        self._prepare()
        return left

    async def refresh(self, *, counted: bool) -> None:
        """Make the state what the cloud says. `counted`: it is the run itself, not the beginning of another."""
        refresher = Refresher(self.settings, self.providers, self.reporter, self._pool, self._slots)
        if not await refresher.run(self.recorder, counted=counted):
            self._status.failed = self._status.step_failed = True
        self._prepare()
        if counted:
            self.executor.changes.update(refresher.changes)
            self._status.say_how_it_ended(planning=self.settings.dry_run)

    def cancel(self) -> None:
        """Begin nothing more; what is in flight is finished and written."""
        self._status.cancel()
        self._shutdown.set()

    def stop_waiting(self) -> None:
        """Leave what is in flight behind, recorded as begun, and make the providers' waits end."""
        self._left = True
        self.providers.cancel()

    def _check_targets(self) -> None:
        known = {*self.generator.known.registered, *self.generator.known.olds}
        known |= {resource.urn for resource in self.recorder.snapshot.resources}
        for targets in (self.settings.targets, self.settings.replaces):
            for target in targets.unmatched(known):
                self._status.failed = True
                self._status.say("error", not_found(target))

    async def _delete_what_is_left(self) -> None:
        phase = DeletePhase(self._status, self.executor, self._slots)
        known, settings = self.generator.known, self.settings
        kept = {*known.kept, *known.renames}
        base = self.recorder.snapshot.base
        steps = phase.decide(base, kept, settings.targets, dependents_too=settings.target_dependents)
        await phase.run(steps, self._unsuccessful)

    # -- the program's requests -------------------------------------------------------------------------------------

    async def register_resource(self, goal: Goal) -> Registered:
        self._status.require_open()
        if goal.parent and goal.parent not in self.generator.known.registered:
            raise RefusedError(f"could not find parent resource {goal.parent}")
        self.settings.mask.add_secrets_in(goal.inputs)
        goal = self._inheritance.applied(with_version(goal))
        if self._inheritance.needs_default_provider(goal):
            provider = await self._defaults.reference_for(goal.type, goal.version, goal.plugin_download_url)
            goal = replace(goal, provider=provider)
        return await self._unabandoned(self._register(goal, internal=False))

    async def _register_internal(self, goal: Goal) -> Registered:
        return await self._unabandoned(self._register(goal, internal=True))

    async def _unabandoned(self, work: Coroutine[Any, Any, Registered]) -> Registered:
        """Do the work to its end, even if whoever asked for it does not wait any more."""
        task = asyncio.ensure_future(work)
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return await asyncio.shield(task)

    async def _settle(self) -> None:
        """Wait until nothing is in flight. The outcome of each went to whoever asked for it."""
        while self._in_flight and not self._left:
            await asyncio.wait(set(self._in_flight))

    async def _register(self, goal: Goal, *, internal: bool) -> Registered:
        generator, urn = self.generator, ""
        self._status.require_open()
        try:
            async with self._analysis.deciding:
                self._status.require_open()
                registration = generator.claim(goal)
                urn = registration.urn
                self._inheritance.remember(urn, goal)
                if self._hangs_on_failed(goal):
                    self._unsuccessful.add(urn)
                    generator.known.kept.add(registration.aliased_from or urn)
                    return Registered(urn, UNKNOWN, result=Result.SKIP)
                judged = await self._analysis.judged(generator, registration, generator.checked(registration))
                steps = generator.generate(judged.registration, judged.new)
        except GenerationError as error:
            self._status.stop(*error.diagnostics)
            raise MonitorClosedError from error
        except ProviderError as error:
            self._status.provider_failed(error, urn)
            raise MonitorClosedError from error
        finally:
            self._report_notes()
        return await self._chained(judged.registration, steps, internal=internal)

    def _hangs_on_failed(self, goal: Goal) -> bool:
        if not self._unsuccessful:
            return False
        needed = {*goal.dependencies, goal.parent, goal.deleted_with, *goal.replace_with}
        needed.add(urn_of(goal.provider) if goal.provider else "")
        return not self._unsuccessful.isdisjoint(needed)

    async def _chained(self, registration: Registration, steps: Sequence[Step], *, internal: bool) -> Registered:
        chain = StepChain(self._status, self.generator, self.executor, self._analysis, internal=internal)
        async with self._slots:
            try:
                registered = await chain.run(registration, steps)
            finally:
                self._report_notes()
        if chain.result is None:
            self._unsuccessful.add(registration.urn)
        else:
            self._done[registration.urn] = chain.result
            if chain.result.type == STACK_TYPE:
                self._stack = chain.result
        return registered

    def _report_notes(self) -> None:
        for note in self.generator.known.take_notes():
            self._status.note(note)

    async def register_resource_outputs(self, urn: str, outputs: Properties) -> None:
        if self._stack is None or urn != self._stack.urn:
            self._status.require_open()
        self.settings.mask.add_secrets_in(outputs)
        old = self._done.get(urn)
        if old is None:
            raise RefusedError(f"cannot register outputs of {urn}: it was not registered")
        if old.type == STACK_TYPE:
            # Whether they replace the old outputs or add to them is known once the program has ended: one that raised
            # still sends those that it has, and they count although nothing else does.
            self._stack_outputs = outputs
            return
        await self._put_outputs(old, outputs)

    async def _finish_stack_outputs(self) -> None:
        old, outputs = self._stack, self._stack_outputs
        if old is None or outputs is None:
            return
        self._stack_outputs = None
        self._stack = await self._put_outputs(old, {**old.outputs, **outputs} if self.failed else outputs)

    async def _put_outputs(self, old: Resource, outputs: Properties) -> Resource:
        new = replace(old, outputs=outputs)
        self._done[old.urn] = new
        await self.recorder.register_outputs(old, new)
        self.reporter.report(OutputsRegistered(Step(Op.SAME, old.urn, old, new)))
        return new

    async def read_resource(self, goal: ReadGoal) -> Registered:
        self._status.require_open()
        self.settings.mask.add_secrets_in(goal.inputs)
        provider = goal.provider or self._inheritance.provider_for(goal.parent, package_of(goal.type))
        if not provider:
            provider = await self._defaults.reference_for(goal.type, goal.version, goal.plugin_download_url)
        return await self._unabandoned(self._read(replace(goal, provider=provider)))

    async def _read(self, goal: ReadGoal) -> Registered:
        async with self._analysis.deciding:
            self._status.require_open()
            try:
                urn = self.generator.claim_read(goal)
            except GenerationError as error:
                self._status.stop(*error.diagnostics)
                raise MonitorClosedError from error
            if goal.id is UNKNOWN:
                self.generator.known.kept.add(urn)
                return Registered(urn, UNKNOWN, unknown=True)
            steps = self.generator.generate_read(goal, urn)
        read = Registration(self.generator.known.registered[urn], urn, None, "", recreating=False, targeted=True)
        return await self._chained(read, steps, internal=False)

    async def invoke(self, goal: InvokeGoal) -> Invoked:
        self._status.require_open()
        self.settings.mask.add_secrets_in(goal.arguments)
        if goal.token == GET_RESOURCE:
            return self._invoker.get_resource(goal.arguments)
        if self._invoker.is_pending(goal):
            return Invoked({}, unknown=True)
        reference = goal.provider or self._inheritance.provider_for(goal.parent, package_of(goal.token))
        if not reference:
            reference = await self._defaults.reference_for(goal.token, goal.version, goal.plugin_download_url)
        return await self._invoker.invoke(goal, reference)

    def log(self, severity: str, message: str, urn: str) -> None:
        self._status.say(severity, message, urn)

    async def wait_for_shutdown(self) -> None:
        self._signalled.set()
        await self._shutdown.wait()


async def _first_of(program: asyncio.Future[ProgramExit], *events: Coroutine[Any, Any, Any]) -> None:
    """Wait until the program has ended or one of the events has come."""
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait({program, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
