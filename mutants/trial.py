"""One run of tests in a copy of the project, and what it says of the bug that was planted there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mutants.mutant import MisfitError, Mutant
from mutants.workshop import copy_of_project, python_of

TEST_SECONDS_MAX = 300
"""For one test: a bug may make it wait for ever."""

RUN_SECONDS_MAX = 1200
"""For one mutant."""

_TESTS_FAILED = 1
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::\S.*?)(?: - (.*))?$", re.MULTILINE)
_TIMED_OUT = "Timeout"
_SHOWN_LINES = 12


class Verdict(StrEnum):
    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"
    """The tests did not run: nothing is known."""


@dataclass(frozen=True, slots=True)
class Result:
    """detail: the test that failed, or what pytest said instead. seconds: with making the copy."""

    name: str
    verdict: Verdict
    detail: str
    seconds: float


def control(tests: Sequence[str]) -> Result:
    """The same tests without a bug: if these fail, a mutant that is caught means nothing."""
    began = time.monotonic()
    with copy_of_project() as project:
        code, said = _run(project, tests, ["-n", "2"], RUN_SECONDS_MAX * 3)
    verdict = Verdict.SURVIVED if code == 0 else Verdict.BROKEN
    return Result("control", verdict, "" if code == 0 else _end_of(said), time.monotonic() - began)


def attempt(mutant: Mutant) -> Result:
    """Plant the bug and run its tests until one fails."""
    began = time.monotonic()
    with copy_of_project() as project:
        try:
            mutant.plant(project)
        except MisfitError as error:
            return Result(mutant.name, Verdict.BROKEN, str(error), time.monotonic() - began)
        code, said = _run(project, mutant.tests, ["-x"], RUN_SECONDS_MAX)
    failed = _FAILED.search(said)
    if code == 0:
        verdict, detail = Verdict.SURVIVED, "no test failed"
    elif code == _TESTS_FAILED and failed:
        # On a machine that is too busy a test may run out of time without any bug: so that is told apart.
        timed_out = _TIMED_OUT in (failed[2] or "")
        verdict, detail = Verdict.CAUGHT, failed[1] + (" (out of time)" if timed_out else "")
    else:
        verdict, detail = Verdict.BROKEN, _end_of(said)
    return Result(mutant.name, verdict, detail, time.monotonic() - began)


def _run(project: Path, tests: Sequence[str], options: Sequence[str], seconds_max: float) -> tuple[int, str]:
    """(exit code, what pytest put out). The seed is always the same: a mutant is caught each time or never."""
    command = [
        str(python_of(project)),
        "-m",
        "pytest",
        "-rfE",
        "--tb=line",
        "--hypothesis-seed=0",
        "-p",
        "no:cacheprovider",
    ]
    command += [f"--timeout={TEST_SECONDS_MAX}", f"--basetemp={project / '.tmp'}", *options, *tests]
    process = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=seconds_max)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        return -signal.SIGKILL, f"{said}\nnot through after {seconds_max:.0f} s"
    return process.returncode, said


def _end_of(said: str) -> str:
    return "\n".join(said.strip().splitlines()[-_SHOWN_LINES:])
