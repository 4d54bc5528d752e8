"""The parts of `make soak`: what each tries out in full, how long it may take, and its figures as rows."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from soak.row import Row

MEETINGS_OF_EACH_KIND: Final = 5
SEED: Final = 1


@dataclass(frozen=True)
class Part:
    """`run` returns the rows; it is called in a process of its own, which ends after seconds_max."""

    run: Callable[[], list[Row]]
    seconds_max: float


def _lost_answers() -> list[Row]:
    from soak import lost_answers

    return list(lost_answers.rows())


def _crash_matrix() -> list[Row]:
    from soak import crash_matrix

    with tempfile.TemporaryDirectory() as folder:
        verdicts = Path(folder) / "verdicts.jsonl"
        crash_matrix.main(["--verdicts", str(verdicts)])
        found = crash_matrix.rows_of(crash_matrix.read_verdicts(verdicts))
    rows = [
        Row(
            f"crash matrix: {row.story}, killed at {row.kind}",
            f"{row.recovered} of {row.points}, {row.seconds:.0f} s",
            "all",
            good=row.recovered == row.points > 0,
        )
        for row in found
    ]
    missing = set(crash_matrix.STORIES) - {row.story for row in found}
    return rows + [Row(f"crash matrix: {story}", "not run", "all", good=False) for story in sorted(missing)]


def _faults() -> list[Row]:
    from soak import faults
    from soak.fault_cases import CASES

    return faults.rows_of(faults.sweep(CASES, SEED, _tell))


def _races() -> list[Row]:
    from soak import races

    met = races.meet(tuple(races.MEETINGS), MEETINGS_OF_EACH_KIND, _tell)
    return races.rows_of(met, *races.lock_figures(races.ENTRIES, races.TAKEOVERS))


def _isolation() -> list[Row]:
    from soak import isolation

    return isolation.rows()


def _tell(verdict: Any) -> None:
    """What went wrong, while the rest goes on."""
    if verdict.problems:
        print(verdict, file=sys.stderr, flush=True)


PARTS: Final[dict[str, Part]] = {
    "lost_answers": Part(_lost_answers, 3600),
    "crash_matrix": Part(_crash_matrix, 6 * 3600),
    "faults": Part(_faults, 2 * 3600),
    "races": Part(_races, 3600),
    "isolation": Part(_isolation, 900),
}
