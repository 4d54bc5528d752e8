"""Each way in which `tap` meets `tap` once, and some hundred races for the lock; `python -m soak.races` tries more.

What happens where the embedded AWS ends in the middle is tested in tests/integration/test_restarts.py.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from soak.lock_races import race, takeovers
from soak.races import MEETINGS
from tests.integration.project import ROOT

SECONDS_MAX = 400
MET = tuple(name for name in MEETINGS if name not in ("local stop during up", "the embedded AWS killed during up"))


@pytest.mark.timeout(SECONDS_MAX + 20)
def test_of_two_taps_one_works_and_the_other_says_who_holds_the_stack():
    only = [word for name in MET for word in ("--only", name)]
    command = [sys.executable, "-m", "soak.races", "--rounds", "1", "--json", *only]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    told = {verdict["meeting"]: verdict["problems"] for verdict in map(json.loads, ended.stdout.splitlines())}

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert told == {name: [] for name in MET}


def test_processes_that_race_for_the_lock_are_never_two_inside(tmp_path):
    races = race(tmp_path, entries=400, processes=4)

    assert (races.entries, races.doubled) == (400, 0)
    assert races.refusals > 0


def test_the_lock_of_a_killed_holder_is_taken_over(tmp_path):
    assert takeovers(tmp_path, 3).count == 3
