"""Copies of the project in which bugs may be planted, each with an environment that imports the copy."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]

_LEFT_OUT = shutil.ignore_patterns(
    ".*cache", ".git", ".hypothesis", ".tap", ".venv", "*.egg-info", "build", "dist", "node_modules"
)


@contextmanager
def copy_of_project() -> Iterator[Path]:
    """The project as it lies here, in a folder that is gone afterwards, with all that still runs in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True) as folder:
        project = Path(folder).resolve() / "project"
        shutil.copytree(ROOT, project, ignore=_LEFT_OUT)
        _make_environment(project)
        try:
            yield project
        finally:
            _end_processes_of(project)


def python_of(project: Path) -> Path:
    return project / ".venv" / "bin" / "python"


def _make_environment(project: Path) -> None:
    """An environment of its own: the one that runs this has the project itself installed, not the copy.

    What is installed there is taken from there; but `tap`, in every process that is started, is the copy's.
    """
    environment = project / ".venv"
    venv.create(environment, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    (packages / "copy.pth").write_text(f"{project}\n{sysconfig.get_path('purelib')}\n")
    tap = environment / "bin" / "tap"
    tap.write_text(f"#!{python_of(project)}\nimport sys\nfrom tap.cli.main import main\nsys.exit(main())\n")
    tap.chmod(0o755)


def _end_processes_of(project: Path) -> None:
    """A bug may leave behind what the project does not: every process of this copy names its folder."""
    listed = subprocess.run(["ps", "-Aww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if str(project) in command and int(pid) != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
