"""The quick cases of the fault table on every test run; `python -m soak.faults` tries all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from soak.fault_cases import CASES
from tests.integration.project import ROOT

SECONDS_MAX = 500


@pytest.mark.timeout(SECONDS_MAX + 20)
def test_each_fault_ends_in_success_or_one_clear_error_and_the_next_run_converges():
    command = [sys.executable, "-m", "soak.faults", "--quick", "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    told = {verdict["case"]: verdict for verdict in map(json.loads, ended.stdout.splitlines())}

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {name: verdict["problems"] for name, verdict in told.items()} == {
        case.name: [] for case in CASES if case.quick
    }
    assert {name for name, verdict in told.items() if not verdict["struck"]} == {
        case.name for case in CASES if case.quick and case.harm and "AWS" not in case.name
    }
