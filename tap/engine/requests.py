"""What a running program asks of a deployment: each request is decided upon in order, and done in parallel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from tap.engine.analysis import Analysis
from tap.engine.default_providers import DefaultProviders
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.errors import GenerationError
from tap.engine.events import Reporter
from tap.engine.executor import StepExecutor
from tap.engine.generator import StepGenerator
from tap.engine.in_flight import InFlight
from tap.engine.inheritance import Inheritance
from tap.engine.invoking import GET_RESOURCE, Invoker
from tap.engine.known import Registration
from tap.engine.model import Goal, ReadGoal, Resource, Step
from tap.engine.provider import ProviderError, UnavailableError
from tap.engine.providers import ProviderRegistry, urn_of, with_version
from tap.engine.recorder import Recorder
from tap.engine.registering import StepChain
from tap.engine.registration import (
    Invoked,
    InvokeGoal,
    MonitorClosedError,
    RefusedError,
    Registered,
    Result,
)
from tap.engine.run_status import RunStatus
from tap.engine.stack_outputs import RegisteredOutputs
from tap.engine.urn import package_of
from tap.engine.values import UNKNOWN, Properties


class ProgramRequests:
    """The `Registrar` that a running program talks to. Not before `use`.

    in_flight: what was begun for it. outputs: what it registered. unsuccessful: what could not be made, and what hangs
    on that, by URN. analysis: who judges it. signalled: the program has registered everything; shutdown: the engine
    needs it no more.
    """

    def __init__(
        self,
        settings: DeploymentSettings,
        status: RunStatus,
        recorder: Recorder,
        reporter: Reporter,
        providers: ProviderRegistry,
        pool: Executor,
        slots: asyncio.Semaphore,
    ) -> None:
        self.in_flight = InFlight()
        self.signalled = asyncio.Event()
        self.shutdown = asyncio.Event()
        self.unsuccessful: set[str] = set()
        self.default_providers = DefaultProviders(
            self._register_internal, settings.provider_config, settings.disabled_default_providers
        )
        done: dict[str, Resource] = {}
        self.outputs = RegisteredOutputs(recorder, reporter, done)
        self.analysis = Analysis((), status, reporter, dry_run=settings.dry_run)
        self._settings = settings
        self._status = status
        self._slots = slots
        self._inheritance = Inheritance()
        self._invoker = Invoker(
            providers, pool, done, lambda urn: urn in self.unsuccessful | self._generator.known.skipped
        )

    def use(self, generator: StepGenerator, executor: StepExecutor) -> None:
        """What decides and what does from here on."""
        self._generator = generator
        self._executor = executor

    async def register_resource(self, goal: Goal) -> Registered:
        self._status.require_open()
        if goal.parent and goal.parent not in self._generator.known.registered:
            raise RefusedError(f"could not find parent resource {goal.parent}")
        self._settings.mask.add_secrets_in(goal.inputs)
        goal = self._inheritance.applied(with_version(goal))
        if self._inheritance.needs_default_provider(goal):
            provider = await self.default_providers.reference_for(goal.type, goal.version, goal.plugin_download_url)
            goal = replace(goal, provider=provider)
        return await self.in_flight.finish(self._register(goal, internal=False))

    async def _register_internal(self, goal: Goal) -> Registered:
        return await self.in_flight.finish(self._register(goal, internal=True))

    async def _register(self, goal: Goal, *, internal: bool) -> Registered:
        generator, urn = self._generator, ""
        self._status.require_open()
        try:
            async with self.analysis.deciding:
                self._status.require_open()
                registration = generator.claim(goal)
                urn = registration.urn
                self._inheritance.remember(urn, goal)
                if self._hangs_on_failed(goal):
                    self.unsuccessful.add(urn)
                    generator.known.kept.add(registration.aliased_from or urn)
                    return Registered(urn, UNKNOWN, result=Result.SKIP)
                judged = await self.analysis.judged(generator, registration, generator.checked(registration))
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
        if not self.unsuccessful:
            return False
        needed = {*goal.dependencies, goal.parent, goal.deleted_with, *goal.replace_with}
        needed.add(urn_of(goal.provider) if goal.provider else "")
        return not self.unsuccessful.isdisjoint(needed)

    async def _chained(self, registration: Registration, steps: Sequence[Step], *, internal: bool) -> Registered:
        chain = StepChain(self._status, self._generator, self._executor, self.analysis, internal=internal)
        async with self._slots:
            try:
                registered = await chain.run(registration, steps)
            finally:
                self._report_notes()
        if chain.result is None:
            self.unsuccessful.add(registration.urn)
        else:
            self.outputs.remember(chain.result)
        return registered

    def _report_notes(self) -> None:
        for note in self._generator.known.take_notes():
            self._status.note(note)

    async def register_resource_outputs(self, urn: str, outputs: Properties) -> None:
        if not self.outputs.is_stack(urn):
            self._status.require_open()
        self._settings.mask.add_secrets_in(outputs)
        await self.outputs.register(urn, outputs)

    async def read_resource(self, goal: ReadGoal) -> Registered:
        self._status.require_open()
        self._settings.mask.add_secrets_in(goal.inputs)
        provider = goal.provider or self._inheritance.provider_for(goal.parent, package_of(goal.type))
        if not provider:
            provider = await self.default_providers.reference_for(goal.type, goal.version, goal.plugin_download_url)
        return await self.in_flight.finish(self._read(replace(goal, provider=provider)))

    async def _read(self, goal: ReadGoal) -> Registered:
        async with self.analysis.deciding:
            self._status.require_open()
            try:
                urn = self._generator.claim_read(goal)
            except GenerationError as error:
                self._status.stop(*error.diagnostics)
                raise MonitorClosedError from error
            if goal.id is UNKNOWN:
                self._generator.known.kept.add(urn)
                return Registered(urn, UNKNOWN, unknown=True)
            steps = self._generator.generate_read(goal, urn)
        read = Registration(self._generator.known.registered[urn], urn, None, "", recreating=False, targeted=True)
        return await self._chained(read, steps, internal=False)

    async def invoke(self, goal: InvokeGoal) -> Invoked:
        self._status.require_open()
        self._settings.mask.add_secrets_in(goal.arguments)
        if goal.token == GET_RESOURCE:
            return self._invoker.get_resource(goal.arguments)
        if self._invoker.is_pending(goal):
            return Invoked({}, unknown=True)
        reference = goal.provider or self._inheritance.provider_for(goal.parent, package_of(goal.token))
        if not reference:
            reference = await self.default_providers.reference_for(goal.token, goal.version, goal.plugin_download_url)
        try:
            return await self._invoker.invoke(goal, reference)
        except UnavailableError as error:
            # The program can not help it: told as an answer, it would end in a traceback of the program's.
            self._status.provider_failed(error, "")
            raise MonitorClosedError from error

    def log(self, severity: str, message: str, urn: str) -> None:
        self._status.say(severity, message, urn)

    async def wait_for_shutdown(self) -> None:
        self.signalled.set()
        await self.shutdown.wait()
