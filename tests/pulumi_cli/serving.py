"""What both plugins do: serve at a free port, tell it, and end with the CLI that started them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import grpc

_LOOKING_SECONDS = 0.5


def serve(server: grpc.Server) -> None:
    """Does not return while the CLI lives. One that is killed tells its plugins nothing, nor they their programs."""
    os.setpgid(0, 0)
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    server.wait_for_termination()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKING_SECONDS)
    os.killpg(0, signal.SIGKILL)
