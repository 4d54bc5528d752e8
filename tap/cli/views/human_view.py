"""The live tree for a terminal: bounded in height while it runs, everything that changed once it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from tap.cli.views import rows, sections
from tap.cli.views.labels import HEADLINE, title
from tap.cli.views.printer import console
from tap.cli.views.progress import Progress, Row, Status
from tap.cli.views.view import Clock, RunInfo
from tap.engine.events import Event
from tap.engine.values import Value

FRAMES_PER_SECOND = 8
TABLE_ROWS_MAX = 20
"""Rows of the live table, on a terminal that is high enough."""


class HumanView:
    """Rich draws from a thread of its own, so what it reads is behind a lock."""

    def __init__(
        self,
        stream: TextIO,
        run: RunInfo,
        *,
        color: bool,
        clock: Clock = time.monotonic,
        width: int | None = None,
    ) -> None:
        self._console: Console = console(stream, color=color, live=True, width=width)
        self._run = run
        self._clock = clock
        self._progress = Progress(clock())
        self._lock = threading.Lock()
        self._live = Live(
            console=self._console,
            get_renderable=self._frame,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._print([Text(title(self._run.command, self._run.stack, planning=self._run.planning), HEADLINE), Text()])
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()
        if error is not None:
            self._print(sections.interruption_sections(self._progress, self._run.command, error))

    def report(self, event: Event) -> None:
        with self._lock:
            self._progress.apply(event, self._clock())

    def concluded(self, outputs: Mapping[str, Value], *, cancelled: bool) -> None:
        self._stop()
        tree = self._progress.tree()
        self._print(rows.table_lines(tree, self._clock(), planning=self._run.planning, width=None))
        if tree:
            self._print([Text()])
        self._print(
            sections.closing_sections(self._progress, outputs, planning=self._run.planning, diff=self._run.diff)
        )
        if cancelled:
            self._print(sections.cancelled_lines(self._progress, self._run.command))

    def details(self) -> None:
        self._print(sections.changes_section(self._progress, full=True))

    def _stop(self) -> None:
        if self._live.is_started:
            self._live.stop()

    def _print(self, lines: Iterable[Text]) -> None:
        for line in lines:
            self._console.print(line, soft_wrap=True)

    def _frame(self) -> RenderableType:
        with self._lock:
            now = self._clock()
            limit = max(3, min(TABLE_ROWS_MAX, self._console.height - 6))
            footer = Text(f"@ {sections.progress_text(self._progress, now)}", style="dim")
            tree = self._rows_of_frame(limit, now)
            planning, width = self._run.planning, self._console.width
            messages = sections.latest_message(self._progress)
            for message in messages:
                message.truncate(width, overflow="ellipsis")
            return Group(*rows.table_lines(tree, now, planning=planning, width=width), *messages, footer)

    def _rows_of_frame(self, limit: int, now: float) -> list[tuple[str, Row]]:
        """The whole tree while it fits; then what is in flight, filled up with what ended last."""
        if self._progress.shown_count <= limit:
            tree = self._progress.tree()
            if len(tree) <= limit:
                return tree
        busy = sections.busiest(self._progress.running.values(), limit)
        recent = [row for row in reversed(self._progress.recent) if row.status is not Status.RUNNING]
        return [("", row) for row in [*reversed(recent[: limit - len(busy)]), *busy]]
