"""The parts of `make soak`: what each tries out in full, how long it may take, and its figures as rows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from soak.kept import Kept
from soak.row import Row

MEETINGS_OF_EACH_KIND: Final = 5
SEED: Final = 1


@dataclass(frozen=True)
class Part:
    """`run` returns the rows; it is called in a process of its own, which ends after seconds_max.

    What it needs to go on from where it was interrupted it may keep in files of `Kept`.
    """

    run: Callable[[Kept], list[Row]]
    seconds_max: float


def _lost_answers(_: Kept) -> list[Row]:
    from soak import lost_answers

    return list(lost_answers.rows())


def _crash_matrix(kept: Kept) -> list[Row]:
    from soak import crash_matrix
    from soak.verdicts import STORIES, rows_in

    verdicts = kept.own_file("verdicts.jsonl")
    crash_matrix.main(["--verdicts", str(verdicts)])
    found = rows_in(verdicts)
    rows = [Row(f"crash matrix: {row.story}, killed at {row.kind}", str(row), "all", good=row.good) for row in found]
    missing = set(STORIES) - {row.story for row in found}
    return rows + [Row(f"crash matrix: {story}", "not run", "all", good=False) for story in sorted(missing)]


def _faults(_: Kept) -> list[Row]:
    from soak import faults
    from soak.fault_cases import CASES

    return faults.rows_of(faults.sweep(CASES, SEED, _tell))


def _races(_: Kept) -> list[Row]:
    from soak import races

    met = races.meet(tuple(races.MEETINGS), MEETINGS_OF_EACH_KIND, _tell)
    return races.rows_of(met, *races.lock_figures(races.ENTRIES, races.TAKEOVERS))


def _isolation(_: Kept) -> list[Row]:
    from soak import isolation

    return isolation.rows()


def _tell(verdict: Any) -> None:
    """What went wrong, while the rest goes on."""
    if verdict.problems:
        print(verdict, file=sys.stderr, flush=True)


PARTS: Final[dict[str, Part]] = {
    "lost_answers": Part(_lost_answers, 2 * 3600),
    "crash_matrix": Part(_crash_matrix, 6 * 3600),
    "faults": Part(_faults, 4 * 3600),
    "races": Part(_races, 2 * 3600),
    "isolation": Part(_isolation, 3600),
}
