"""What is remembered of a stack's releases, and which of them a rollback goes back to. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tap.errors import StateError, UsageError

VERSION: Final = 1
"""Of a line's form; it grows when a key changes its meaning, not when one is added."""


class NothingToRollBackError(UsageError):
    """The stack is at the release to go back to already."""

    name = "nothing_to_roll_back"


class ReleaseFailedError(UsageError):
    """The release to go back to is what failed. Unlike above, the stack may have been changed."""

    name = "release_failed"


class RollbackTriedError(UsageError):
    """An automatic rollback was tried already."""

    name = "rollback_tried"


class NoReleaseError(UsageError):
    name = "no_release"


@dataclass(frozen=True, slots=True)
class Release:
    """A commit that was deployed, checked, and looked at. at: UTC, ISO 8601. program: the hash of its folder in git.

    serial: the state that it left. outputs: the stack's, secrets masked. toolchain: name -> version.
    """

    commit: str
    author: str
    subject: str
    at: str
    engine: str
    program: str
    serial: str
    toolchain: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rollback:
    """That a rollback was made or tried. failed: the commit that was there. serial: the state that it left."""

    failed: str
    to: str
    at: str
    serial: str
    succeeded: bool


Entry = Release | Rollback
_KINDS: Final[dict[str, type[Entry]]] = {"release": Release, "rollback": Rollback}


def encode(entries: Sequence[Entry]) -> str:
    """A line each."""
    kinds = {made: kind for kind, made in _KINDS.items()}
    lines = [{"v": VERSION, "kind": kinds[type(entry)], **asdict(entry)} for entry in entries]
    return "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)


def decode(text: str, place: str) -> tuple[Entry, ...]:
    """Raises StateError, naming place and line, for what can not be read."""
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            fields = json.loads(line)
            if fields.pop("v") != VERSION:
                raise ValueError("it was written by a newer tap")
            made = _KINDS[fields.pop("kind")]
            entries.append(made(**{key: fields[key] for key in made.__dataclass_fields__}))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateError(f"the releases in {place} can not be read: line {number}: {error}") from None
    return tuple(entries)


def last_release(entries: Sequence[Entry]) -> Release | None:
    return next((entry for entry in reversed(entries) if isinstance(entry, Release)), None)


def require_release(stack: str, entries: Sequence[Entry]) -> Release:
    """The last release. Raises NoReleaseError."""
    last = last_release(entries)
    if last is None:
        raise NoReleaseError(
            f"no release of the stack '{stack}' has been recorded yet", hint="`tap deploy` records one when all is well"
        )
    return last


def release_to_return_to(stack: str, entries: Sequence[Entry], commit: str, serial: str) -> Release:
    """The last release. commit: what is checked out. serial: of the state as it is now.

    Raises NoReleaseError; NothingToRollBackError if it is there already; ReleaseFailedError if it is what failed (the
    same would happen again, for ever); RollbackTriedError if a rollback left the state as it is: there is at most one
    by itself.
    """
    last = require_release(stack, entries)
    short = last.commit[:10]
    if serial == last.serial:
        raise NothingToRollBackError(f"the stack '{stack}' is as its last release, {short}, has left it")
    newest = entries[-1]
    if isinstance(newest, Rollback) and newest.serial == serial:
        if newest.succeeded:
            raise NothingToRollBackError(f"the stack '{stack}' has been rolled back to {short} already")
        raise RollbackTriedError(
            f"a rollback of the stack '{stack}' to {short} was tried already and failed; nothing was deployed since",
            hint=f"put right what it said; then: git checkout {short} && tap deploy -s {stack}",
        )
    if last.commit == commit:
        raise ReleaseFailedError(
            f"the last release of the stack '{stack}' is {short}, which is checked out here: it would only run again",
            hint=f"put right what failed, and run `tap deploy -s {stack}` again",
        )
    return last
