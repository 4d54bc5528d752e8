"""What there is of a stack: gathered without a lock or a passphrase, then put into words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tap.cli.commands.local import status_document, status_lines
from tap.cli.views.labels import counted
from tap.errors import StateError
from tap.lane import Place, Standing, is_alive, standing_of
from tap.local_aws import control
from tap.project.project import Project
from tap.state.lock_files import TOOL, LockFile, is_gone, list_lock_files
from tap.state.paths import StackPaths
from tap.state.store import StateStore


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest entry of the history: kind is update, refresh or destroy, result succeeded or failed."""

    kind: str
    result: str
    ended: datetime


@dataclass(frozen=True, slots=True)
class SeenLock:
    """dead: nobody stands behind the file any more. It is in the way of the Pulumi CLI all the same."""

    file: LockFile
    dead: bool

    @property
    def taken_over(self) -> bool:
        """Whether the next run takes the stack over. What a dead Pulumi CLI left is for `tap cancel`."""
        return self.dead and self.file.holder is not None and self.file.holder.tool == TOOL


@dataclass(frozen=True, slots=True)
class StackStatus:
    """resources: how many the state holds, None without a state. pending: operations whose end nobody knows.

    trouble: why the state can not be read, "" if it can. built: where it was built, its
    instance "" for no embedded AWS.
    """

    stack: str
    project: str
    root: Path
    resources: int | None
    pending: tuple[str, ...]
    trouble: str
    interrupted: bool
    last: LastRun | None
    locks: tuple[SeenLock, ...]
    built: Place
    aws: control.Status

    @property
    def aws_note(self) -> str:
        """What the embedded AWS means for this state, "" where nothing was built on one."""
        if not self.resources:
            return ""
        match standing(self.built, self.aws):
            case Standing.ELSEWHERE:
                there = self.built.endpoint
                return f"the state was built on the AWS at {there}; `tap up --endpoint {there}` goes on there"
            case Standing.GONE:
                return gone_text(self.aws)
            case Standing.HERE:
                return "the state was built on this embedded AWS" if self.built.instance else ""


def standing(built: Place, aws: control.Status) -> Standing:
    """As a run without --endpoint would find it. May ask on loopback who is there."""
    instance = None if aws.state is control.State.STOPPED else aws.instance
    return standing_of(built, instance, "", alive=is_alive)


def gone_text(aws: control.Status) -> str:
    """That the AWS of a state is no more, and what comes of it."""
    which = "an embedded AWS that was stopped" if aws.state is control.State.STOPPED else "an earlier embedded AWS"
    return f"the state was built on {which}; the next `tap up` builds everything anew"


def look(project: Project, stack: str) -> StackStatus:
    """Read what there is. Raises UsageError for a name that no stack can have."""
    store = StateStore(project.root, project.name, stack)
    resources: int | None = None
    pending: tuple[str, ...] = ()
    trouble, built = "", Place("", "")
    if store.exists:
        try:
            state = store.load(secrets=False)
        except StateError as error:
            trouble = str(error)
        else:
            resources, built = len(state.resources), Place(state.aws_endpoint, state.aws_instance)
            pending = tuple(f"{each.resource.urn} ({each.type.value})" for each in state.pending)
    return StackStatus(
        stack,
        project.name,
        project.root,
        resources,
        pending,
        trouble,
        store.paths.journal.exists(),
        last_run(store.paths),
        tuple(SeenLock(file, is_gone(file.holder)) for file in list_lock_files(store.paths)),
        built,
        control.status(project.root),
    )


def last_run(paths: StackPaths) -> LastRun | None:
    """The newest history entry that can be read; the files' names hold the time, so the last name is the newest."""
    try:
        entries = sorted(paths.history.glob(f"{paths.stack}-*.history.json"))
        entry = json.loads(entries[-1].read_bytes())
        return LastRun(entry["kind"], entry["result"], datetime.fromtimestamp(entry["endTime"], UTC))
    except (IndexError, OSError, ValueError, KeyError, TypeError):
        return None


def as_lines(found: StackStatus) -> list[str]:
    lines = [f"Stack {found.stack} of project {found.project} ({found.root})"]
    return [*lines, *_state_lines(found), *_lock_lines(found), "", *status_lines(found.aws), *_aws_lines(found)]


def _state_lines(found: StackStatus) -> list[str]:
    if found.trouble:
        lines = ["State: it can not be read", *(f"    {line}" for line in found.trouble.splitlines())]
    elif found.resources is None:
        lines = ["State: none yet; `tap up` makes it"]
    else:
        lines = [f"State: {counted(found.resources, 'resource')}"]
    if found.last is not None:
        lines.append(f"    last run: {found.last.kind} {found.last.result} at {found.last.ended.isoformat()}")
    if found.interrupted and all(lock.dead for lock in found.locks):
        lines.append("    a run was interrupted; what it did is kept, and the next run goes on from there")
    if found.pending:
        lines.append(
            f"    {counted(len(found.pending), 'pending operation')}; `tap up --refresh` looks what came of them:"
        )
        lines += [f"        {operation}" for operation in found.pending]
    return lines


def _lock_lines(found: StackStatus) -> list[str]:
    if not found.locks:
        return ["Lock: free"]
    taken_over = all(lock.taken_over for lock in found.locks)
    headline = "Lock: its holder is dead; the next run takes it over" if taken_over else "Lock: held"
    return [headline, *(f"    {_holder_text(lock)}" for lock in found.locks)]


def _holder_text(lock: SeenLock) -> str:
    holder = lock.file.holder
    if holder is None:
        return f"by nobody knows whom: {lock.file.path}"
    text = f"by {holder.username}@{holder.hostname} (process {holder.pid}) since {holder.since}"
    if not lock.dead:
        return text
    return f"{text}, which is dead" + ("" if lock.taken_over else "; `tap cancel` removes its lock")


def _aws_lines(found: StackStatus) -> Sequence[str]:
    return [f"    {found.aws_note}"] if found.aws_note else []


def _lock_document(lock: SeenLock) -> dict[str, Any]:
    holder = lock.file.holder
    document: dict[str, Any] = {"path": str(lock.file.path)}
    if holder is not None:
        document |= {"pid": holder.pid, "host": holder.hostname, "since": holder.since}
    return {**document, "holderIsDead": lock.dead, "nextRunTakesOver": lock.taken_over}


def as_document(found: StackStatus) -> dict[str, Any]:
    last = found.last
    return {
        "stack": found.stack,
        "project": found.project,
        "root": str(found.root),
        "state": {
            "exists": found.resources is not None or bool(found.trouble),
            "readable": not found.trouble,
            "trouble": found.trouble,
            "resources": found.resources or 0,
            "pendingOperations": list(found.pending),
            "interrupted": found.interrupted,
            "lastRun": {"kind": last.kind, "result": last.result, "ended": last.ended.isoformat()} if last else None,
        },
        "locks": [_lock_document(lock) for lock in found.locks],
        "embeddedAws": {
            **status_document(found.aws),
            "builtOn": found.built.instance,
            "isTheOneBuiltOn": bool(found.built.instance) and found.built.instance == found.aws.instance,
        },
    }
