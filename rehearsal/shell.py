"""Runs one script as the runner does, and ends with it whatever the script started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

GRACE_SECONDS = 10
"""Between being told to end and being killed; a `tap` uses it to write its state."""


def run_script(script: str, folder: Path, environment: Mapping[str, str], seconds_max: float) -> tuple[bool, str]:
    """Whether it ended well within that time, and what it put out on both streams."""
    process = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a group of its own, so that all of it can be ended
    )
    try:
        output, _ = process.communicate(timeout=seconds_max)
    except subprocess.TimeoutExpired:
        return False, f"{_end(process)}\nit did not end within {seconds_max:g} s"
    except BaseException:
        _end(process)
        raise
    return process.returncode == 0, output


def _end(process: subprocess.Popen[str]) -> str:
    """What it put out until it was gone."""
    for sign, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        try:
            os.killpg(process.pid, sign)
            return process.communicate(timeout=seconds)[0]
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    return ""
