"""The end of a process that we started in a session of its own: with us, and with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator


@contextlib.contextmanager
def parent_pipe() -> Iterator[int]:
    """The reading end of a pipe of which only this process holds the other end: it closes when this process ends."""
    child_end, parent_end = os.pipe()
    try:
        yield child_end
    finally:
        os.close(child_end)
        os.close(parent_end)


@contextlib.contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens: nothing of the process's session is left behind."""
    try:
        yield
    finally:
        signal_group(process, signal.SIGKILL)


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signals the process and what it started: its session's group bears its process id."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM where only a zombie is left
        os.killpg(process.pid, number)
