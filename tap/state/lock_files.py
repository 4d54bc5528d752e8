"""Pulumi's lock files: who holds a stack, as the Pulumi CLI and `tap` tell each other."""

from __future__ import annotations

import os
import pwd
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tap.state.files import disk_errors, read_bytes, write_atomically
from tap.state.json_text import from_json, to_json_text
from tap.state.paths import StackPaths
from tap.state.times import format_time, parse_time

TOOL: Final = "tap"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who wrote a lock file. tool, boot (of the running kernel): keys of our own, "" in a file of the Pulumi CLI."""

    pid: int
    username: str
    hostname: str
    timestamp: str
    tool: str = ""
    boot: str = ""

    @property
    def since(self) -> str:
        """To the second, as Pulumi prints it."""
        try:
            return format_time(parse_time(self.timestamp).replace(microsecond=0))
        except ValueError:
            return "an unknown time"


@dataclass(frozen=True, slots=True)
class LockFile:
    """A lock file that is there; `holder` is None if the file tells nothing."""

    path: Path
    holder: Holder | None

    def __str__(self) -> str:
        if self.holder is None:
            return f"file://{self.path}: created by nobody knows whom: the file can not be read"
        holder = self.holder
        return (
            f"file://{self.path}: created by {holder.username}@{holder.hostname} (pid {holder.pid}) at {holder.since}"
        )


def this_process() -> Holder:
    try:
        username = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        username = str(os.getuid())
    return Holder(os.getpid(), username, os.uname().nodename, format_time(datetime.now(UTC)), TOOL, _boot_id())


def _boot_id() -> str:
    """Containers have host names of their own, yet share the kernel, and with it kernel locks; "" where unknown."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def list_lock_files(paths: StackPaths) -> list[LockFile]:
    """Every lock file of the stack. Raises StateError."""
    return lock_files_in(paths.pulumi_locks)


def lock_files_in(folder: Path) -> list[LockFile]:
    """Every lock file in the folder. Raises StateError."""
    found = []
    with disk_errors(f"failed to read {folder}"):
        files = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in files:
        if path.suffix == ".attrs":
            continue  # the Pulumi CLI's own notes beside a file
        content = read_bytes(path)
        if content is not None:
            found.append(LockFile(path, _parse(content)))
    return found


def _parse(content: bytes) -> Holder | None:
    try:
        fields = from_json(content)
        return Holder(
            int(fields["pid"]),
            str(fields["username"]),
            str(fields["hostname"]),
            str(fields["timestamp"]),
            str(fields.get("tool", "")),
            str(fields.get("boot", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def write_lock_file(paths: StackPaths) -> Path:
    """A lock file that names this process. Raises StateError."""
    path = paths.pulumi_locks / f"{uuid.uuid4()}.json"
    # The draft must not lie among the locks: the Pulumi CLI would take a forgotten one for a lock. Its name is always
    # the same, and so the next holder uses up what a killed one left.
    write_atomically(path, to_json_text(asdict(this_process())).encode(), draft=paths.lock_draft)
    return path


def is_dead(holder: Holder | None) -> bool:
    """Whether nobody stands behind a lock file any more. Only for the holder of the kernel lock.

    A lock of `tap` on this kernel, or on this host before it was booted anew, would hold the kernel lock if it lived.
    The Pulumi CLI holds none, so its process has to be gone from this host.
    """
    if holder is None:
        return False
    here = this_process()
    if holder.tool == TOOL:
        return holder.hostname == here.hostname or (holder.boot != "" and holder.boot == here.boot)
    return holder.hostname == here.hostname and not is_running(holder.pid)


def is_running(pid: int) -> bool:
    """Whether there is a process of that number on this host, whoever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
