"""What `make soak` tells: a part not tried in full never reads as if it had been; what its cases ask can be had."""

from __future__ import annotations

import pytest

from soak.fault_cases import CASES
from soak.kept import Kept
from soak.kill_points import Kind, Point
from soak.row import Row
from soak.verdicts import Verdict, as_line, points_line, read_verdicts, rows_in
from tap.aws.errors import HINTS

POINTS = [Point(Kind.CALL, "ec2 CreateVpc", 1), Point(Kind.CALL, "ec2 CreateSubnet", 1), Point(Kind.FILE, "open", 1)]


def verdict(point: Point, *problems: str, reached: bool = True) -> Verdict:
    return Verdict("up", point, reached, problems, 2.0)


@pytest.mark.parametrize(
    ("calls", "told", "good"),
    [
        ([verdict(POINTS[0]), verdict(POINTS[1])], "2 of 2, 4 s", True),
        ([verdict(POINTS[0]), verdict(POINTS[1], reached=False)], "1 of 1 (1 not reached), 4 s", True),
        ([verdict(POINTS[0])], "1 of 1 tried, out of 2, 2 s", False),
        ([verdict(POINTS[0]), verdict(POINTS[1], "one subnet too many")], "1 of 2, 4 s", False),
    ],
    ids=["all", "all that were reached", "some", "one failed"],
)
def test_all_is_said_only_where_every_point_was_tried_and_recovered_from(tmp_path, calls, told, good):
    file = tmp_path / "verdicts"
    file.write_text(points_line("up", POINTS) + "".join(map(as_line, calls)))

    row = rows_in(file)[0]

    assert (row.kind, str(row), row.good) == (Kind.CALL, told, good)
    assert read_verdicts(file) == calls


def test_only_figures_of_the_same_commit_are_gone_on_from(tmp_path):
    rows = [Row("what", "0", "0", good=True)]
    Kept(tmp_path, "1234567").keep("races", rows)

    assert Kept(tmp_path, "1234567").rows("races") == rows
    assert Kept(tmp_path, "1234567").rows("faults") is None
    assert Kept(tmp_path, "1234567-dirty").rows("races") is None


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.startswith("AccessDenied")], ids=lambda case: case.name
)
def test_every_services_word_for_access_denied_has_its_hint(case):
    code, hint = case.says[1:]

    assert HINTS[code].startswith(hint)
