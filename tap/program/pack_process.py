"""The process of a policy pack: started with an environment that knows no AWS account, ended with us."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import IO, Final

from tap.engine.analyzer import AnalyzerError
from tap.engine.registration import ProgramContext
from tap.program.child_process import ending, parent_pipe, signal_group
from tap.program.output import forward_lines
from tap.project.policy_pack import PackFiles

RUNNER: Final = Path(__file__).with_name("pack_exec.py")

START_SECONDS_MAX: Final = 30.0
"""How long a pack may take from its start to the line that says its port; ours takes half a second."""

END_SECONDS_MAX: Final = 2.0
"""From SIGTERM to SIGKILL, and from the end of its connection to its own."""

_LINES_KEPT: Final = 200
_PORTS: Final = range(1, 65536)

Tell = Callable[[str, str], None]
"""Takes a severity and a line that the pack has printed."""


class PackProcess:
    """One started pack. `port`: where its analyzer listens on loopback."""

    def __init__(self, files: PackFiles, process: subprocess.Popen[bytes], tell: Tell) -> None:
        self.port = 0
        self._files = files
        self._process = process
        self._tell = tell
        self._told: deque[str] = deque(maxlen=_LINES_KEPT)
        self._ported = asyncio.Event()

    def say(self, severity: str, line: str) -> None:
        """A line that the pack has printed. Until it has started they are kept: if it does not, one error tells all."""
        if self._ported.is_set():
            self._tell(severity, line)
        elif severity == "info" and line.strip().isdecimal() and int(line) in _PORTS:
            self.port = int(line)
            self._ported.set()
        elif line.strip():
            self._told.append(line.strip())

    async def wait_until_ready(self) -> None:
        """Raises AnalyzerError if it ends, or says no port in time."""
        ported = asyncio.ensure_future(self._ported.wait())
        ended = asyncio.ensure_future(self._wait_for_end())
        try:
            await asyncio.wait({ported, ended}, timeout=START_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ported.cancel()
            ended.cancel()
        if self._ported.is_set():
            return
        code = self._process.poll()
        if code is None:
            raise self._failed(f"said no port within {START_SECONDS_MAX:g} seconds")
        raise self._failed(f"ended with exit code {code}")

    async def describe_end(self) -> str:
        """What has become of it, for an error: its connection breaks before it is gone."""
        deadline = time.monotonic() + END_SECONDS_MAX
        while (code := self._process.poll()) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        return "does not answer" if code is None else f"ended with exit code {code}"

    async def _wait_for_end(self) -> None:
        while self._process.poll() is None:  # bounded by whoever waits for this
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # what it printed last is still on its way through the pipe

    def _failed(self, how: str) -> AnalyzerError:
        reason = f": {self._told[-1]}" if self._told else ""
        return AnalyzerError(
            f"policy pack {self._files.named} failed to start: its process {how}{reason}",
            hint=f"`cd {self._files.named} && python __main__.py` shows all that it says",
        )


@contextlib.asynccontextmanager
async def started(
    files: PackFiles, context: ProgramContext, python: str, environment: Mapping[str, str], tell: Tell
) -> AsyncIterator[PackProcess]:
    """The pack's process, ready; ended when this is left. Raises AnalyzerError if it does not get there."""
    with parent_pipe() as child_end, _start(files, context, python, environment, child_end) as process, ending(process):
        pack = PackProcess(files, process, tell)
        readers = [
            asyncio.create_task(_forward(process.stdout, lambda line: pack.say("info", line))),
            asyncio.create_task(_forward(process.stderr, lambda line: pack.say("info#err", line))),
        ]
        try:
            await pack.wait_until_ready()
            yield pack
        finally:
            await _end(process)
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)


def _start(
    files: PackFiles, context: ProgramContext, python: str, environment: Mapping[str, str], child_end: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  - the pack that the user named, run by its own Python
            [python, "-u", str(RUNNER), str(child_end), str(files.root)],
            env=_environment(context, environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(child_end,),
            start_new_session=True,  # a Ctrl-C at the terminal is for the engine to act upon
        )
    except OSError as error:
        raise AnalyzerError(
            f"policy pack {files.named} failed to start: its Python {python}: {error.strerror or error}",
            hint="see runtime.options.virtualenv in PulumiPolicy.yaml",
        ) from error


def _environment(context: ProgramContext, environment: Mapping[str, str]) -> dict[str, str]:
    """As Pulumi's engine sets it; the config is here and not in the arguments, which everybody can read."""
    return {
        "GRPC_VERBOSITY": "ERROR",
        **environment,
        "PULUMI_CONFIG": json.dumps(dict(context.config)),
        "PULUMI_ORGANIZATION": context.organization,
        "PULUMI_PROJECT": context.project,
        "PULUMI_STACK": context.stack,
        "PULUMI_DRY_RUN": json.dumps(context.dry_run),
    }


async def _forward(pipe: IO[bytes] | None, tell: Callable[[str], None]) -> None:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    with contextlib.closing(transport):
        await forward_lines(reader, tell)


async def _end(process: subprocess.Popen[bytes]) -> None:
    signal_group(process, signal.SIGTERM)
    try:
        await asyncio.to_thread(process.wait, END_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        await asyncio.to_thread(process.wait, END_SECONDS_MAX)
