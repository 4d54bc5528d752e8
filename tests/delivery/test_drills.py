"""The drills of `tap rollback`, each in a world of its own in which A was released; see drills.py."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.delivery.drills import DRILLS, the_whole_stack_killed_on_its_way_to_another_zone
from tests.integration.project import ROOT

SECONDS_MAX = 900
NAMES = {*DRILLS, the_whole_stack_killed_on_its_way_to_another_zone.__name__}


def test_every_pitfall_has_a_drill():
    assert {pitfall for pitfall, _ in DRILLS.values()} >= set(range(1, 13))


@pytest.mark.timeout(SECONDS_MAX + 20)
def test_each_drill_ends_with_the_cloud_as_its_release_left_it():
    command = [sys.executable, "-m", "tests.delivery.drills"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    told = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]

    assert {verdict["drill"]: verdict["problem"] for verdict in told if verdict["problem"]} == {}
    assert {verdict["drill"] for verdict in told} == NAMES, ended.stdout + ended.stderr
