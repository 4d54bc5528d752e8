"""An embedded AWS that can be copied with all that is in it, by fork: a case that starts from a built stack costs
milliseconds instead of the seconds that building it takes.

A copy is paused or serves. Only what is paused is forked: then no thread of it is in the middle of anything.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER_SECONDS_MAX = 300.0
PORT_SECONDS_MAX = 30.0
_ROOT = Path(__file__).parents[1]
_PORTS = range(20_000, 32_000)
_INSTANCE = "00000000-0000-4000-8000-000000000001"
"""All copies say that they are the same AWS: a state that was built in one is believed in the others."""


@dataclass
class ForkedAws:
    """The handle of one copy. Closed, or with its owner's end, the copy ends and what it held is gone."""

    _control: socket.socket

    def serve(self, port: int) -> str:
        """Answer at that port of loopback from now on; the endpoint."""
        self._tell(f"serve {port}".encode())
        return f"http://127.0.0.1:{port}"

    def pause(self) -> None:
        """Answer no more. What is being answered is answered."""
        self._tell(b"pause")

    def fork(self) -> ForkedAws:
        """A paused copy of this one, which is paused."""
        ours, its = socket.socketpair()
        ours.settimeout(ANSWER_SECONDS_MAX)
        with its:
            socket.send_fds(self._control, [b"fork"], [its.fileno()])
        _expect_done(self._control)
        return ForkedAws(ours)

    def close(self) -> None:
        """Returns once the copy has ended, and its port is free."""
        self._control.shutdown(socket.SHUT_WR)
        self._control.recv(1)
        self._control.close()

    def kill(self) -> None:
        """End it as SIGKILL does, in the middle of whatever it is doing."""
        self._control.sendall(b"die")
        self._control.recv(1)

    def _tell(self, message: bytes) -> None:
        self._control.sendall(message)
        _expect_done(self._control)


@contextmanager
def empty_aws() -> Iterator[ForkedAws]:
    """A paused AWS that holds nothing, in a process of its own."""
    ours, its = socket.socketpair()
    ours.settimeout(ANSWER_SECONDS_MAX)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    environment = kept | {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    with its:
        command = [sys.executable, "-m", "soak.forked_aws", str(its.fileno())]
        process = subprocess.Popen(command, pass_fds=(its.fileno(),), env=environment, cwd=_ROOT)
    aws = ForkedAws(ours)
    try:
        _expect_done(ours)
        yield aws
        aws.close()
    finally:
        ours.close()
        process.wait(ANSWER_SECONDS_MAX)


def _wait_until_free(port: int) -> None:
    """An end is heard of when its control socket closes, which may be before the one that listened does."""
    deadline = time.monotonic() + PORT_SECONDS_MAX
    while not _is_free(port) and time.monotonic() < deadline:
        time.sleep(0.005)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of loopback at which nobody listens, out of those that no connection is given as its own."""
    for port in random.sample(_PORTS, len(_PORTS)):
        if _is_free(port):
            return port
    raise RuntimeError("no port of loopback is free")


def _expect_done(control: socket.socket) -> None:
    if control.recv(16) != b"done":
        raise RuntimeError("a copy of the embedded AWS has ended by itself")


class _Copy:
    """The process of a copy."""

    def __init__(self, control: socket.socket) -> None:
        from tap.local_aws.emulator import EmbeddedAws
        from tap.local_aws.run_file import RunFile

        self._control = control
        self._app = EmbeddedAws(RunFile(os.getpid(), 0, _INSTANCE, ""), Path("/"))
        self._app.warm()
        self._server: Any = None
        self._serving: threading.Thread
        self._connections: list[Any] = []

    def obey(self) -> None:
        self._control.sendall(b"done")
        while True:
            message, handles, _, _ = socket.recv_fds(self._control, 64, 1)
            verb, _, port = message.partition(b" ")
            match verb:
                case b"serve":
                    self._serve(int(port))
                case b"pause":
                    self._pause()
                case b"fork":
                    if self._forked(handles[0]):
                        continue
                case _:  # b"die", or whoever owns this copy is gone
                    os._exit(0)
            self._control.sendall(b"done")

    def _serve(self, port: int) -> None:
        from tap.local_aws.keep_alive import KeepAliveHandler, KeepAliveServer

        class Server(KeepAliveServer):
            def process_request(self, request: Any, client_address: Any) -> None:
                connections.append(request)
                super().process_request(request, client_address)

        _wait_until_free(port)
        connections = self._connections = []
        self._server = server = Server("127.0.0.1", port, self._app, KeepAliveHandler)
        self._serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._serving.start()

    def _pause(self) -> None:
        self._server.shutdown()
        # It closes the listening socket. A fork before that is done would hand it on, and hold the port for good.
        self._serving.join(ANSWER_SECONDS_MAX)
        for connection in self._connections:
            with contextlib.suppress(OSError):  # most of them were closed by whoever asked
                connection.shutdown(socket.SHUT_RDWR)

    def _forked(self, handle: int) -> bool:
        """Whether this is the child."""
        if os.fork():
            os.close(handle)
            return False
        self._control.close()
        self._control = socket.socket(fileno=handle)
        return True


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Copy(socket.socket(fileno=int(sys.argv[1]))).obey()


if __name__ == "__main__":
    main()
