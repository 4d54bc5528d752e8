"""Half of all answers to what changes something are lost after AWS did it, while the whole stack goes up, many times.

`python -m soak.lost_answers` prints the figures, and beside them what bare boto3 makes of the same calls behind such a
proxy with the retries that it has by default.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from soak.naive_boto3 import Naive, naive_creates
from soak.row import Row
from tests.faults.proxy import Fault, Rule, fault_proxy
from tests.faults.wire import Called
from tests.integration.inventory import counts, inventory
from tests.integration.project import Project, project_in

CREATES: Final = 1000
PROBABILITY: Final = 0.5
RUNS_MAX: Final = 4
"""How often `tap up` may be run until it is through; a run that failed is counted."""

SIX_ZONES: Final = {"availability_zones": [f"us-east-1{letter}" for letter in "abcdef"]}


@dataclass(frozen=True)
class Figures:
    """creates: resources that were made. answers_lost: of those to what changes something. failed: runs of `tap up`.

    duplicates: what there was beyond what an undisturbed run makes; missing: what there was less; orphans: what was
    left after `tap destroy`. As boto3 counts them, by type and region.
    """

    creates: int
    answers_lost: int
    failed: int
    duplicates: int
    missing: int
    orphans: int


def lose_answers(creates: int = CREATES, seed: int = 1, **settings: Any) -> Figures:
    """Up and down with lost answers until so many resources were made. settings: of the stack; six zones by default."""
    with tempfile.TemporaryDirectory() as folder, project_in(Path(folder) / "project") as project:
        return lose_answers_in(project, creates, seed, **settings)


def lose_answers_in(project: Project, creates: int, seed: int, **settings: Any) -> Figures:
    """The same in a project that nobody has built yet."""
    project.configure(**(settings or SIX_ZONES))
    aws = project.start_aws()
    before = inventory(aws)
    project.succeed("up")
    wanted = counts(inventory(aws), but=before)
    project.succeed("destroy")
    with fault_proxy(aws.endpoint, seed=seed) as proxy:
        made = failed = duplicates = missing = orphans = 0
        while made < creates:
            proxy.rules = [Rule("*", Fault.CLOSE, where=_changes, probability=PROBABILITY)]
            proxy.seed += 1
            failed += _up(project, proxy.endpoint)
            proxy.rules = []
            found = counts(inventory(aws), but=before)
            duplicates += sum(max(0, count - wanted.get(kind, 0)) for kind, count in found.items())
            missing += sum(max(0, count - found.get(kind, 0)) for kind, count in wanted.items())
            made += len(project.ids())
            project.succeed("destroy", "--yes", "--endpoint", proxy.endpoint)
            orphans += sum(counts(inventory(aws), but=before).values())
        return Figures(made, len(proxy.faults), failed, duplicates, missing, orphans)


def rows(creates: int = CREATES) -> Iterator[Row]:
    ours = lose_answers(creates)
    what = f"lost answers: {ours.creates:,} creates, {ours.answers_lost:,} answers lost (p = {PROBABILITY:g})"
    sound = not (ours.duplicates or ours.missing or ours.orphans)
    yield Row(
        what,
        f"{ours.duplicates} duplicates, {ours.orphans} orphans, {ours.missing} missing; {ours.failed} runs failed",
        "0 duplicates, 0 orphans, 0 missing",
        good=sound and ours.creates >= creates,
    )
    yield naive_row(naive_creates(ours.creates, PROBABILITY))


def naive_row(naive: Naive) -> Row:
    return Row(
        f"  bare boto3 with its own retries: {naive.creates:,} creates, {naive.answers_lost:,} answers lost",
        f"{naive.duplicates} duplicates; {naive.failed} calls failed",
        "the contrast",
        good=naive.duplicates > 0,
    )


def _changes(call: Called) -> bool:
    return not call.reads


def _up(project: Project, endpoint: str) -> int:
    """How many runs failed before one was through. RuntimeError if none was."""
    for failed in range(RUNS_MAX):
        ended = project("up", "--yes", "--endpoint", endpoint)
        if ended.returncode == 0:
            return failed
    raise RuntimeError(f"tap up failed {RUNS_MAX} times, the last time with:\n{ended.stdout}\n{ended.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.lost_answers", description=__doc__)
    parser.add_argument("--creates", type=int, default=CREATES, help="at least so many (default: %(default)s)")
    for row in rows(parser.parse_args().creates):
        print(f"{row.what}\n    {row.result} (expected: {row.expected}){'' if row.good else '  <-- NOT GOOD'}")


if __name__ == "__main__":
    main()
