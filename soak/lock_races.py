"""Processes that race for the lock of one stack, and a holder that is killed: this module is one of them.

A double entry is seen by a file that whoever is inside makes with O_EXCL, which only one can.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tap.errors import StateLockedError
from tap.state.lock import locked
from tap.state.paths import StackPaths

SECONDS_MAX = 600
_ROOT = Path(__file__).parents[1]
_LOOK_SECONDS = 0.0005


@dataclass(frozen=True)
class Races:
    """entries: how often the lock was got; refusals: how often another had it; doubled: how often two were inside."""

    entries: int
    refusals: int
    doubled: int
    seconds: float


@dataclass(frozen=True)
class Takeovers:
    """Milliseconds from SIGKILL to the next holder's first moment inside."""

    count: int
    median: float
    worst: float


def race(folder: Path, entries: int, processes: int) -> Races:
    """So many entries by all processes together; each looks for the lock as soon as it is refused."""
    began = time.monotonic()
    command = [sys.executable, "-m", "soak.lock_races", "race", str(folder), str(entries // processes)]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) for _ in range(processes)]
    told = [racer.communicate(timeout=SECONDS_MAX)[0].split() for racer in racers]
    if any(racer.returncode for racer in racers):
        raise RuntimeError("a racer failed")
    entered, refused, doubled = (sum(int(line[place]) for line in told) for place in range(3))
    return Races(entered, refused, doubled, time.monotonic() - began)


def takeovers(folder: Path, count: int) -> Takeovers:
    """A holder is killed, and this process takes over, so many times."""
    times = []
    paths = _paths(folder)
    for _ in range(count):
        command = [sys.executable, "-m", "soak.lock_races", "hold", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as holder:
            if holder.stdout is None or holder.stdout.readline() != b"held\n":
                raise RuntimeError("the holder did not get the lock")
            holder.kill()
            killed = time.perf_counter()
            while not _entered(paths):
                time.sleep(_LOOK_SECONDS)
            times.append((time.perf_counter() - killed) * 1000)
    return Takeovers(count, statistics.median(times), max(times))


def _entered(paths: StackPaths) -> bool:
    try:
        with locked(paths):
            return True
    except StateLockedError:
        return False


def _race(folder: Path, entries: int) -> None:
    entered = refused = doubled = 0
    inside = folder / "inside"
    while entered < entries:
        try:
            with locked(_paths(folder)):
                entered += 1
                try:
                    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    doubled += 1
                    continue
                time.sleep(0)  # lets another run, which is to find the lock taken
                inside.unlink()
        except StateLockedError:
            refused += 1
    print(entered, refused, doubled)


def _hold(folder: Path) -> None:
    with locked(_paths(folder)):
        print("held", flush=True)
        time.sleep(SECONDS_MAX)


def _paths(folder: Path) -> StackPaths:
    return StackPaths(folder, "tap", "local")


if __name__ == "__main__":
    if sys.argv[1] == "race":
        _race(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        _hold(Path(sys.argv[2]))
