"""Puts the stand-in for the Pulumi CLI on the PATH, and says what it answers. See pulumi_stand_in.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "golden" / "cases"
VERSION = "v3.205.0"
"""The newest to which the SDK gives a file for the events; newer ones tell them by gRPC."""

HISTORY = [
    {
        "kind": "update",
        "startTime": "2026-11-28T12:00:00.000Z",
        "message": "",
        "environment": {},
        "config": {},
        "result": "succeeded",
        "endTime": "2026-11-28T12:00:01.000Z",
    }
]


@dataclass
class StandIn:
    """folder: its answers and its notes. Commands that no test says anything of succeed."""

    folder: Path
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        command = self.folder / "bin" / "pulumi"
        command.parent.mkdir(parents=True)
        text = Path(__file__).with_name("pulumi_stand_in.py").read_text()
        command.write_text(f"#!{sys.executable} -S\n{text}")
        command.chmod(0o755)
        self.answer("version", stdout=VERSION)
        self.answer("whoami", stdout='{"user": "ada", "url": "s3://states"}')
        self.answer("stack output", stdout="{}")
        self.answer("stack history", stdout=json.dumps(HISTORY))
        self.exports(state("1"))
        for run in ("preview", "up"):
            self.answer(run, events=summary())

    def answer(self, command: str, *answers: dict[str, Any], **answer: Any) -> None:
        """What it answers to the command, call by call; the last answer stays."""
        self.answers[command] = list(answers) or [answer]
        (self.folder / "answers.json").write_text(json.dumps(self.answers))

    def exports(self, *states: dict[str, Any]) -> None:
        self.answer("stack export", *({"stdout": json.dumps(each)} for each in states))

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "calls.jsonl").read_text().splitlines()]

    def commands(self) -> list[str]:
        """What was called, without what only reads."""
        reading = ("version", "whoami", "stack select", "stack output", "stack history", "stack export")
        return [" ".join(call["words"]) for call in self.calls() if call["command"] not in reading]


def state(
    run: str, *, resources: Iterable[dict[str, Any]] = (), pending: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """An export; run: what tells it from others."""
    deployment = {"manifest": {"time": run}, "resources": list(resources), "pending_operations": list(pending)}
    return {"version": 3, "deployment": deployment}


def step(op: str, urn: str, type: str, *, retained: bool = False) -> dict[str, Any]:
    """The event with which a step begins, in the form of the CLI's event log."""
    before = {"type": type, "urn": urn, "id": "x", "parent": "", "provider": "", "retainOnDelete": retained}
    metadata = {"op": op, "urn": urn, "type": type, "provider": "", "old": None if op == "create" else before}
    return {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def summary(**changes: int) -> list[dict[str, Any]]:
    counted = {op.replace("_", "-"): count for op, count in changes.items()}
    return [{"summaryEvent": {"durationSeconds": 1, "resourceChanges": counted, "PolicyPacks": {}}}]


def diagnostic(message: str) -> dict[str, Any]:
    said = {"urn": "", "prefix": "", "message": message, "color": "never", "severity": "error"}
    return {"diagnosticEvent": said}


def recorded(case: str, run: int, type: str) -> list[dict[str, Any]]:
    """The events of a recorded run of the real engine, as if its things were of that type."""
    got = json.loads((GOLDEN / f"{case}.json").read_text())["runs"][run]["got"]
    steps = [step(each["op"], each["urn"], _type_of(each["urn"], type)) for each in got["steps"]]
    return [*steps, *summary(**got["summary"]["changes"])]


def _type_of(urn: str, type: str) -> str:
    found = urn.split("::")[2].rpartition("$")[2]
    return type if found == "fake:index:Thing" else found
