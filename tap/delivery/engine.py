"""What a deploy and a rollback need of whatever does the work: the embedded engine, or the Pulumi CLI."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tap.delivery.export import Export
from tap.engine.events import Reporter
from tap.engine.values import Value
from tap.verify.judgement import Judgement


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan. op: Pulumi's name. type: of the resource that is there now, if one is.

    retained: what is there now stays in the cloud when it is deleted.
    """

    op: str
    urn: str
    type: str
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a preview, an up or a refresh ended. changes: Pulumi's summary, by op. error: why it failed, "" if not.

    violations: the mandatory policies that it broke, in words.
    """

    changes: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[PlannedStep, ...] = ()
    error: str = ""
    violations: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[PlannedStep, ...]:
        """The steps that are more than looking."""
        return tuple(step for step in self.steps if step.op not in UNCHANGING)


UNCHANGING = frozenset({"same", "read", "discard", "read-replacement", "refresh"})


class RunView(Reporter, Protocol):
    """Shows one run of the embedded engine: its events, then its end."""

    def concluded(self, outputs: Mapping[str, Value], *, cancelled: bool) -> None: ...


class Narrator(Protocol):
    """Tells whoever watches. Only views print."""

    def stage(self, name: str, detail: str = "") -> None:
        """A stage begins."""

    def run(self, command: str, *, planning: bool) -> AbstractContextManager[RunView]:
        """Shows a run of the embedded engine. command: up, refresh or preview."""

    def line(self, text: str) -> None:
        """What the Pulumi CLI says, as it says it; and remarks of our own."""


class Connect(Protocol):
    """A client of an AWS service by botocore's name, in a region."""

    def __call__(self, service: str, region: str) -> Any: ...


class Engine(Protocol):
    """Works on one stack. `program`: the folder whose program and config are run, a worktree or the project's own.

    Each of the three runs returns how it ended, also when it failed; they raise TapError for what stops them from
    beginning: StateLockedError, StackNotFoundError, CancelledError, ...
    """

    @property
    def name(self) -> str: ...

    def require_stack(self) -> None:
        """Raises StackNotFoundError; UsageError, saying what is missing, if the engine can not work here at all."""

    def preview(self, program: Path, *, refresh: bool) -> Outcome: ...

    def up(self, program: Path, *, refresh: bool, allowed: frozenset[str]) -> Outcome:
        """allowed: the URNs whose data may be lost; no other that holds data is deleted, whatever was previewed."""

    def refresh(self, program: Path) -> Outcome:
        """Make the state what the cloud says, and resolve what an interrupted run left."""

    def cancel(self) -> tuple[str, ...]:
        """Remove own and dead locks, and say which. Raises StateLockedError for one that may be alive."""

    def export(self) -> Export:
        """The state, secrets encrypted."""

    def connect(self) -> Connect:
        """How to look at the cloud that the stack is in."""

    def verify(self, program: Path) -> Judgement:
        """What `tap verify` says of the stack, by that folder's config and accepted exceptions."""
