"""The crash matrix's file of verdicts, one JSON document a line: what was tried, and how many points there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from soak.kill_points import Kind, Point

STORIES = ("up", "destroy", "update")


@dataclass(frozen=True)
class Verdict:
    """How one case went. reached: whether the run came to the point, and was killed. problems: () if it passed."""

    story: str
    point: Point
    reached: bool
    problems: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Row:
    """A line of the table: of how many points of a kind how many were recovered from.

    points: those at which a run was killed. not_reached: those tried to which it did not come. of: all that there are.
    """

    story: str
    kind: str
    points: int
    recovered: int
    not_reached: int
    of: int
    seconds: float

    @property
    def complete(self) -> bool:
        return self.points + self.not_reached >= self.of

    @property
    def good(self) -> bool:
        return self.complete and self.recovered == self.points > 0

    def __str__(self) -> str:
        missed = f" ({self.not_reached} not reached)" if self.not_reached else ""
        tried = "" if self.complete else f" tried, out of {self.of}"
        return f"{self.recovered} of {self.points}{missed}{tried}, {self.seconds:.0f} s"


def as_line(verdict: Verdict) -> str:
    return json.dumps(asdict(verdict)) + "\n"


def points_line(story: str, points: Iterable[Point]) -> str:
    """How many points of each kind the undisturbed run came by."""
    return json.dumps({"story": story, "points": Counter(point.kind for point in points)}) + "\n"


def read_verdicts(path: Path) -> list[Verdict]:
    found = []
    for told in _lines(path):
        if "point" in told:
            point = Point(Kind(told["point"]["kind"]), told["point"]["name"], told["point"]["number"])
            found.append(Verdict(told["story"], point, told["reached"], tuple(told["problems"]), told["seconds"]))
    return found


def rows_in(path: Path) -> list[Row]:
    verdicts = read_verdicts(path)
    there_are = {told["story"]: told["points"] for told in _lines(path) if "points" in told}
    rows = []
    for story in STORIES:
        for kind in Kind:
            of = [verdict for verdict in verdicts if verdict.story == story and verdict.point.kind == kind]
            if of:
                reached = [verdict for verdict in of if verdict.reached]
                good = sum(not verdict.problems for verdict in reached)
                seconds = sum(verdict.seconds for verdict in of)
                every = there_are.get(story, {}).get(kind, 0)
                rows.append(Row(story, kind, len(reached), good, len(of) - len(reached), every, seconds))
    return rows


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
