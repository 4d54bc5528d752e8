"""The process of an embedded AWS as the operating system has it: made, looked at, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tap.local_aws.run_file import RunFile, log_path

_LISTEN_QUEUE = 128


def listen(port: int) -> socket.socket:
    """A socket that listens at 127.0.0.1:port, or at any free port if that one is taken or is no port at all.

    Listening before the server runs leaves no moment in which another process could take the port, and requests that
    come early wait instead of being refused.
    """
    with contextlib.suppress(OSError, OverflowError):
        return _listen_at(port)
    return _listen_at(0)


def _listen_at(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(_LISTEN_QUEUE)
    except BaseException:
        listener.close()
        raise
    return listener


def spawn(root: Path, listener: socket.socket, instance: str) -> int:
    """The server, in a session of its own: it gets no Ctrl-C of the terminal's and holds no file of ours. Its pid."""
    port = listener.getsockname()[1]
    log = log_path(root)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    command = [sys.executable, "-P", "-m", "tap.local_aws.server", f"--root={root.absolute()}"]
    command += [f"--fd={listener.fileno()}", f"--port={port}", f"--instance={instance}"]
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603  - our own module, and values made here
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_server_environment(port),
            cwd="/",
            start_new_session=True,
            pass_fds=(listener.fileno(),),
        )
    # It outlives us on purpose; without this, Popen would warn that nobody waited for it.
    child.returncode = 0
    return child.pid


def runs(pid: int, instance: str) -> bool:
    """Whether the server runs. If it is a child of this process and has ended, it is collected: no zombie stays."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return RunFile(pid, 0, instance, "").is_alive()


def kill_child(pid: int) -> None:
    """End a child of this process, which may have ended and been collected already."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _server_environment(port: int) -> dict[str, str]:
    """The user's environment without what is AWS's or moto's: no account number or credentials of theirs go in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return kept | {
        "MOTO_PORT": str(port),
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # a second of start-up, and 600 images nobody asked for
        "MOTO_DISABLE_GLOBAL_CORS": "true",  # no web page has any business here
        # moto makes sessions of botocore, which read the user's profiles and ~/.aws/models unless they find no home.
        "HOME": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
