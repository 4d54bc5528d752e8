"""The real `tap` whose imports are made already: a process that has made them forks one for each run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from soak.forked_tap import IMPORTED, prepare
from soak.warm_server import Asked, request, serve, serving


@dataclass(frozen=True)
class WarmTap:
    """Runs `tap` by the server at that Unix socket."""

    address: Path

    def __call__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds_max: float
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end. Raises TimeoutError, and ends it, if it is not over in time."""
        with (
            Path(os.devnull).open() as nothing,
            tempfile.TemporaryFile() as shown,
            tempfile.TemporaryFile() as complained,
            socket.socket(socket.AF_UNIX) as server,
        ):
            server.settimeout(seconds_max)
            server.connect(str(self.address))
            told = request(Asked(list(arguments), dict(environment), str(folder), [0, 1, 2]))
            socket.send_fds(server, [told[:8]], [stream.fileno() for stream in (nothing, shown, complained)])
            server.sendall(told[8:])
            answer = server.recv(1)
            code = answer[0] if answer else -1
            output = [_content(shown), _content(complained)]
        return subprocess.CompletedProcess(list(arguments), code, *output)


@contextmanager
def warm_taps(address: Path) -> Iterator[WarmTap]:
    """A server at that Unix socket."""
    with serving("soak.warm_tap", address):
        yield WarmTap(address)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _run(asked: Asked) -> int:
    from tap.cli.main import run

    sys.stdin = open(0, closefd=False)  # noqa: SIM115  - for good, as the next two
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    return run(asked.arguments)


if __name__ == "__main__":
    serve(sys.argv[1], IMPORTED, prepare, _run)
