"""One run over one stack: has the program's requests served, then deletes what is wanted no more.

All of it lives on one event loop: decisions are taken one at a time, calls of providers run on the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from tap.engine.analysis import Analysis
from tap.engine.analyzer import Analyzer
from tap.engine.builtin import with_builtin
from tap.engine.delete_phase import DeletePhase
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.errors import GenerationError, StepFailedError
from tap.engine.events import Diagnostic, Reporter
from tap.engine.executor import StepExecutor
from tap.engine.generator import StepGenerator
from tap.engine.importing import ImportGoal, import_step, is_imported, named_provider, parent_of, stack_in
from tap.engine.in_flight import first_of
from tap.engine.known import GeneratorSettings
from tap.engine.masking import MaskingReporter
from tap.engine.model import STACK_TYPE, Goal, Op, Operation
from tap.engine.providers import ProviderFactory, ProviderRegistry
from tap.engine.recorder import Journal, Recorder
from tap.engine.recovering import Recoverer
from tap.engine.refreshing import Refresher
from tap.engine.registration import (
    MonitorClosedError,
    ProgramExit,
    RefusedError,
    Registered,
    Registrar,
)
from tap.engine.requests import ProgramRequests
from tap.engine.run_status import RunStatus
from tap.engine.snapshot import Snapshot
from tap.engine.targets import not_found, with_dependents
from tap.engine.urn import create_urn
from tap.engine.values import Properties
from tap.errors import TapError

PROGRAM_SECONDS_MAX: Final = 5.0
"""How long a program may go on once the run is over, before it is ended: it is told at its next request."""


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
        self._pool = pool
        self._slots = asyncio.Semaphore(settings.parallel)
        self._requests = ProgramRequests(
            settings, self._status, self.recorder, reporter, self.providers, pool, self._slots
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
        self._requests.use(self.generator, self.executor)

    @property
    def pending(self) -> tuple[Operation, ...]:
        """What the state has to hold as begun.

        What a killed run may have sent is kept until a run has come to its end: one that failed, or was killed in its
        turn, may not have got to making it.
        """
        pending = self.recorder.snapshot.pending
        if self.failed:
            return pending
        return tuple(each for each in pending if each.mark is None or not each.mark.sent_before)

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
        self._requests.analysis = Analysis(analyzers, self._status, self.reporter, dry_run=self.settings.dry_run)

    # -- runs -------------------------------------------------------------------------------------------------------

    async def run_program(self, start: Callable[[Registrar], Awaitable[ProgramExit]]) -> None:
        """Run the program against this deployment, then delete what it no longer wants."""
        requests = self._requests
        program = asyncio.ensure_future(start(requests))
        await first_of(program, requests.signalled.wait(), self._status.wait_until_closed())
        if requests.signalled.is_set() or (
            program.done() and program.exception() is None and program.result().code == 0
        ):
            await requests.in_flight.settle()
            await requests.outputs.finish(failed=self.failed)
            self._check_targets()
            if not self.failed or self.settings.continue_on_error:
                await self._delete_what_is_left()
            if not self.failed:
                await requests.analysis.judge_stack(self.generator, requests.outputs.done)
        requests.shutdown.set()
        try:
            ended = await self._end_of(program)
        finally:
            # A program that is gone has left its requests behind; what they began is finished and written.
            await requests.in_flight.settle()
        if ended.code != 0 and not self.failed:
            self._status.failed = True
            if not ended.bail:
                self._status.say("error", f"program exited with non-zero exit code: {ended.code}")
        await requests.outputs.finish(failed=self.failed)
        self._status.say_how_it_ended(planning=self.settings.dry_run)

    async def _end_of(self, program: asyncio.Future[ProgramExit]) -> ProgramExit:
        """How the program ended. One that does not notice that the run is over is ended."""
        await first_of(program, self._status.wait_until_closed())
        if not program.done():
            await self._requests.in_flight.settle()
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
                provider = await self._requests.default_providers.reference_for(goal.type, goal.version, "")
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
        return await self._requests.register_resource(
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
        self._requests.shutdown.set()

    def stop_waiting(self) -> None:
        """Leave what is in flight behind, recorded as begun, and make the providers' waits end."""
        self._requests.in_flight.leave()
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
        await phase.run(steps, self._requests.unsuccessful)
