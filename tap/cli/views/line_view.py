"""Plain lines for CI and pipes: one when a step begins, one when it ends, and a sign of life when nothing does."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self, TextIO

from rich.text import Text

from tap.cli.views import rows, sections
from tap.cli.views.labels import HEADLINE, LABELS, SEVERITY_STYLES, shown_type, title
from tap.cli.views.policies import violation_line
from tap.cli.views.printer import Printer
from tap.cli.views.progress import Progress, Row
from tap.cli.views.view import Clock, RunInfo
from tap.engine.events import Diagnostic, Event, PolicyRemedied, PolicyViolated, StepBegan
from tap.engine.model import Op
from tap.engine.values import Value

HEARTBEAT_SECONDS = 10.0
"""CI services stop jobs that are silent for too long, and people lose trust earlier."""

HEARTBEATS_MAX = 8640
"""A day of silence; whatever waits longer than that has bounds of its own to fix."""


class LineView:
    """Thread-safe between the engine's thread and the heartbeat's, which ends with the view."""

    def __init__(
        self,
        stream: TextIO,
        run: RunInfo,
        *,
        color: bool,
        clock: Clock = time.monotonic,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._printer = Printer(stream, color=color)
        self._run = run
        self._clock = clock
        self._heartbeat_seconds = heartbeat_seconds
        self._progress = Progress(clock())
        self._last = clock()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._printer.lines(
            [Text(title(self._run.command, self._run.stack, planning=self._run.planning), HEADLINE), Text()]
        )
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop_heart()
        if error is not None:
            with self._lock:
                self._printer.lines(sections.interruption_sections(self._progress, self._run.command, error))

    def report(self, event: Event) -> None:
        with self._lock:
            self._last = self._clock()
            row = self._progress.apply(event, self._last)
            if isinstance(event, Diagnostic):
                self._printer.lines(self._diagnostic(event, row))
            elif isinstance(event, PolicyViolated):
                self._printer.lines([violation_line(event.violation)])
            elif isinstance(event, PolicyRemedied):
                pass  # counted at the end
            elif row is not None and self._is_told(event, row):
                self._printer.lines([rows.row_line(row, self._last)])

    def concluded(self, outputs: Mapping[str, Value], *, cancelled: bool) -> None:
        self._stop_heart()
        with self._lock:
            if self._run.planning:
                tree = self._progress.tree()
                self._printer.lines(rows.row_line(row, self._clock()) for _, row in tree)
            if self._progress.rows:
                self._printer.lines([Text()])
            self._printer.lines(
                sections.closing_sections(self._progress, outputs, planning=self._run.planning, diff=self._run.diff)
            )
            if cancelled:
                self._printer.lines(sections.cancelled_lines(self._progress, self._run.command))

    def details(self) -> None:
        with self._lock:
            self._printer.lines(sections.changes_section(self._progress, full=True))

    def _is_told(self, event: Event, row: Row) -> bool:
        # A preview has nothing to wait for: its rows are told at the end, one for each resource.
        if self._run.planning:
            return False
        return row.is_shown or row.is_stack or (row.op is Op.REFRESH and isinstance(event, StepBegan))

    @staticmethod
    def _diagnostic(diagnostic: Diagnostic, row: Row | None) -> list[Text]:
        if diagnostic.severity == "debug":
            return []
        line = Text(" ")
        if row is not None:
            label = LABELS[row.op]
            line.append(label.symbol, label.style).append(f" {shown_type(row.type)} {row.name} ")
        prefix = f"{diagnostic.severity}: " if diagnostic.severity in ("error", "warning") else ""
        first, *rest = diagnostic.message.strip().splitlines() or [""]
        told = [line.append(prefix + first, SEVERITY_STYLES.get(diagnostic.severity, ""))]
        # The rest of a problem stands in the diagnostics at the end; what is only said is said whole, now.
        return told + [Text(f" {text}") for text in rest] if diagnostic.severity == "info" else told

    def _stop_heart(self) -> None:
        self._ended.set()
        if self._heart.is_alive():
            self._heart.join(timeout=1.0)

    def _beat(self) -> None:
        for _ in range(HEARTBEATS_MAX):
            if self._ended.wait(self._heartbeat_seconds):
                return
            with self._lock:
                now = self._clock()
                if now - self._last >= self._heartbeat_seconds:
                    self._printer.lines([self._sign_of_life(now)])

    def _sign_of_life(self, now: float) -> Text:
        busy = sections.busiest(self._progress.running.values(), 3)
        waiting = ", ".join(f"{row.name} ({LABELS[row.op].doing})" for row in busy)
        return Text(f"@ {sections.progress_text(self._progress, now)}" + (f": {waiting}" if waiting else ""))
