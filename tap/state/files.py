"""Files that are there whole or not at all, and one clear error where the disk refuses."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tap.errors import StateError


@contextlib.contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turns an OSError of the body into the StateError of `disk_error`."""
    try:
        yield
    except OSError as error:
        raise disk_error(doing, error) from error


def disk_error(doing: str, error: OSError) -> StateError:
    """What to tell the user: what was being done, why the system refuses, and that nothing recorded is lost."""
    reason = error.strerror or type(error).__name__
    return StateError(
        f"{doing}: {reason}",
        hint="free some space, or make the folder writable, and run the command again: what was recorded is kept",
    )


def read_bytes(path: Path) -> bytes | None:
    """The content, or None if there is no such file. Raises StateError for what can not be read."""
    with disk_errors(f"failed to read {path}"):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def write_atomically(path: Path, content: bytes, *, draft: Path | None = None, mode: int = 0o644) -> None:
    """Write so that a reader, a crash or a power cut sees the old content or the new, never a part.

    draft: where the content is written first, on the same file system; beside the file by default. Raises StateError.
    """
    draft = draft or path.with_name(f".{path.name}.{os.urandom(8).hex()}.draft")
    with disk_errors(f"failed to write {path}"):
        make_folder(path.parent)
        make_folder(draft.parent)
        try:
            with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove the file, if it is there, for good. Raises StateError."""
    with disk_errors(f"failed to remove {path}"):
        try:
            path.unlink()
        except FileNotFoundError:
            return
        sync_folder(path.parent)


def set_aside(path: Path) -> None:
    """Rename the file, if it is there, so that nobody reads it any more and it is not lost. Raises StateError."""
    with disk_errors(f"failed to rename {path}"):
        try:
            path.rename(path.with_name(f"{path.name}.{time.time_ns()}.aside"))
        except FileNotFoundError:
            return
        sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make the folder and its parents, each durable before anything is put in it. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable: without it a rename may be undone by a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
