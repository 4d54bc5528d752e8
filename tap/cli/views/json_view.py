"""One JSON document about a run, printed once at its very end; the names are those of `pulumi preview --json`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tap.cli.data_loss import data_loss
from tap.cli.views.cost_change import monthly_change
from tap.cli.views.policies import policies_document
from tap.cli.views.progress import Progress, Row, Status
from tap.cli.views.shown_values import plain
from tap.cli.views.view import Clock, RunInfo
from tap.engine.events import Diagnostic, Event
from tap.engine.model import Resource
from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import Value

VERSION = 1
"""Of the document's form; it grows when a key changes its meaning, not when one is added."""


class JsonView:
    """Keeps everything; `document` is what the command prints when it knows how it all ended."""

    def __init__(self, run: RunInfo, *, clock: Clock = time.monotonic) -> None:
        self._run = run
        self._clock = clock
        self._progress = Progress(clock())
        self._outputs: Mapping[str, Value] = {}
        self._cancelled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def report(self, event: Event) -> None:
        self._progress.apply(event, self._clock())

    def concluded(self, outputs: Mapping[str, Value], *, cancelled: bool) -> None:
        self._outputs, self._cancelled = outputs, cancelled

    def details(self) -> None:
        """Nobody is asked under --json."""

    def document(self) -> dict[str, Any]:
        summary = self._progress.summary
        succeeded = summary is not None and summary.result == "succeeded"
        cost = monthly_change(self._progress) if self._run.planning and succeeded else None
        return {
            "version": VERSION,
            "command": self._run.command,
            "stack": self._run.stack,
            "preview": self._run.planning,
            "steps": [_step(row) for row in self._progress.rows.values()],
            "diagnostics": [_diagnostic(each) for each in self._progress.diagnostics if each.severity != "debug"],
            "policyPacks": policies_document(self._progress),
            "outputs": plain(dict(self._outputs), UNKNOWN_ID),
            "changeSummary": {op.value: count for op, count in summary.changes.items() if count} if summary else {},
            **({"monthlyCostChange": float(cost)} if cost is not None else {}),
            "duration": round(summary.seconds * 1e9) if summary else 0,
            "result": summary.result if summary else "failed",
            "cancelled": self._cancelled,
        }

    @property
    def errors(self) -> list[Diagnostic]:
        return [diagnostic for diagnostic in self._progress.diagnostics if diagnostic.severity == "error"]


def _step(row: Row) -> dict[str, Any]:
    step = row.telling
    described: dict[str, Any] = {"op": row.op.value, "urn": row.urn, "type": row.type}
    described["status"] = (
        "failed" if row.status is Status.FAILED else "done" if row.status is Status.DONE else "running"
    )
    if not row.planning:
        described["seconds"] = round(row.seconds, 3)
    if step.old is not None:
        described["oldState"] = _state(step.old)
    if step.new is not None:
        described["newState"] = _state(step.new)
    if step.diffs:
        described["diffReasons"] = list(step.diffs)
    if step.keys:
        described["replaceReasons"] = list(step.keys)
    if step.detailed_diff:
        described["detailedDiff"] = {path: {"kind": kind.value} for path, kind in step.detailed_diff.items()}
    loss = data_loss(step)
    if loss:
        described["dataLoss"] = loss
    return described


def _state(resource: Resource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "custom": resource.custom,
        "id": resource.id,
        "type": resource.type,
        "inputs": plain(dict(resource.inputs), UNKNOWN_ID),
        "outputs": plain(dict(resource.outputs), UNKNOWN_ID),
        "parent": resource.parent,
        "protect": resource.protect,
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    described: dict[str, Any] = {"severity": diagnostic.severity, "message": diagnostic.message}
    if diagnostic.urn:
        described["urn"] = diagnostic.urn
    if diagnostic.code:
        described["code"] = diagnostic.code
    if diagnostic.hint:
        described["hint"] = diagnostic.hint
    described["retryable"] = diagnostic.retryable
    return described
