"""The journal comes first: no call without its intent on the disk, no answer without the outcome there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from tap.engine.deployment import Deployment
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.model import OperationType
from tap.engine.registration import ProgramExit, Registrar
from tap.engine.snapshot import Change, Snapshot
from tap.engine.urn import name_of
from tap.errors import StateError
from tests.engine.golden.fake_provider import Cloud, FakeProvider
from tests.engine.golden.program import Program
from tests.engine.golden.runner import Recording

DISK_SECONDS = 0.03
"""How long this disk takes for a write: whoever does not wait for it is seen."""

FIRST = [
    {"name": "a", "inputs": {"color": "red"}},
    {"name": "b", "inputs": {"of": {"$ref": "a.id"}, "color": "red"}},
    {"name": "c", "inputs": {"of": {"$ref": "b.id"}}},
]
SECOND = [
    {"name": "a", "inputs": {"color": "blue"}},
    {"name": "b", "inputs": {"of": {"$ref": "a.id"}, "color": "red", "fixedZone": "1"}},
]


@dataclass
class SlowDisk:
    """A journal that is on the disk a while after it was handed in; `on_disk` is what a power cut would leave.

    full_after: so many appends are taken, every later one is refused.
    """

    on_disk: Snapshot
    full_after: int = 1_000_000
    appends: int = 0

    def __post_init__(self) -> None:
        self._turn = threading.Lock()

    def append(self, changes: Sequence[Change]) -> Future[None]:
        written: Future[None] = Future()
        self.appends += 1
        if self.appends > self.full_after:
            written.set_exception(StateError("failed to write the journal: No space left on device"))
        else:
            timer = threading.Timer(DISK_SECONDS, self._write, [changes, written])
            timer.start()
        return written

    def _write(self, changes: Sequence[Change], written: Future[None]) -> None:
        with self._turn:
            for change in changes:
                self.on_disk.apply(change)
        written.set_result(None)


@dataclass
class WatchingProvider(FakeProvider):
    """Looks at the disk at each call that changes something, before it is done."""

    cloud: Cloud
    disk: SlowDisk
    seen: list[tuple[str, str, bool]] = field(default_factory=list)

    def create(self, urn: str, *arguments: Any, **named: Any) -> Any:
        self._look(OperationType.CREATING, urn)
        return super().create(urn, *arguments, **named)

    def update(self, urn: str, *arguments: Any, **named: Any) -> Any:
        self._look(OperationType.UPDATING, urn)
        return super().update(urn, *arguments, **named)

    def delete(self, urn: str, *arguments: Any, **named: Any) -> Any:
        self._look(OperationType.DELETING, urn)
        return super().delete(urn, *arguments, **named)

    def _look(self, type: OperationType, urn: str) -> None:
        intended = any(each.type is type and each.resource.urn == urn for each in self.disk.on_disk.pending)
        self.seen.append((type.value, name_of(urn), intended))


@dataclass
class WatchingProgram:
    """A program that looks at the disk at each answer that it gets."""

    program: Program
    disk: SlowDisk
    answered: list[tuple[str, bool]] = field(default_factory=list)

    async def __call__(self, registrar: Registrar) -> ProgramExit:
        original = registrar.register_resource

        async def register(goal: Any) -> Any:
            answer = await original(goal)
            if goal.custom:
                known = any(each.id == answer.id and not each.delete for each in self.disk.on_disk.resources)
                self.answered.append((goal.name, known))
            return answer

        registrar.register_resource = register  # type: ignore[method-assign]  # the program's own end of the wire
        return await self.program(registrar)


def run(items: list[dict[str, Any]], cloud: Cloud, base: Snapshot, full_after: int = 1_000_000) -> Any:
    """(deployment, provider, program) after a run against a slow disk that holds the base."""
    disk = SlowDisk(Snapshot(base.resources, base.pending), full_after)
    provider = WatchingProvider(cloud, disk)
    settings = DeploymentSettings(
        project="golden",
        stack="dev",
        dry_run=False,
        parallel=4,
        seed=lambda: bytes(32),
        now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )
    program = WatchingProgram(Program(items, {}, at_once=True), disk)
    with ThreadPoolExecutor(4) as pool:
        snapshot = Snapshot(base.resources, base.pending)
        deployment = Deployment(settings, snapshot, lambda _: provider, Recording(), pool, disk)
        asyncio.run(deployment.run_program(program))
    return deployment, provider, program


def test_every_call_finds_its_intent_on_the_disk_and_every_answer_its_outcome():
    cloud = Cloud()

    first, made, told = run(FIRST, cloud, Snapshot(()))
    after = Snapshot(first.recorder.snapshot.resources)
    second, changed, told_again = run(SECOND, cloud, after)

    assert not first.failed
    assert not second.failed
    assert made.seen == [("creating", "a", True), ("creating", "b", True), ("creating", "c", True)]
    assert sorted(changed.seen) == [
        ("creating", "b", True),
        ("deleting", "b", True),
        ("deleting", "c", True),
        ("updating", "a", True),
    ]
    assert told.answered[-3:] == [("a", True), ("b", True), ("c", True)]
    assert told_again.answered[-2:] == [("a", True), ("b", True)]


@pytest.mark.parametrize("full_after", range(1, 8))
def test_a_disk_that_refuses_stops_the_run_before_the_next_call(full_after):
    cloud = Cloud()

    deployment, provider, program = run(FIRST, cloud, Snapshot(()), full_after)

    assert deployment.failed
    assert all(intended for _, _, intended in provider.seen)
    assert all(known for _, known in program.answered)
    on_disk = provider.disk.on_disk
    remembered = {each.id for each in on_disk.resources} | {name_of(each.resource.urn) for each in on_disk.pending}
    assert all(id in remembered or entry["name"] in remembered for id, entry in cloud.entries.items())
