"""What is in flight is finished and written, whatever becomes of the program, the user's patience or the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tap.engine.deployment import Deployment
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.model import STACK_TYPE, Goal, Resource
from tap.engine.provider import CreateResult
from tap.engine.registration import MonitorClosedError, ProgramExit, Registrar
from tap.engine.snapshot import Began, Change, Snapshot
from tap.errors import StateError
from tests.engine.golden.fake_provider import Cloud, FakeProvider
from tests.engine.golden.runner import Recording

SECONDS_MAX = 10


class SlowProvider(FakeProvider):
    """A creation or a deletion takes until it is let go."""

    def __init__(self, cloud: Cloud, began: threading.Event, let_go: threading.Event) -> None:
        super().__init__(cloud)
        self.began, self.let_go = began, let_go

    def create(self, urn: str, *arguments: Any, **named: Any) -> CreateResult:
        self._wait()
        return super().create(urn, *arguments, **named)

    def delete(self, urn: str, *arguments: Any, **named: Any) -> None:
        self._wait()
        super().delete(urn, *arguments, **named)

    def _wait(self) -> None:
        self.began.set()
        assert self.let_go.wait(SECONDS_MAX)


class FullDisk:
    """Takes no more once an operation is to be noted."""

    def append(self, changes: Sequence[Change]) -> Future[None]:
        written: Future[None] = Future()
        if any(isinstance(change, Began) for change in changes):
            written.set_exception(StateError("no space left", hint="make room"))
        else:
            written.set_result(None)
        return written


class Bench:
    """One deployment over a slow provider."""

    def __init__(self, journal: FullDisk | None = None) -> None:
        self.cloud, self.recording = Cloud(), Recording()
        self.began, self.let_go = threading.Event(), threading.Event()
        self._journal = journal

    def run(
        self,
        program: Callable[[Deployment, Registrar], Awaitable[ProgramExit]],
        resources: Sequence[Resource] = (),
    ) -> Deployment:
        async def main(pool: ThreadPoolExecutor) -> Deployment:
            deployment = Deployment(
                DeploymentSettings("golden", "dev", False, 4, lambda: bytes(32), lambda: datetime.now(UTC)),
                Snapshot(resources),
                lambda _: SlowProvider(self.cloud, self.began, self.let_go),
                self.recording,
                pool,
                self._journal,
            )
            await asyncio.wait_for(
                deployment.run_program(lambda registrar: program(deployment, registrar)), SECONDS_MAX
            )
            return deployment

        with ThreadPoolExecutor(4) as pool:
            return asyncio.run(main(pool))


async def register_stack(registrar: Registrar) -> str:
    return (await registrar.register_resource(Goal(STACK_TYPE, "golden-dev", custom=False, inputs={}))).urn


def thing(name: str, parent: str) -> Goal:
    return Goal("fake:index:Thing", name, custom=True, inputs={}, parent=parent)


def things(deployment: Deployment) -> list[Resource]:
    return [each for each in deployment.recorder.snapshot.resources if each.type == "fake:index:Thing"]


def ids(deployment: Deployment) -> list[str]:
    return [each.id for each in things(deployment)]


def test_what_a_program_began_and_did_not_wait_for_is_written() -> None:
    bench = Bench()

    async def program(_: Deployment, registrar: Registrar) -> ProgramExit:
        request = asyncio.ensure_future(registrar.register_resource(thing("a", await register_stack(registrar))))
        await asyncio.to_thread(bench.began.wait, SECONDS_MAX)
        request.cancel()
        asyncio.get_running_loop().call_later(0.05, bench.let_go.set)
        return ProgramExit(1, bail=True)

    deployment = bench.run(program)

    assert ids(deployment) == list(bench.cloud.entries) == ["a-1"]
    assert deployment.recorder.snapshot.pending == ()
    assert deployment.failed


def test_after_a_cancellation_nothing_begins_and_what_is_in_flight_is_written() -> None:
    bench = Bench()
    refused = []

    async def program(deployment: Deployment, registrar: Registrar) -> ProgramExit:
        stack = await register_stack(registrar)
        first = asyncio.ensure_future(registrar.register_resource(thing("a", stack)))
        await asyncio.to_thread(bench.began.wait, SECONDS_MAX)
        deployment.cancel()
        try:
            await registrar.register_resource(thing("b", stack))
        except MonitorClosedError as error:
            refused.append(error)
        bench.let_go.set()
        await first
        return ProgramExit(1, bail=True)

    deployment = bench.run(program)

    assert len(refused) == 1
    assert ids(deployment) == list(bench.cloud.entries) == ["a-1"]
    assert deployment.cancelled
    assert [diagnostic.message for diagnostic in bench.recording.diagnostics] == ["update canceled"]


def test_a_cancelled_replacement_stops_between_its_steps() -> None:
    bench = Bench()
    bench.let_go.set()

    async def makes(_: Deployment, registrar: Registrar) -> ProgramExit:
        await registrar.register_resource(thing("a", await register_stack(registrar)))
        await registrar.wait_for_shutdown()
        return ProgramExit(0, bail=False)

    async def replaces(deployment: Deployment, registrar: Registrar) -> ProgramExit:
        goal = replace(
            thing("a", await register_stack(registrar)), inputs={"fixedZone": "2"}, delete_before_replace=True
        )
        request = asyncio.ensure_future(registrar.register_resource(goal))
        await asyncio.to_thread(bench.began.wait, SECONDS_MAX)
        deployment.cancel()
        bench.let_go.set()
        with pytest.raises(MonitorClosedError):
            await request
        return ProgramExit(1, bail=True)

    made = bench.run(makes)
    bench.began.clear()
    bench.let_go.clear()
    cancelled = bench.run(replaces, made.recorder.snapshot.resources)

    assert bench.cloud.entries == {}
    assert [(each.id, each.pending_replacement) for each in things(cancelled)] == [("a-1", True)]


def test_a_disk_that_takes_no_more_stops_the_run_before_the_cloud_is_touched_and_is_said_once() -> None:
    bench = Bench(FullDisk())
    bench.let_go.set()

    async def program(_: Deployment, registrar: Registrar) -> ProgramExit:
        stack = await register_stack(registrar)
        requests = [registrar.register_resource(thing(name, stack)) for name in ("a", "b", "c")]
        answers = await asyncio.gather(*requests, return_exceptions=True)
        assert all(isinstance(answer, MonitorClosedError) for answer in answers)
        return ProgramExit(1, bail=True)

    deployment = bench.run(program)

    assert bench.cloud.entries == {}
    assert deployment.failed
    assert [(each.message, each.hint) for each in bench.recording.diagnostics] == [("no space left", "make room")]
