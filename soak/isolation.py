"""A whole `make up` and `make down` under `strace`, for a user whose settings all lead elsewhere.

What is looked at: every connection of every process, every attempt to open the user's settings, what requests carry,
and every file that is there afterwards. The project is a copy as a clone would be, its environment made already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from mutants.workshop import copy_of_project
from soak.canaries import OF_THE_USER, PASSPHRASE, SECRETS, encrypted_config, files_with, found_in, hostile_user
from soak.row import Row
from soak.traces import CALLS, LOOPBACK, Trace, read_trace

SECONDS_MAX = 1800
HOW_TO_INSTALL = "strace is not here: install it (apt-get install strace, dnf install strace)"

_STRING_BYTES = 65536
"""How much of each message strace writes down: requests are searched there."""

_SCRIPT = """
trap '.venv/bin/tap local stop > /dev/null 2>&1' EXIT
make up > {logs}/up.log 2>&1 || exit 1
.venv/bin/tap outputs > {logs}/outputs.log 2>&1 || exit 2
.venv/bin/tap up --json > {logs}/again.json 2> {logs}/again.log || exit 3
cp -R .tap {logs}/state
make down > {logs}/down.log 2>&1 || exit 4
"""


@dataclass(frozen=True)
class Findings:
    """code: of the script. carried: what of the user's was in a message. files: how many were searched.

    strays: files that were written where nothing was searched.
    """

    code: int
    trace: Trace
    carried: tuple[str, ...]
    files: int
    found: tuple[str, ...]
    strays: tuple[str, ...]
    said: str


def missing() -> str:
    """Why it can not be run here, "" if it can."""
    if not sys.platform.startswith("linux"):
        return f"strace is there for Linux only, this is {sys.platform}"
    return "" if shutil.which("strace") else HOW_TO_INSTALL


def rows() -> list[Row]:
    why_not = missing()
    if why_not:
        return [Row("isolation", f"not run: {why_not}", "0 connections elsewhere", good=False)]
    with copy_of_project() as project:
        try:
            return _rows_of(investigate(project))
        except subprocess.TimeoutExpired:
            late = f"not through after {SECONDS_MAX} s"
            return [Row("make up and make down under strace", late, "succeeds", good=False)]


def investigate(project: Path) -> Findings:
    """Run it in this copy of the project, which is changed."""
    folder = project.parent
    user = hostile_user(folder / "home")
    logs, temporary, trace = folder / "logs", folder / "temporary", folder / "trace"
    logs.mkdir()
    temporary.mkdir()
    (project / ".venv" / ".ready").touch()
    _add_secret(project / "Pulumi.local.yaml")
    environment = {
        **user.environment,
        "PATH": os.environ["PATH"],
        "HOME": str(user.home),
        "TMPDIR": str(temporary),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
    }
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        str(_STRING_BYTES),
        "-e",
        f"trace={CALLS}",
        "-o",
        str(trace),
    ]
    done = subprocess.run(
        [*command, "sh", "-c", _SCRIPT.format(logs=logs)],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS_MAX,
        check=False,
    )
    content = trace.read_bytes()
    files, found = files_with((*OF_THE_USER, *SECRETS), [folder], besides=[user.home, trace, project / ".venv"])
    told = read_trace(content.decode(errors="replace").splitlines(), project)
    return Findings(
        done.returncode,
        told,
        tuple(found_in(OF_THE_USER, content)),
        files,
        tuple(found),
        tuple(path for path in told.written if not path.startswith(str(folder))),
        "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(logs.glob("*.log"))),
    )


def _add_secret(path: Path) -> None:
    """A secret in the stack's own config, which every process of the run is given."""
    document = yaml.safe_load(path.read_text())
    secret = encrypted_config("canary:secret")
    document["config"] |= secret["config"]
    path.write_text(yaml.safe_dump({**document, "encryptionsalt": secret["encryptionsalt"]}))


def _rows_of(findings: Findings) -> list[Row]:
    if findings.code != 0:
        return [Row("make up and make down under strace", f"failed: {findings.said}", "succeeds", good=False)]
    connections, elsewhere = findings.trace.connections, findings.trace.elsewhere
    to_loopback = connections[LOOPBACK]
    return [
        Row(
            "connections of `make up` and `make down`",
            f"{to_loopback} to loopback, {len(elsewhere)} elsewhere" + _listed(elsewhere),
            "0 elsewhere",
            good=to_loopback > 0 and not elsewhere,
        ),
        Row(
            "attempts to open the user's AWS, Boto or Pulumi settings",
            f"{len(findings.trace.settings)}" + _listed(findings.trace.settings),
            "0",
            good=not findings.trace.settings,
        ),
        Row(
            "the user's credentials in what was sent",
            f"{len(findings.carried)}" + _listed(findings.carried),
            "0",
            good=not findings.carried,
        ),
        Row(
            "files with a secret or the user's credentials",
            f"{len(findings.found)} of {findings.files}" + _listed(findings.found),
            f"0 of {findings.files}",
            good=findings.files > 0 and not findings.found,
        ),
        Row(
            "files written outside of the project, home and temporary folders",
            f"{len(findings.strays)} of {len(findings.trace.written)}" + _listed(findings.strays),
            "0",
            good=bool(findings.trace.written) and not findings.strays,
        ),
    ]


def _listed(things: tuple[str, ...] | list[str]) -> str:
    return f" ({'; '.join(things[:5])})" if things else ""
