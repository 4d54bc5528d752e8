"""The Pulumi CLI as a process: bounded in time, interrupted gently, its exit code kept."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import InvalidVersionError, create_command_error

from tap.errors import CancelledError, TimeoutExceededError, UsageError

RUN_SECONDS_MAX: Final = 3 * 3600.0
"""Of one command. AWS's slowest resources take the better part of an hour; a CI job has a shorter limit of its own."""

GRACE_SECONDS_MAX: Final = 600.0
"""From SIGINT, at which the CLI finishes what is in flight and writes its state, to SIGKILL."""

_GET: Final = "`tap doctor --engine pulumi` says how to get it"


class BoundedCommand(PulumiCommand):
    """code, error_text: how the last command ended, and what it had to say of it."""

    code: int = 0
    error_text: str = ""

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        """Raises CommandError for an exit code that is not 0, CancelledError, TimeoutExceededError."""
        own = {"PULUMI_AUTOMATION_API": "true", "PULUMI_SKIP_UPDATE_CHECK": "true"}
        arguments = args if "--non-interactive" in args else ["--non-interactive", *args]
        output: list[str] = []
        said: list[str] = []
        with subprocess.Popen(  # noqa: S603  - the user's own Pulumi CLI
            [self.command, *arguments],
            cwd=cwd,
            env={**os.environ, **additional_env, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A Ctrl-C at the terminal is handed on below, once, and then waited for.
            start_new_session=True,
        ) as process:
            readers = [
                threading.Thread(target=_read, args=(process.stdout, on_output, output), daemon=True),
                threading.Thread(target=_read, args=(process.stderr, on_error, said), daemon=True),
            ]
            for reader in readers:
                reader.start()
            interrupted = _wait(process)
            for reader in readers:
                reader.join(GRACE_SECONDS_MAX)
        self.code = process.returncode
        result = CommandResult(stderr="\n".join(said), stdout="\n".join(output), code=self.code)
        self.error_text = _error_text(result)
        if interrupted:
            raise CancelledError("cancelled; what was in flight was finished and is in the state")
        if self.code != 0:
            raise create_command_error(result)
        return result


def open_command() -> BoundedCommand:
    """Raises UsageError if there is no Pulumi CLI on the PATH, or one that is too old."""
    try:
        return BoundedCommand()
    except FileNotFoundError:
        raise UsageError(
            "--engine pulumi needs the Pulumi CLI, and there is no `pulumi` on the PATH", hint=_GET
        ) from None
    except subprocess.CalledProcessError as error:
        raise UsageError(f"`pulumi version` fails with the exit code {error.returncode}", hint=_GET) from None
    except InvalidVersionError as error:
        raise UsageError(str(error), hint=_GET) from None


def _wait(process: subprocess.Popen[str]) -> bool:
    """Until it has ended; whether it was interrupted. Raises TimeoutExceededError."""
    with _handing_on(process) as interruptions:
        try:
            process.wait(RUN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGINT)
            try:
                process.wait(GRACE_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            raise TimeoutExceededError(
                f"the Pulumi CLI did not end within {RUN_SECONDS_MAX / 3600:.0f} hours"
            ) from None
    return bool(interruptions)


@contextlib.contextmanager
def _handing_on(process: subprocess.Popen[str]) -> Iterator[list[int]]:
    """SIGINT and SIGTERM go to the CLI as SIGINT, each time one comes: a second one makes it stop at once."""
    came: list[int] = []

    def hand_on(number: int, _frame: Any) -> None:
        came.append(number)
        _signal(process, signal.SIGINT)

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _read(stream: IO[str], tell: Callable[[str], Any] | None, kept: list[str]) -> None:
    for line in stream:
        text = line.rstrip()
        kept.append(text)
        if tell is not None:
            tell(text)


def _error_text(result: CommandResult) -> str:
    """The CLI's own `error: ...` and what follows it; all of its stderr where there is none."""
    _, mark, told = result.stderr.partition("error: ")
    return (told if mark else result.stderr).strip() or f"pulumi ended with the exit code {result.code}"
