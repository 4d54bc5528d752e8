"""The state of a stack that the Pulumi CLI keeps: from a file, from stdin, or by asking the CLI itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tap.errors import TapError, UsageError

EXPORT_SECONDS_MAX = 120
_ERROR_LINES_SHOWN = 5


def read_export(path: str) -> bytes:
    """The file of `pulumi stack export`, or stdin for `-`. Raises UsageError."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(
            f"the state {path!r} can not be read: {error.strerror}", hint="`pulumi stack export --file FILE` writes it"
        ) from error


def export_by_pulumi(root: Path, stack: str) -> bytes:
    """What `pulumi stack export` says of the stack, with its secrets encrypted. Raises UsageError, TapError."""
    program = shutil.which("pulumi")
    if program is None:
        raise UsageError(
            "the Pulumi CLI is not on the PATH, so that the state can not be asked for",
            hint="give it: `pulumi stack export | tap verify --engine pulumi --state -`",
        )
    command = [program, "stack", "export", "--stack", stack, "--non-interactive"]
    try:
        ended = subprocess.run(  # noqa: S603  - no shell; the stack's name is one argument
            command, cwd=root, capture_output=True, timeout=EXPORT_SECONDS_MAX, stdin=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired:
        raise TapError(f"`pulumi stack export` has not ended within {EXPORT_SECONDS_MAX} s") from None
    if ended.returncode != 0:
        told = ended.stderr.decode(errors="replace").strip().splitlines()[-_ERROR_LINES_SHOWN:]
        raise TapError("\n    ".join([f"`pulumi stack export` failed (exit code {ended.returncode})", *told]))
    return ended.stdout
