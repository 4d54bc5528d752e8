"""Shows a deploy or a rollback: its stages, and the runs in them; as lines for people, or as one document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.text import Text

from tap.cli.views.json_view import JsonView
from tap.cli.views.labels import HEADLINE
from tap.cli.views.printer import Printer
from tap.cli.views.view import RunInfo, View

STAGES = {
    "prepare": "Looking at what is there",
    "preview": "Previewing",
    "gate": "Gate: nothing that holds data is deleted or replaced",
    "up": "Making it so",
    "check": "Checking that nothing is left to do",
    "smoke": "Looking at what was built",
    "verify": "Verifying that it holds what it should",
    "record": "Recording it",
    "unlock": "Removing dead locks",
    "backup": "Backing the state up",
    "checkout": "Checking out the release",
    "refresh": "Finding out what the cloud has",
    "release": "Rehearsal: deploying the last release",
    "break": "Rehearsal: deploying what is checked out",
}


class DeliveryLines:
    """For people and logs."""

    def __init__(self, stream: TextIO, stack: str, make_view: Callable[[RunInfo], View], *, color: bool) -> None:
        self._printer = Printer(stream, color=color)
        self._stack = stack
        self._make_view = make_view

    def stage(self, name: str, detail: str = "") -> None:
        told = STAGES.get(name, name) + (f": {detail}" if detail else "")
        self._printer.lines([Text(), Text(f"[{name}] {told}", HEADLINE)])

    @contextmanager
    def run(self, command: str, *, planning: bool) -> Iterator[View]:
        with self._make_view(RunInfo(command, self._stack, planning=planning)) as view:
            yield view

    def line(self, text: str) -> None:
        self._printer.lines(Text(f"  {line}") for line in text.splitlines())

    def ended(self, text: str) -> None:
        self._printer.lines([Text(), Text(text, HEADLINE)])


class DeliveryDocument:
    """For programs: what happened in each stage, for the one document at the end."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self.stages: list[dict[str, Any]] = []

    def stage(self, name: str, detail: str = "") -> None:
        self.stages.append({"stage": name, **({"detail": detail} if detail else {})})

    @contextmanager
    def run(self, command: str, *, planning: bool) -> Iterator[View]:
        with JsonView(RunInfo(command, self._stack, planning=planning)) as view:
            try:
                yield view
            finally:
                self.stages[-1]["run"] = view.document()

    def line(self, text: str) -> None:
        self.stages[-1].setdefault("said", []).append(text)

    def ended(self, text: str) -> None:
        """The document says it."""
