"""The contract of a view: what a command needs of whatever shows a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from tap.engine.events import Event
from tap.engine.values import Value

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What is being run. command: up, refresh, destroy or preview; `planning`: nothing is done, only shown."""

    command: str
    stack: str
    planning: bool
    diff: bool = False


class View(Protocol):
    """Shows one run. Entered before it, told its events and its end, left after it, also when it raised.

    `concluded` shows everything that stands below the rows. `details` shows the whole diff, for a prompt that asks.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def report(self, event: Event) -> None: ...

    def concluded(self, outputs: Mapping[str, Value], *, cancelled: bool) -> None: ...

    def details(self) -> None: ...
