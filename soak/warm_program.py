"""Pulumi programs whose imports are made already: a process that has made them forks one for each run.

The program is as real as ever, in a process of its own that runs `tap/program/language_exec.py`; only its Python is
not: the project names a virtual environment whose `python` asks the server for a fork and hands on its own streams,
environment and arguments. What ends that `python`, or the engine behind it, ends the fork.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soak.warm_server import Asked, serve, serving

IMPORTED = (
    *("grpc", "pulumi", "tap.stack.settings", "tap_stack"),
    *(f"pulumi_aws.{service}" for service in ("cloudwatch", "ec2", "iam", "kms", "s3", "sns", "vpc")),
)

_CLIENT = """#!{python} -SE
import json, os, socket, sys
parent_pipe = next(int(word.partition("=")[2]) for word in sys.argv if word.startswith("--parent-pipe="))
places = [0, 1, 2, parent_pipe]
told = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd(), places]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b"%08d" % len(told)], places)
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
    with serving("soak.warm_program", address):
        yield environment


def _prepare() -> None:
    del sys.modules["tap_stack"]  # each project has its own copy


def _run(asked: Asked) -> int:
    sys.argv = ["language_exec.py", *asked.arguments[2:]]
    from tap.program import language_exec

    return language_exec.main()


if __name__ == "__main__":
    serve(sys.argv[1], IMPORTED, _prepare, _run)
