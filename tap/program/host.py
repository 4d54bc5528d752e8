"""The program in a process of its own, as Pulumi's language host runs it, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from tap.engine.registration import ProgramContext, ProgramExit, Registrar
from tap.errors import TapError
from tap.program.child_process import ending, parent_pipe, signal_group
from tap.program.monitor import Engine, ResourceMonitor
from tap.program.output import forward_lines
from tap.program.pulumirpc import engine_pb2, resource_pb2
from tap.program.server import ProgramServer

RUNNER: Final = Path(__file__).with_name("language_exec.py")

EXIT_REPORTED: Final = 32
"""The exit code of a program that raised and has reported its exception; language_exec.py has the same."""

GRACE: Final = 2.0
"""Seconds from SIGTERM to SIGKILL."""

DRAIN: Final = 1.0
"""Seconds to read on after the program's end: longer only a process that it left behind holds its output open."""


async def run(
    context: ProgramContext, python: str, environment: Mapping[str, str], registrar: Registrar
) -> ProgramExit:
    """Runs the program to its end. When cancelled, the program has ended, too, before this returns.

    `environment` is all that the process gets besides Pulumi's own variables. Raises TapError if it can not start.
    """
    return await Program(context, python, environment, registrar).run()


class Program:
    """One run of a program, for who needs to end it from outside, or its debug messages."""

    def __init__(
        self,
        context: ProgramContext,
        python: str,
        environment: Mapping[str, str],
        registrar: Registrar,
        *,
        debug: bool = False,
    ) -> None:
        self._context = context
        self._python = python
        self._environment = environment
        self._registrar = registrar
        self._debug = debug
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = asyncio.Event()

    async def run(self) -> ProgramExit:
        """See run() of this module."""
        server = ProgramServer(self._registrar)
        monitor = ResourceMonitor(self._context, self._registrar)
        engine = Engine(self._registrar, lambda: server.stopped)
        server.add_service(resource_pb2.DESCRIPTOR.services_by_name["ResourceMonitor"], monitor.handlers())
        server.add_service(engine_pb2.DESCRIPTOR.services_by_name["Engine"], engine.handlers())
        async with contextlib.aclosing(monitor), server:
            with parent_pipe() as child_end, self._start(server.address, child_end) as process, ending(process):
                self._process = process
                code = await self._attend(process)
        return ProgramExit(code, bail=code == EXIT_REPORTED or server.stopped)

    async def terminate(self) -> None:
        """Ends the program's process, asking first and killing after GRACE seconds. run() then returns."""
        if self._process is None or self._ended.is_set():
            return
        signal_group(self._process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), GRACE)
        signal_group(self._process, signal.SIGKILL)

    def _start(self, address: str, child_end: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603  - the user's own program, run by the user's own Python
                self._command(address, child_end),
                env=self._process_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(child_end,),
                # A Ctrl-C at the terminal is for the engine to act upon; it decides what becomes of the program.
                start_new_session=True,
            )
        except OSError as error:
            raise TapError(
                f"the program's Python {self._python} can not be started: {error.strerror or error}",
                hint="see runtime.options.virtualenv in Pulumi.yaml",
            ) from error

    async def _attend(self, process: subprocess.Popen[bytes]) -> int:
        """Passes on what the process prints until it ends. Returns its exit code."""
        readers = [
            asyncio.create_task(self._forward(process.stdout, "info")),
            asyncio.create_task(self._forward(process.stderr, "info#err")),
        ]
        waiting = asyncio.create_task(asyncio.to_thread(process.wait))
        waiting.add_done_callback(lambda _: self._ended.set())
        try:
            code = await asyncio.shield(waiting)
            await asyncio.wait(readers, timeout=DRAIN)
            return code
        finally:
            await self.terminate()
            await waiting
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _forward(self, pipe: IO[bytes] | None, severity: str) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        with contextlib.closing(transport):
            await forward_lines(reader, lambda line: self._registrar.log(severity, line, ""))

    def _command(self, address: str, child_end: int) -> list[str]:
        context = self._context
        flags = [*(["--dry-run"] if context.dry_run else []), *(["--debug"] if self._debug else [])]
        named = {
            "address": address,
            "project": context.project,
            "stack": context.stack,
            "organization": context.organization,
            "root-directory": context.root_directory,
            "parallel": str(context.parallel),
            "parent-pipe": str(child_end),
        }
        program = Path(context.root_directory, context.main)
        # "-u": a line that the program prints is to be seen when it is printed. One word each, so that a name that
        # begins with a dash is no option.
        return [self._python, "-u", str(RUNNER), *flags, *(f"--{k}={v}" for k, v in named.items()), str(program)]

    def _process_environment(self) -> dict[str, str]:
        # Not in the arguments, which everybody on the machine can read: config may be secret.
        return {
            "GRPC_VERBOSITY": "ERROR",  # a closed connection is no news for the user
            **self._environment,
            "PULUMI_CONFIG": json.dumps(dict(self._context.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(self._context.secret_keys)),
            # gRPC would take the way to our own port through the user's proxy.
            "no_grpc_proxy": "127.0.0.1",
        }
