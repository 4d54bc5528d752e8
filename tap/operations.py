"""What `tap` can do to a stack, as functions: the commands parse and show, these put the parts together and run them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tap.engine.events import Reporter
from tap.engine.model import Op
from tap.engine.values import Value

DEFAULT_PARALLEL = 16


@dataclass(frozen=True, slots=True)
class Options:
    """Pulumi's options, with Pulumi's meanings. URNs in targets, excludes and replaces may hold `*` and `**`.

    endpoint: another AWS emulator on loopback instead of the project's own embedded AWS; "" for the project's own.
    """

    stack: str
    parallel: int = DEFAULT_PARALLEL
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    replaces: tuple[str, ...] = ()
    refresh: bool = False
    expect_no_changes: bool = False
    continue_on_error: bool = False
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended. `changes` counts steps as Pulumi's summary does; outputs may hold Secret values."""

    succeeded: bool
    changes: Mapping[Op, int] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def changed(self) -> bool:
        return any(count for op, count in self.changes.items() if op is not Op.SAME)


def preview(root: Path, options: Options, reporter: Reporter) -> Outcome:
    """What `up` would do. Takes no lock and writes nothing. Raises TapError for what stops it from beginning."""
    raise NotImplementedError


def up(root: Path, options: Options, reporter: Reporter) -> Outcome:
    """Make the cloud what the program says. Raises TapError for what stops it from beginning."""
    raise NotImplementedError


def refresh(root: Path, options: Options, reporter: Reporter, *, preview_only: bool = False) -> Outcome:
    """Make the state what the cloud says. Raises TapError for what stops it from beginning."""
    raise NotImplementedError


def destroy(root: Path, options: Options, reporter: Reporter, *, preview_only: bool = False) -> Outcome:
    """Delete everything that the state holds. Raises TapError for what stops it from beginning."""
    raise NotImplementedError
