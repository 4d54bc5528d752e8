"""The files of Pulumi's `file://` backend (`pkg/backend/diy`): checkpoint, its predecessor, history and backups."""

from __future__ import annotations

import hashlib
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tap.errors import StateError
from tap.state.files import disk_errors, read_bytes, write_atomically
from tap.state.json_text import to_json_text
from tap.state.paths import StackPaths

ABSENT: Final = "absent"
"""The digest of a checkpoint that is not there."""

_META: Final = b"version: 1\n"


@dataclass(frozen=True, slots=True)
class UpdateInfo:
    """An operation that ended, as the history tells it. kind: update, refresh, destroy; result: succeeded or failed.

    config: as in Pulumi.<stack>.yaml, so that a secret is there in its encrypted form only.
    """

    kind: str
    result: str
    changes: Mapping[str, int]
    started: datetime
    ended: datetime
    config: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "startTime": int(self.started.timestamp()),
            "message": "",
            "environment": {"exec.kind": "tap"},
            "config": dict(self.config),
            "version": 0,
            "result": self.result,
            "endTime": int(self.ended.timestamp()),
            "resourceChanges": {str(op): count for op, count in self.changes.items()},
        }


def digest_of(content: bytes | None) -> str:
    """By which a journal knows the checkpoint that it continues."""
    return ABSENT if content is None else hashlib.sha256(content).hexdigest()


def read_checkpoint(paths: StackPaths) -> bytes | None:
    """The checkpoint's file, None for a stack without one.

    Raises StateError for a file that can not be read, and for a compressed sibling that is newer: the Pulumi CLI takes
    the newest of them, and so two tools would go on from two states.
    """
    with disk_errors(f"failed to read {paths.checkpoint}"):
        own = paths.checkpoint.stat().st_mtime_ns if paths.checkpoint.exists() else -1
        for sibling in paths.compressed:
            if sibling.exists() and sibling.stat().st_mtime_ns > own:
                raise StateError(
                    f"the state of the stack '{paths.stack}' is compressed: {sibling} is newer than {paths.checkpoint}",
                    hint=_decompressing(sibling, paths.checkpoint),
                )
    return read_bytes(paths.checkpoint)


def _decompressing(sibling: Path, checkpoint: Path) -> str:
    tool = "gzip" if sibling.suffix == ".gz" else "zstd"
    source, target = shlex.quote(str(sibling)), shlex.quote(str(checkpoint))
    return f"{tool} -dc {source} > {target} && rm {source}; or, if it is of no use, remove it"


def write_checkpoint(paths: StackPaths, content: bytes) -> None:
    """Put the content in the checkpoint's place, and what was there beside it. Raises StateError."""
    if not paths.meta.exists():
        write_atomically(paths.meta, _META, draft=paths.meta_draft)
    previous = read_bytes(paths.checkpoint)
    if previous is not None:
        write_atomically(paths.previous_checkpoint, previous)
    write_atomically(paths.checkpoint, content)


def write_history(paths: StackPaths, content: bytes, info: UpdateInfo) -> None:
    """The two files of an operation that ended. Raises StateError."""
    name = f"{paths.stack}-{time.time_ns()}"
    write_atomically(paths.history / f"{name}.checkpoint.json", content)
    write_atomically(paths.history / f"{name}.history.json", to_json_text(info.to_json()).encode())


def write_backup(paths: StackPaths, content: bytes) -> None:
    """Raises StateError."""
    write_atomically(paths.backups / f"{paths.stack}.{time.time_ns()}.json", content)


def copies(paths: StackPaths) -> list[Path]:
    """The copies of earlier checkpoints that are there, the newest first."""
    found = [*paths.backups.glob("*.json"), *paths.history.glob("*.checkpoint.json"), paths.previous_checkpoint]
    dated = [(path.stat().st_mtime_ns, path) for path in found if path.exists()]
    return [path for _, path in sorted(dated, reverse=True)]


def restoring(paths: StackPaths, copy: Path) -> str:
    """The command that puts a copy in the checkpoint's place."""
    return f"cp {shlex.quote(str(copy))} {shlex.quote(str(paths.checkpoint))}"


def sweep_drafts(paths: StackPaths) -> None:
    """Remove the drafts that a killed writer left. Only for the holder of the lock."""
    for folder, stem in ((paths.checkpoint.parent, f".{paths.stack}.json"), (paths.history, "."), (paths.backups, ".")):
        for draft in folder.glob(f"{stem}*.draft"):
            draft.unlink(missing_ok=True)
    paths.meta_draft.unlink(missing_ok=True)
    for draft in paths.own.glob(f".{paths.derived_keys.name}.*.draft"):  # another run's that goes on derives anew
        draft.unlink(missing_ok=True)
    # Copies of the passphrase. Where there is none yet, a draft may be on its way to become it: of another stack's run.
    if paths.passphrase.exists():
        for draft in paths.own.glob(".passphrase.*.draft"):
            draft.unlink(missing_ok=True)
