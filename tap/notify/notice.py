"""What there is to say of a deployment: plain values, read from the result of `tap deploy` and from the CI's variables.

Nothing here sends or prints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any

RESULT_BYTES_MAX = 1_000_000
"""A result has about 1 kB; what is a thousand times as long is another file."""


class Event(StrEnum):
    """What happened, as on the command line."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    ROLLBACK_FAILED = "rollback-failed"
    DRIFTED = "drifted"


NOTHING_TO_ROLL_BACK = "nothing_to_roll_back"
"""The error's name by which `tap rollback` says that the stack is at its last release as it is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run comes from. Every text may be "", where nobody said."""

    commit: str = ""
    author: str = ""
    link: str = ""
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What `--result` wrote.

    commit: what was checked out; previous_commit: the release before, or the one that a rollback goes back to.
    changes: Pulumi's operation -> how many. problem: why there is nothing to tell, where the file could not be read.
    """

    commit: str = ""
    author: str = ""
    previous_commit: str = ""
    seconds: float | None = None
    changes: tuple[tuple[str, int], ...] = ()
    stage: str = ""
    error: str = ""
    error_name: str = ""
    succeeded: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: the event, the stack, and what is known of the run."""

    event: Event
    stack: str
    origin: Origin
    result: Result | None = None

    @property
    def unharmed(self) -> bool:
        """A rollback that had nothing to do: the deploy was refused before it changed anything."""
        named = self.result is not None and self.result.error_name == NOTHING_TO_ROLL_BACK
        return self.event is Event.ROLLBACK_FAILED and named

    @property
    def commit(self) -> str:
        return (self.result.commit if self.result else "") or self.origin.commit

    @property
    def author(self) -> str:
        return (self.result.author if self.result else "") or self.origin.author


def origin_of(environment: Mapping[str, str]) -> Origin:
    """What GitHub's runner says of the run it is in: its documented default variables."""
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    run, attempt = environment.get("GITHUB_RUN_ID", ""), environment.get("GITHUB_RUN_ATTEMPT", "")
    link = f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
    return Origin(
        commit=environment.get("GITHUB_SHA", ""),
        author=environment.get("GITHUB_ACTOR", ""),
        link=f"{link}/attempts/{attempt}" if link and attempt else link,
        repository=f"{server}/{repository}" if server and repository else "",
    )


def read_result(path: Path) -> Result:
    """The result in a file. One that is missing or no result is no error: of a run that was killed, too, is told."""
    try:
        with path.open("rb") as file:
            text = file.read(RESULT_BYTES_MAX + 1)
    except FileNotFoundError:
        return Result(problem="no result was written: the run was ended before it could")
    except OSError as error:
        return Result(problem=f"its result could not be read: {error.strerror}")
    try:
        document = json.loads(text) if len(text) <= RESULT_BYTES_MAX else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("v") != 1:
        return Result(problem="its result could not be read: it is no result of version 1")
    return _result(document)


def _result(document: Mapping[str, Any]) -> Result:
    seconds, changes, error = document.get("seconds"), document.get("changes"), document.get("error")
    return Result(
        commit=_text(document.get("commit")),
        author=_text(document.get("author")),
        previous_commit=_text(document.get("previousCommit")),
        seconds=float(seconds) if isinstance(seconds, int | float) and isfinite(seconds) else None,
        changes=_counts(changes if isinstance(changes, dict) else {}),
        stage=_text(document.get("stage")),
        error=_text(error.get("message")) if isinstance(error, dict) else "",
        error_name=_text(error.get("name")) if isinstance(error, dict) else "",
        succeeded=document.get("result") == "succeeded",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _counts(changes: Mapping[Any, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(op), count) for op, count in changes.items() if isinstance(count, int))
