"""Every recorded case, played on our engine: steps, calls, exit codes, texts, state and cloud are Pulumi's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.golden.compare import differences
from tests.engine.golden.runner import Stack

CASES = sorted((Path(__file__).parents[2] / "golden" / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_engine_does_what_pulumi_was_recorded_to_do(path: Path) -> None:
    stack = Stack()
    before: list[dict[str, object]] = []
    found = []
    for number, run in enumerate(json.loads(path.read_text())["runs"]):
        got = stack.play(run["given"])
        found += [f"run {number}: {text}" for text in differences(got, run["got"], before)]
        before = run["got"]["state"]["resources"]

    assert not found, "\n".join(found)
