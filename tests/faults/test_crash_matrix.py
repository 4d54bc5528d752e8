"""Some points of the crash matrix on every test run, the same ones; `python -m soak.crash_matrix` tries all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from soak.kill_points import Kind
from tests.integration.project import ROOT

SECONDS_MAX = 500
POINTS = {"up": 2, "update": 6, "destroy": 2}

# In a process of its own: it forks the runs, which a process with the threads of a test run must not do.
_TRYING = """
import json, sys
from dataclasses import asdict
from soak.crash_matrix import try_sample
from soak.world import worlds

with worlds() as workshop:
    for story, size in json.loads(sys.argv[1]).items():
        for verdict in try_sample(workshop, story, size):
            print(json.dumps({**asdict(verdict), "kind": verdict.point.kind}), flush=True)
"""


@pytest.mark.timeout(SECONDS_MAX + 20)
def test_a_run_killed_anywhere_is_finished_by_the_next_one():
    command = [sys.executable, "-c", _TRYING, json.dumps(POINTS)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    verdicts = [json.loads(line) for line in ended.stdout.splitlines()]

    assert ended.returncode == 0, ended.stdout + ended.stderr
    for story, size in POINTS.items():
        told = [verdict for verdict in verdicts if verdict["story"] == story]
        assert [verdict["problems"] for verdict in told] == [[]] * size
        assert sum(verdict["reached"] for verdict in told) >= size - 1
        assert len({verdict["kind"] for verdict in told}) == min(size, len(Kind))
