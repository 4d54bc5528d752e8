"""How failures leave the program: exit code, text on stderr, or one JSON document on stdout."""

from __future__ import annotations

import difflib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tap.cli.terminal import Color, wants_color
from tap.errors import PolicyError, TapError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BUG = 255
CRASH_LOG = Path(".tap") / "crash.log"
CRASH_LOG_BYTES_MAX = 1_000_000


class RunFailedError(TapError):
    """A run ended badly. Its diagnostics were shown already, so on a terminal there is nothing more to say."""

    name = "run_failed"

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.can_be_retried = retryable


class PolicyViolatedError(PolicyError):
    """A run ended in a mandatory violation, which was shown already."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is said of a failure, and the exit code."""

    code: int
    name: str
    message: str
    hint: str = ""
    retryable: bool = False
    silent: bool = False
    """Said already, by the view of the run."""

    def as_json(self) -> dict[str, Any]:
        said = {"code": self.code, "name": self.name, "retryable": self.retryable, "message": self.message}
        return {**said, "hint": self.hint} if self.hint else said


@dataclass(slots=True)
class Report:
    """What a command has to say under --json besides a failure; None as long as it has nothing to say."""

    document: Any = None


def failure_of(error: Exception) -> Failure | None:
    """What a failure that a user can cause means; None for a bug of ours."""
    if isinstance(error, RunFailedError):
        return Failure(EXIT_FAILED, error.name, str(error), retryable=error.can_be_retried, silent=True)
    if isinstance(error, PolicyViolatedError):
        return Failure(error.exit_code, error.name, str(error), silent=True)
    if isinstance(error, TapError):
        return Failure(error.exit_code, error.name, str(error), error.hint, error.retryable)
    if isinstance(error, click.NoSuchOption):
        return _unknown_flag(error)
    if isinstance(error, click.UsageError):
        return Failure(EXIT_USAGE, "configuration_error", _usage_text(error), _help_hint(error))
    if isinstance(error, click.ClickException):
        return Failure(EXIT_FAILED, "error", error.format_message())
    return None


def _unknown_flag(error: click.NoSuchOption) -> Failure:
    name = error.option_name
    if name.startswith("--"):
        message = f"unknown flag: {name}"
    else:
        message = f"unknown shorthand flag: '{name.lstrip('-')}' in {name}"
    near = sorted(error.possibilities or [])
    hint = f"did you mean {' or '.join(near)}?" if near else _help_hint(error)
    return Failure(EXIT_FAILED, "error", message, hint)


def _usage_text(error: click.UsageError) -> str:
    text = error.format_message().rstrip(".")
    return text[:1].lower() + text[1:]


def _help_hint(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "tap"
    return f"`{path} --help` lists what there is"


def nearest(word: str, words: Sequence[str]) -> str:
    """The word that was probably meant, or ""."""
    return next(iter(difflib.get_close_matches(word, words, n=1)), "")


def bug(error: BaseException, root: Path | None) -> Failure:
    """A bug of ours: the traceback goes to a file, so that the terminal has something that helps."""
    told = "".join(traceback.format_exception(error))
    if os.environ.get("TAP_DEBUG") == "1":
        sys.stderr.write(told)
    place = _write_crash_log(root, told) if root is not None else ""
    where = f"the traceback is in {place}" if place else "TAP_DEBUG=1 shows the traceback"
    message = f"this is a bug of tap, not of your program: {type(error).__name__}: {str(error) or 'no message'}"
    return Failure(EXIT_BUG, "internal_error", message, f"please report it; {where}")


def _write_crash_log(root: Path, told: str) -> str:
    path = root / CRASH_LOG
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        size = path.stat().st_size if path.exists() else 0
        with path.open("a" if size < CRASH_LOG_BYTES_MAX else "w", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} tap {' '.join(sys.argv[1:2])}\n{told}\n")
    except OSError:
        return ""
    return str(CRASH_LOG)


def show(failure: Failure, *, color: Color) -> None:
    """On stderr, as Pulumi does: `error: ...`, and a line that helps."""
    if failure.silent:
        return
    colored = wants_color(color, os.environ, is_terminal=sys.stderr.isatty())
    click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=colored)
    click.echo(failure.message, err=True, color=colored)
    if failure.hint:
        click.secho("hint: ", fg="cyan", nl=False, err=True, color=colored)
        click.echo(failure.hint, err=True, color=colored)


def with_error(document: Mapping[str, Any] | None, failure: Failure) -> dict[str, Any]:
    """The document of a command with its failure in front."""
    return {"error": failure.as_json(), **(document or {})}
