"""A dozen points of the crash matrix on every test run, the same ones; `python -m soak.crash_matrix` tries all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from soak.crash_matrix import Verdict, read_verdicts
from soak.kill_points import Kind
from tests.integration.project import ROOT

SECONDS_MAX = 400


def _verdicts(folder, story: str, size: int) -> list[Verdict]:
    """In a process of its own: it forks the runs, which a process with the threads of a test run must not do."""
    path = folder / "verdicts"
    command = [sys.executable, "-m", "soak.crash_matrix", "--story", story, "--sample", str(size), "--verdicts", path]
    ended = subprocess.run(
        [*command, "--processes", "1"], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return read_verdicts(path)


@pytest.mark.timeout(SECONDS_MAX + 20)
@pytest.mark.parametrize(("story", "size"), [("up", 4), ("update", 6), ("destroy", 2)])
def test_a_run_killed_anywhere_is_finished_by_the_next_one(tmp_path, story, size):
    verdicts = _verdicts(tmp_path, story, size)

    assert [verdict.problems for verdict in verdicts] == [()] * size
    assert sum(verdict.reached for verdict in verdicts) >= size - 1
    assert len({verdict.point.kind for verdict in verdicts}) == min(size, len(Kind))
