"""How a deploy or a rollback ended, as a document for programs, kept on the disk from its first moment on."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tap.errors import StateError, TapError, UsageError
from tap.state.files import write_atomically

VERSION: Final = 1
"""Of the document's form; it grows when a key changes its meaning, not when one is added."""

COUNTED: Final = ("create", "update", "replace", "delete", "same")
_KILLED: Final = {"code": 255, "name": "not_ended", "message": "it was killed, or has not ended yet"}


@dataclass(slots=True)
class Result:
    """What is known so far of one run. kind: deploy or rollback; file: where it is written, None for nowhere.

    commit, author: what was checked out. previous: the release before, or the one gone back to. Whoever kills the run
    finds a document that says so, with the stage in which it happened.
    """

    kind: str
    stack: str
    file: Path | None
    commit: str | None = None
    author: str | None = None
    previous: str | None = None
    stage: str | None = None
    changes: Mapping[str, int] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def begin(self, stage: str) -> None:
        """The run is in this stage from now on. Raises UsageError if the file can not be written."""
        self.stage = stage
        self._write(self._document("failed", _KILLED))

    def succeeded(self) -> dict[str, Any]:
        self.stage = None
        return self._write(self._document("succeeded", None))

    def failed(self, error: Mapping[str, Any]) -> dict[str, Any]:
        """error: code, name and message."""
        return self._write(self._document("failed", {key: error[key] for key in ("code", "name", "message")}))

    def _document(self, result: str, error: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            "v": VERSION,
            "kind": self.kind,
            "stack": self.stack,
            "result": result,
            "commit": self.commit,
            "author": self.author,
            "previousCommit": self.previous,
            "seconds": round(time.monotonic() - self._began, 3),
            "changes": {op: self.changes.get(op, 0) for op in COUNTED},
            "stage": self.stage,
            "error": dict(error) if error else None,
        }

    def _write(self, document: dict[str, Any]) -> dict[str, Any]:
        if self.file is not None:
            try:
                write_atomically(self.file.absolute(), (json.dumps(document, indent=4) + "\n").encode())
            except StateError as error:
                raise UsageError(f"--result: {error}", hint="name a file in a folder that can be written") from error
        return document


class StageFailedError(TapError):
    """A stage of a deploy ended badly in a way that has no exit code of its own."""

    name = "stage_failed"
