"""Previews as the files have them: those of `tap preview --json` and of `pulumi preview --json`, which are much alike.

The files may come from a stranger's pull request. So nothing in them is believed to be more than text: sizes are
bounded, links are not followed, and what is of another kind than expected is left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tap.errors import UsageError
from tap.posture.data_loss import lost_by

BYTES_MAX = 5_000_000
"""Of one preview. The whole stack's has 0.3 MB."""

NAMES = ("embedded.json", "aws.json")
"""The files of a folder that are previews; whatever else is in it is left alone."""

_REPLACING = frozenset({"replace", "create-replacement", "delete-replaced"})
_QUIET = frozenset({"same", "read", "refresh"})


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that would change. lost: what of its data would be gone for good, or ""."""

    op: str
    name: str
    type: str
    properties: tuple[str, ...] = ()
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """embedded: made by `tap`, on the embedded AWS; stack: "" where it is not said; errors: why the preview failed."""

    embedded: bool
    changes: tuple[Change, ...]
    unchanged: int
    stack: str = ""
    errors: tuple[str, ...] = ()

    @property
    def losing(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.lost)


def read_previews(paths: Iterable[Path]) -> list[Preview]:
    """The previews in these files, and in these folders under their NAMES. Raises UsageError, with every problem."""
    found, problems = [], []
    for path in paths:
        if not path.exists():
            problems.append(f"there is no {str(path)!r}")
        for file in [path / name for name in NAMES] if path.is_dir() else [path]:
            try:
                found.append(read_preview(file))
            except FileNotFoundError:
                pass  # of a folder's names each may be missing: a fork has no preview on AWS
            except (OSError, ValueError, RecursionError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                problems.append(f"{str(file)!r} is no preview: {reason}")
    if problems:
        raise UsageError("; ".join(problems), hint="a preview is what `tap preview --json` prints")
    return found


def read_preview(path: Path) -> Preview:
    """The preview in a file. Raises OSError, ValueError, RecursionError."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        text = file.read(BYTES_MAX + 1)
    if len(text) > BYTES_MAX:
        raise ValueError(f"it is longer than {BYTES_MAX:,} bytes")
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    return preview_of(document)


def preview_of(document: Mapping[str, Any]) -> Preview:
    """What a document says; Pulumi's has no `version`."""
    embedded = "version" in document or "error" in document
    steps = [step for step in _list(document.get("steps")) if isinstance(step, dict)]
    changes: dict[str, Change] = {}
    for step in steps:
        op, urn = _text(step.get("op")), _text(step.get("urn"))
        if op in _QUIET or not op:
            continue
        change = _change(op, urn, step, embedded=embedded)
        # Pulumi tells a replacement in three steps.
        before = changes.get(urn)
        changes[urn] = change if before is None or len(change.properties) > len(before.properties) else before
    return Preview(
        embedded=embedded,
        changes=tuple(changes.values()),
        unchanged=sum(1 for step in steps if step.get("op") == "same"),
        stack=_text(document.get("stack")),
        errors=_errors(document),
    )


def _change(op: str, urn: str, step: Mapping[str, Any], *, embedded: bool) -> Change:
    type_ = urn.split("::")[2].rpartition("$")[2] if urn.count("::") >= 3 else _text(step.get("type"))
    reasons = [*_list(step.get("replaceReasons")), *_list(step.get("diffReasons"))]
    return Change(
        op="replace" if op in _REPLACING else op,
        name=urn.rpartition("::")[2] or urn,
        type=type_,
        properties=tuple(dict.fromkeys(_text(reason) for reason in reasons if _text(reason))),
        lost=_lost(op, type_, step, embedded=embedded),
    )


def _lost(op: str, type_: str, step: Mapping[str, Any], *, embedded: bool) -> str:
    old = step.get("oldState")
    retained = "dataLoss" not in step if embedded else isinstance(old, dict) and old.get("retainOnDelete") is True
    return lost_by("replace" if op in _REPLACING else op, type_, retained=retained)


def _errors(document: Mapping[str, Any]) -> tuple[str, ...]:
    told = [each for each in _list(document.get("diagnostics")) if isinstance(each, dict)]
    messages = [_text(each.get("message")) for each in told if each.get("severity") == "error"]
    error = document.get("error")
    if isinstance(error, dict) and not messages:
        messages.append(_text(error.get("message")))
    return tuple(message for message in messages if message)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
