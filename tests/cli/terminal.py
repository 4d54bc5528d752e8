"""A terminal for a program under test: what it shows, and what is typed into it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS_MAX = 200.0


class Terminal:
    """Runs a command on a pseudo-terminal of its own. Use as a context; leaving kills what still runs."""

    def __init__(self, command: Sequence[str], root: Path, environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=root, env={**environment, "TERM": "xterm"}, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, close_fds=True,
        )  # fmt: skip
        os.close(slave)
        self.shown = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=SECONDS_MAX)
        os.close(self._master)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until the text was shown. Raises AssertionError, with all that was, if it is not."""
        deadline = time.monotonic() + SECONDS_MAX
        while text not in self.shown:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} was not shown in: {self.shown}")

    def end(self) -> int:
        """Read until the program ends; its exit code."""
        deadline = time.monotonic() + SECONDS_MAX
        while self._read(deadline):
            pass
        return self.process.wait(timeout=SECONDS_MAX)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            text = os.read(self._master, 65536).decode(errors="replace")
        except OSError:  # Linux says so when the last writer is gone
            return False
        self.shown += text
        return bool(text)
