"""A project in a folder of its own, and the real `tap` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tap.local_aws import control
from tests.integration.project import Warm

SECONDS_MAX = 200
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
"""The environment of the tests must not decide what `tap` prints: CI, NO_COLOR and the like are left out."""


class Tap:
    """Runs `tap` in the project's folder. warm: forks it off a process that has made the imports."""

    def __init__(self, root: Path, warm: Warm | None = None) -> None:
        self.root = root
        self.warm = warm

    def environment(self, **more: str) -> dict[str, str]:
        return {name: os.environ[name] for name in KEPT if name in os.environ} | more

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        if self.warm is not None:
            return self.warm.tap(arguments, self.root, self.environment(**more), SECONDS_MAX)
        return self.python("-m", "tap.cli.main", *arguments, **more)

    def python(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            stdin=subprocess.DEVNULL,
            check=False,
        )


def make_project(root: Path, *stacks: str, warm: Warm | None = None) -> None:
    python = {"options": {"virtualenv": str(warm.programs)}} if warm is not None else {}
    (root / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": {"name": "python", **python}}))
    for stack in stacks:
        (root / f"Pulumi.{stack}.yaml").write_text("{}\n")


@pytest.fixture
def tap(tmp_path: Path):
    make_project(tmp_path, "local")
    yield Tap(tmp_path)
    control.stop(tmp_path)
