"""A process that has made its imports, and forks one process for each run that needs them.

A fork is as real as a process that was started: it has its own session, streams, environment and folder. What it has
not is the second or two of imports. It ends when its connection does: with whoever asked for it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS_MAX = 300.0
_ROOT = Path(__file__).parents[1]
_REQUEST_BYTES_MAX = 1_000_000
_HIGH = 200
"""Where handles are put for a moment, above all that are in use."""


@dataclass(frozen=True)
class Asked:
    """What a fork is to be. places: the numbers at which it expects the handles that came with the request."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    places: list[int]


@contextmanager
def serving(module: str, address: Path) -> Iterator[None]:
    """Run `python -m module address`, which calls `serve`, until the end of the context."""
    command = [sys.executable, "-m", module, str(address)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT)
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{module} did not start")
        yield
    finally:
        process.communicate(timeout=START_SECONDS_MAX)


def request(asked: Asked) -> bytes:
    """The bytes that ask a server for this; they go with the handles. The answer is one byte, the exit code."""
    told = json.dumps([asked.arguments, asked.environment, asked.folder, asked.places]).encode()
    return b"%08d" % len(told) + told


def serve(address: str, imported: Iterable[str], prepare: Callable[[], None], run: Callable[[Asked], int]) -> None:
    """Serve until stdin ends: whoever started this is gone then. run: what a fork does; returns its exit code."""
    for name in imported:
        # pulumi_aws loads a service's package when an attribute of it is first asked for.
        hasattr(importlib.import_module(name), "__all__")
    prepare()
    tempfile.tempdir = None  # of this process's environment
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([listener.fileno(), 0], [], [])
        if 0 in readable:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _become(connection, run)
        connection.close()


def _become(connection: socket.socket, run: Callable[[Asked], int]) -> None:
    """Be what the other end of the connection asks for; does not return."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        announced, handles, _, _ = socket.recv_fds(connection, 8, 4)
        asked = Asked(*json.loads(_read(connection, int(announced))))
        connection = _at_home(connection, handles, asked.places)
        os.setsid()
        os.chdir(asked.folder)
        os.environ.clear()
        os.environ.update(asked.environment)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        code = run(asked)
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code]))
    finally:
        os._exit(code)


def _read(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < min(length, _REQUEST_BYTES_MAX):
        content += connection.recv(65536)
    return content


def _at_home(connection: socket.socket, handles: Sequence[int], places: Sequence[int]) -> socket.socket:
    """Put the handles where they are expected, and the connection out of the way."""
    moved = [os.dup(handle) for handle in (*handles, connection.detach())]
    for number, handle in enumerate(moved):
        os.dup2(handle, _HIGH + number)
    os.closerange(3, _HIGH)
    for number, place in enumerate(places):
        os.dup2(_HIGH + number, place)
        os.close(_HIGH + number)
    connection = socket.socket(fileno=_HIGH + len(places))
    os.set_inheritable(connection.fileno(), False)
    return connection


def _end_with(connection: socket.socket) -> None:
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)
