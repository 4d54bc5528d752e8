"""One folder in which project after project lives, with an embedded AWS that goes on from one to the next, emptied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from tap.local_aws import control
from tests.integration.project import Project, Warm, copy_program

_RESET_SECONDS_MAX = 30.0


@dataclass
class Home:
    """Where projects live that need no new AWS: starting one, and importing everything, takes longer than most tests.

    Each begins with nothing but the program. The embedded AWS, which the first one starts, runs unless a test ends it.
    """

    root: Path
    warm: Warm

    @contextmanager
    def project(self) -> Iterator[Project]:
        self._empty()
        copy_program(self.root)
        project = Project(self.root, self.warm)
        project.use_python_of(self.warm.programs)
        try:
            yield project
        finally:
            project.close(but=self._emptied_aws())

    def close(self) -> None:
        Project(self.root, self.warm).close()

    def _empty(self) -> None:
        self.root.mkdir(exist_ok=True)
        for folder, kept in ((self.root, ".tap"), (self.root / ".tap", "local-aws")):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.is_dir() and path.name != kept:
                    shutil.rmtree(path)
                elif path.name != kept:
                    path.unlink()

    def _emptied_aws(self) -> int:
        """The process of the embedded AWS, in which there is nothing any more; 0 if there is none that is well."""
        status = control.status(self.root)
        if status.state is not control.State.RUNNING:
            return 0
        answer = urllib3.request("POST", f"{status.endpoint}/moto-api/reset", timeout=_RESET_SECONDS_MAX, retries=False)
        return status.pid if answer.status == 200 else 0
