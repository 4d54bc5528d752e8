"""The real `tap`, run by a fork of this process, which has made its imports already."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IMPORTED = (
    *(f"tap.cli.commands.{name}" for name in ("up", "destroy", "deploy", "rollback", "state")),
    "tap.cli.delivering",
    "tap.verify.verification",
    *("tap.operations", "tap.program.host", "tap.program.environment", "tap.aws.provider", "tap.local_aws.clients"),
    *("tap.state.session", "tap.state.lock", "tap.cli.documents", "botocore.httpsession", "filelock", "grpc.aio"),
)
EXIT_HARNESS = 99


@dataclass(frozen=True)
class Ended:
    """How a run ended. code: minus the signal's number if it was killed. document: what --json printed, if it did."""

    code: int
    document: dict[str, Any]
    shown: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def said(self) -> str:
        """Its errors, for whoever has to find out what went wrong."""
        errors = [one["message"] for one in self.document.get("diagnostics", []) if one["severity"] == "error"]
        return "; ".join(errors) or json.dumps(self.document.get("error", "")) or self.shown[-2000:]


def prepare() -> None:
    """Import what a run needs, and read botocore's models once for all runs: the forks find them in the one loader."""
    for name in IMPORTED:
        importlib.import_module(name)
    from tap.aws.registry import tokens
    from tap.lane import SERVICES
    from tap.local_aws.clients import Clients

    tokens()  # imports the modules of all types
    clients = Clients("http://127.0.0.1:9", "us-east-1")
    clients.warm(SERVICES).join()
    clients.close()
    gc.collect()
    gc.freeze()


def tap(root: Path, *arguments: str, before: Callable[[], None] = lambda: None, seconds_max: float = 600.0) -> Ended:
    """Run `tap` in the folder to its end. before: called in its process before it begins.

    A run that is not over in time is killed with SIGABRT. Call `prepare` before; this process may have one thread only.
    """
    output = root.parent / f"{root.name}.output"
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _become_tap(root, arguments, output, before)
    code = _wait(pid, seconds_max)
    shown = output.read_text(errors="replace")
    try:
        document = json.loads(shown)
    except ValueError:
        document = {}
    return Ended(code, document, shown)


def _wait(pid: int, seconds_max: float) -> int:
    deadline = time.monotonic() + seconds_max
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGABRT)
            deadline += seconds_max
        time.sleep(0.005)


def _become_tap(root: Path, arguments: tuple[str, ...], output: Path, before: Callable[[], None]) -> None:
    """Does not return."""
    code = EXIT_HARNESS
    try:
        os.setsid()
        os.chdir(root)
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream, place in ((os.open(os.devnull, os.O_RDONLY), 0), (handle, 1), (handle, 2)):
            os.dup2(stream, place)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115  - for good
        before()
        from tap.cli.main import run

        code = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)
