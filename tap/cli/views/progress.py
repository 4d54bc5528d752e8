"""A run as its events have told it so far: one row for each resource. Keeps, never prints."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from tap.engine.analyzer import Pack, Violation
from tap.engine.events import (
    Diagnostic,
    Event,
    OutputsRegistered,
    PacksLoaded,
    Policing,
    PolicyRemedied,
    PolicyViolated,
    StepBegan,
    StepEnded,
    StepFailed,
    Summary,
)
from tap.engine.model import STACK_TYPE, Op, Step
from tap.engine.urn import name_of

RECENT_MAX = 200
"""How many finished rows a live view can look back on."""

_QUIET = frozenset({Op.SAME, Op.REFRESH})


class Status(Enum):
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(slots=True, eq=False)
class Row:
    """What is known of one resource. `op` is what is shown: a replacement that is through is one `replace`."""

    step: Step
    op: Op
    status: Status
    planning: bool
    began: float
    seconds: float = 0
    replaced: Step | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def urn(self) -> str:
        return self.step.urn

    @property
    def type(self) -> str:
        return self.step.type

    @property
    def name(self) -> str:
        return name_of(self.step.urn)

    @property
    def parent(self) -> str:
        resource = self.step.new or self.step.old
        return resource.parent if resource is not None else ""

    @property
    def is_custom(self) -> bool:
        """Whether a provider makes it; components, and the stack itself, are only in the state."""
        resource = self.step.new or self.step.old
        return resource is not None and resource.custom

    @property
    def is_stack(self) -> bool:
        return self.step.type == STACK_TYPE

    @property
    def telling(self) -> Step:
        """The step that says what changes: of a replacement, the one that compares old with new."""
        return self.replaced or self.step

    @property
    def is_shown(self) -> bool:
        """Whether the row says anything: it changes something, failed, or has a warning or an error."""
        if self.op not in _QUIET or self.status is Status.FAILED:
            return True
        return any(diagnostic.severity in ("error", "warning") for diagnostic in self.diagnostics)


@dataclass(slots=True)
class Progress:
    """Rows in the order in which they began; all times are in seconds of the caller's clock.

    Steps of default providers (`internal`) leave no row, as in Pulumi's display. `ended_count` counts every step that
    ended, `done_count` only those that changed something.
    """

    started: float
    rows: dict[str, Row] = field(default_factory=dict)
    running: dict[str, Row] = field(default_factory=dict)
    recent: deque[Row] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    shown_count: int = 0
    ended_count: int = 0
    done_count: int = 0
    failed_count: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    packs: tuple[Pack, ...] = ()
    violations: list[Violation] = field(default_factory=list)
    remedied: list[PolicyRemedied] = field(default_factory=list)
    stack_outputs: Step | None = None
    summary: Summary | None = None

    def apply(self, event: Event, now: float) -> Row | None:
        """Take an event in; the row that it is about, if there is one to show."""
        match event:
            case StepBegan(step, planning, internal):
                return None if internal else self._begin(step, planning, now)
            case StepEnded(step, _, outcome, internal):
                return None if internal else self._end(step, outcome, Status.DONE, now)
            case StepFailed(step):
                return self._end(step, step.op, Status.FAILED, now) if step.urn in self.rows else None
            case OutputsRegistered(step):
                if step.type == STACK_TYPE:
                    self.stack_outputs = step
                return None
            case Diagnostic():
                return self._note(event)
            case Summary():
                self.summary = event
                return None
            case PacksLoaded() | PolicyViolated() | PolicyRemedied():
                return self._police(event)

    def _police(self, event: Policing) -> Row | None:
        match event:
            case PacksLoaded(packs):
                self.packs = packs
                return None
            case PolicyViolated(violation):
                self.violations.append(violation)
                return self.rows.get(violation.urn)
            case PolicyRemedied(urn=urn):
                self.remedied.append(event)
                return self.rows.get(urn)

    def _begin(self, step: Step, planning: bool, now: float) -> Row:
        row = self.rows.get(step.urn)
        if row is None:
            row = self.rows[step.urn] = Row(step, step.op, Status.RUNNING, planning, now)
            self.shown_count += row.is_shown
        else:
            was_shown = row.is_shown
            row.step, row.op, row.status, row.began = step, step.op, Status.RUNNING, now
            self.shown_count += row.is_shown - was_shown
        if step.op is Op.REPLACE or (step.op is Op.CREATE_REPLACEMENT and row.replaced is None):
            row.replaced = step
        self.running[step.urn] = row
        return row

    def _end(self, step: Step, outcome: Op, status: Status, now: float) -> Row:
        row = self.rows.get(step.urn) or self._begin(step, False, now)
        was_shown = row.is_shown
        row.step, row.status = step, status
        row.op = outcome
        if row.replaced is not None and row.replaced.op is step.op:
            row.replaced = step
        if status is Status.DONE and row.replaced is not None and row.replaced.op is Op.REPLACE:
            row.op = Op.REPLACE
        row.seconds += max(0.0, now - row.began)
        self.shown_count += row.is_shown - was_shown
        self.running.pop(step.urn, None)
        self.ended_count += 1
        if status is Status.FAILED:
            self.failed_count += 1
        elif outcome not in _QUIET:
            self.done_count += 1
        if row.is_shown:
            self.recent.append(row)
        return row

    def _note(self, diagnostic: Diagnostic) -> Row | None:
        self.diagnostics.append(diagnostic)
        row = self.rows.get(diagnostic.urn)
        if row is not None:
            was_shown = row.is_shown
            row.diagnostics.append(diagnostic)
            self.shown_count += row.is_shown - was_shown
        return row

    def tree(self) -> list[tuple[str, Row]]:
        """(branch, row) of every row that says something and of its ancestors, parents first, in order of beginning.

        A branch is what stands before the type: `│  ├─ `.
        """
        wanted = {row.urn for row in self.rows.values() if row.is_shown}
        for urn in list(wanted):
            parent = self.rows[urn].parent
            while parent in self.rows and parent not in wanted:
                wanted.add(parent)
                parent = self.rows[parent].parent
        children: dict[str, list[Row]] = {}
        for urn, row in self.rows.items():
            if urn in wanted:
                children.setdefault(row.parent if row.parent in wanted else "", []).append(row)
        ordered: list[tuple[str, Row]] = []
        ahead = [("", "", row) for row in reversed(children.get("", []))]
        while ahead:
            branch, below, row = ahead.pop()
            ordered.append((branch, row))
            under = children.get(row.urn, [])
            for child in reversed(under):
                is_last = child is under[-1]
                ahead.append((below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "), child))
        return ordered
