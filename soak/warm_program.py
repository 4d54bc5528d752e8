"""Pulumi programs whose imports are made already: a process that has made them forks one for each run.

The program is as real as ever, in a process of its own that runs `tap/program/language_exec.py`; only its Python is
not: the project names a virtual environment whose `python` asks this server for a fork and hands on its own streams,
environment and arguments. What ends that `python`, or the engine behind it, ends the fork.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IMPORTED = ("grpc", "pulumi", "pulumi_aws", "tap.stack.settings", "tap_stack")
NAMES_MAX = 1_000_000
START_SECONDS_MAX = 300.0
_ROOT = Path(__file__).parents[1]

_CLIENT = """#!{python} -SE
import json, os, socket, sys
parent_pipe = next(int(word.partition("=")[2]) for word in sys.argv if word.startswith("--parent-pipe="))
told = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd(), parent_pipe]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b"%08d" % len(told)], [0, 1, 2, parent_pipe])
    server.sendall(told)
    code = server.recv(1)
os._exit(code[0] if code else 137)
"""


@contextmanager
def warm_programs(address: Path) -> Iterator[Path]:
    """A server at that Unix socket; gives a folder that is a virtual environment for `Pulumi.yaml`."""
    environment = address.with_suffix(".venv")
    (environment / "bin").mkdir(parents=True)
    python = environment / "bin" / "python"
    python.write_text(_CLIENT.format(python=sys.executable, address=str(address)))
    python.chmod(0o755)
    command = [sys.executable, "-m", "soak.warm_program", str(address)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT)
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise RuntimeError("the server of warm programs did not start")
        yield environment
    finally:
        process.communicate(timeout=START_SECONDS_MAX)


def main(address: str) -> None:
    """Serve until stdin ends: whoever started this is gone then."""
    for name in IMPORTED:
        importlib.import_module(name)
    del sys.modules["tap_stack"]  # each project has its own copy
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
            _run(connection)
        connection.close()


def _run(connection: socket.socket) -> None:
    """Become the program that the other end of the connection asks for; does not return."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        announced, handles, _, _ = socket.recv_fds(connection, 8, 4)
        arguments, variables, folder, parent_pipe = json.loads(_read(connection, int(announced)))
        connection = _at_home(connection, handles, parent_pipe)
        os.setsid()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        sys.argv = ["language_exec.py", *arguments[2:]]
        from tap.program import language_exec

        code = language_exec.main()
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code]))
    finally:
        os._exit(code)


def _read(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < min(length, NAMES_MAX):
        content += connection.recv(65536)
    return content


def _at_home(connection: socket.socket, handles: list[int], parent_pipe: int) -> socket.socket:
    """Put the streams and the parent pipe where the arguments say that they are; the connection out of the way."""
    moved = [os.dup(handle) for handle in (*handles, connection.detach())]
    high = 200
    for number, handle in enumerate(moved):
        os.dup2(handle, high + number)
    os.closerange(3, high)
    for number, place in enumerate((0, 1, 2, parent_pipe)):
        os.dup2(high + number, place)
        os.close(high + number)
    return socket.socket(fileno=high + 4)


def _end_with(connection: socket.socket) -> None:
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
