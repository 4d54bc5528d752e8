"""One writer at a time: a lock of the kernel, which dies with its holder, and Pulumi's lock file for the Pulumi CLI.

The kernel's lock decides among `tap` processes, and so a killed holder never blocks the next. The lock file tells who
holds the stack and keeps the Pulumi CLI out; one that the Pulumi CLI left keeps us out.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tap.errors import StateLockedError
from tap.state.files import disk_errors, make_folder, remove
from tap.state.lock_files import TOOL, LockFile, is_dead, list_lock_files, this_process, write_lock_file
from tap.state.paths import StackPaths

if TYPE_CHECKING:
    from filelock import BaseFileLock

Refusal = Callable[[Sequence[LockFile]], StateLockedError]

_TELLING_SECONDS: Final = 0.2
"""A holder that has just got the kernel's lock writes its lock file within this time, else nobody knows its name."""


@contextlib.contextmanager
def locked(paths: StackPaths) -> Iterator[None]:
    """Hold the stack. Raises StateLockedError, naming the holder, if another has it; StateError if the disk refuses."""
    with _kernel_lock(paths, _locked_by):
        own = _take(paths)
        try:
            yield
        finally:
            remove(own)


@contextlib.contextmanager
def dead_locks(paths: StackPaths) -> Iterator[tuple[LockFile, ...]]:
    """The lock files behind which nobody stands any more; they are removed at the end, if that is reached.

    Nobody else holds the stack meanwhile. Raises StateLockedError for others.
    """
    with _kernel_lock(paths, _alive):
        found = list_lock_files(paths)
        living = [lock for lock in found if not is_dead(lock.holder)]
        if living:
            raise _alive(living)
        yield tuple(found)
        for lock in found:
            remove(lock.path)


@contextlib.contextmanager
def _kernel_lock(paths: StackPaths, refusal: Refusal) -> Iterator[None]:
    from filelock import Timeout

    lock = _file_lock(paths)
    with disk_errors(f"failed to lock {paths.kernel_lock}"):
        make_folder(paths.kernel_lock.parent)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise refusal(_tellers(paths)) from None
    try:
        yield
    finally:
        lock.release()


def _file_lock(paths: StackPaths) -> BaseFileLock:
    from filelock import FileLock

    return FileLock(paths.kernel_lock, thread_local=False)


def _take(paths: StackPaths) -> Path:
    """Our lock file, after those of dead holders are gone. Looks again after writing, as the Pulumi CLI does."""
    for lock in list_lock_files(paths):
        if lock.holder is not None and lock.holder.tool == TOOL and is_dead(lock.holder):
            remove(lock.path)
    others = list_lock_files(paths)
    if others:
        raise _locked_by(others)
    own = write_lock_file(paths)
    others = [lock for lock in list_lock_files(paths) if lock.path != own]
    if others:
        remove(own)
        raise _locked_by(others)
    return own


def _tellers(paths: StackPaths) -> list[LockFile]:
    """The lock files there are, once the holder of the kernel's lock has had the time to write its own."""
    until = time.monotonic() + _TELLING_SECONDS
    while not (found := list_lock_files(paths)) and time.monotonic() < until:
        time.sleep(_TELLING_SECONDS / 20)
    return found


def _locked_by(locks: Sequence[LockFile]) -> StateLockedError:
    """Pulumi's words (`diy/lock.go`), with our command."""
    lines = [
        f"the stack is currently locked by {max(len(locks), 1)} lock(s). Either wait for the other process(es) to end "
        "or delete the lock file with `tap cancel`.",
        *(f"  {lock}" for lock in locks),
    ]
    return StateLockedError("\n".join(lines), hint=_hint(locks))


def _alive(locks: Sequence[LockFile]) -> StateLockedError:
    """Why `cancel` leaves these: somebody works there. Pulumi would remove them all the same."""
    lines = ["the lock of a process that may still be running is not removed:", *(f"  {lock}" for lock in locks)]
    here = this_process().hostname
    own = [lock.holder for lock in locks if lock.holder is not None and lock.holder.hostname == here]
    if own:
        hint = f"wait for it to end, or end it: kill -INT {' '.join(str(holder.pid) for holder in own)}"
    else:
        hint = "if you know that it has ended, remove its file: rm " + " ".join(str(lock.path) for lock in locks)
    return StateLockedError("\n".join(lines), hint=hint)


def _hint(locks: Sequence[LockFile]) -> str:
    dead = [lock for lock in locks if is_dead(lock.holder) and lock.holder is not None and lock.holder.tool != TOOL]
    if not dead:
        return ""
    return "no such process is running here any more; remove what it left: rm " + " ".join(str(d.path) for d in dead)
