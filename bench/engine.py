"""The engine's own cost: runs over a provider that takes no time, with the real journal and checkpoint."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import driver
from bench.fake_provider import FakeProvider
from tap.engine.deployment import Deployment
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.events import Event
from tap.engine.registration import ProgramContext, ProgramExit, Registrar
from tap.engine.snapshot import Snapshot
from tap.program import host
from tap.program.monitor import Engine, ResourceMonitor
from tap.program.pulumirpc import engine_pb2, resource_pb2
from tap.program.server import ProgramServer
from tap.state.backend import UpdateInfo
from tap.state.store import StateStore

PARALLEL = 16
PROGRAM = Path(__file__).parent / "programs" / "many"

Start = Callable[[Registrar], Coroutine[None, None, ProgramExit]]


@dataclass(frozen=True)
class Measured:
    """One run: wall seconds, this process's CPU seconds, journal and checkpoint bytes, and its peak memory in MB."""

    seconds: float
    cpu: float
    written: int
    memory: float


class Silent:
    def report(self, event: Event) -> None:
        """Nobody listens."""


def context(count: int) -> ProgramContext:
    config = {"many:count": str(count)}
    return ProgramContext("many", "dev", "organization", str(PROGRAM), ".", False, PARALLEL, config, ())


def bare_program(count: int) -> Start:
    """The driver, which has no SDK, in a process of its own behind the real gRPC services."""

    async def start(registrar: Registrar) -> ProgramExit:
        server = ProgramServer(registrar)
        monitor, engine = ResourceMonitor(context(count), registrar), Engine(registrar, lambda: server.stopped)
        server.add_service(resource_pb2.DESCRIPTOR.services_by_name["ResourceMonitor"], monitor.handlers())
        server.add_service(engine_pb2.DESCRIPTOR.services_by_name["Engine"], engine.handlers())
        async with server:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", driver.__name__, server.address, str(count)
            )
            return ProgramExit(await process.wait(), bail=False)

    return start


def sdk_program(count: int) -> Start:
    """A real Pulumi program of as many resources."""

    async def start(registrar: Registrar) -> ProgramExit:
        return await host.run(context(count), sys.executable, dict(os.environ), registrar)

    return start


def measure(root: Path, start: Start) -> Measured:
    """One `up` over whatever state is in the folder."""
    store = StateStore(root, "many", "dev")

    async def main() -> Deployment:
        deployment = Deployment(settings, snapshot, lambda _: FakeProvider(), Silent(), pool, session)
        await deployment.run_program(start)
        return deployment

    settings = DeploymentSettings("many", "dev", False, PARALLEL, lambda: os.urandom(32), lambda: datetime.now(UTC))
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(PARALLEL) as pool, store.open("update") as session:
        snapshot = Snapshot(session.base.resources, session.base.pending)
        deployment = asyncio.run(main())
        journal = store.paths.journal.stat().st_size
        if deployment.failed:
            raise SystemExit("the run failed")
        now = datetime.now(UTC)
        info = UpdateInfo("update", "succeeded", {}, now, now, {})
        session.finish(session.base.with_contents(deployment.recorder.snapshot.resources, ()), info)
    written = journal + store.paths.checkpoint.stat().st_size
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Measured(seconds, cpu, written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
