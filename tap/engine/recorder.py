"""The one way in which a run changes the state: in memory first, then in the journal, then the caller goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import count
from typing import Protocol

from tap.engine.model import Op, Operation, Resource, Step
from tap.engine.snapshot import Added, Altered, Began, Change, Ended, Removed, Renamed, Snapshot


class Journal(Protocol):
    """Where changes become durable. The future is done once they are on the disk, or carries why they are not."""

    def append(self, changes: Sequence[Change]) -> Future[None]: ...


class Recorder:
    """Applies changes to the snapshot and, in a run that is not a preview, appends them to the journal."""

    def __init__(self, snapshot: Snapshot, journal: Journal | None) -> None:
        self.snapshot = snapshot
        self._journal = journal
        self._keys = count(1)

    async def begin(self, operation: Operation) -> int:
        """Note that an operation is about to touch the cloud; returns once that is on the disk."""
        key = next(self._keys)
        await self.record([Began(key, operation)])
        return key

    async def record(self, changes: Sequence[Change], *, durable: bool = True) -> None:
        """Apply the changes. `durable=False` does not wait for the disk: for what a next run would find out again."""
        for change in changes:
            self.snapshot.apply(change)
        if self._journal is None or not changes:
            return
        written = self._journal.append(changes)
        if durable:
            await asyncio.wrap_future(written)
        else:
            written.add_done_callback(_ignore_result)

    def changes_of(self, step: Step) -> list[Change]:
        """What a step that was done changes in the state. `step.new` carries its outputs by now."""
        old, new = step.old, step.new
        slot = self.snapshot.slot_of(old) if old is not None else None
        current = self.snapshot.at(slot) if slot is not None else None
        changes: list[Change] = []
        if slot is not None and current is not None:
            match step.op:
                case (
                    Op.SAME | Op.UPDATE | Op.READ | Op.IMPORT | Op.DELETE | Op.REMOVE_PENDING_REPLACE | Op.READ_DISCARD
                ):
                    changes.append(Removed(slot))
                case Op.DELETE_REPLACED | Op.DISCARD_REPLACED:
                    gone = current.delete or step.pending_delete
                    changes.append(Removed(slot) if gone else Altered(slot, replace(current, pending_replacement=True)))
                case Op.CREATE_REPLACEMENT if not step.pending_delete and not current.pending_replacement:
                    # It was to be deleted first, with what it hung on, and that failed: it is still there.
                    changes.append(Altered(slot, replace(current, delete=True)))
                case Op.CREATE_REPLACEMENT | Op.IMPORT_REPLACEMENT | Op.READ_REPLACEMENT:
                    gone = current.pending_replacement or not step.pending_delete
                    changes.append(Removed(slot) if gone else Altered(slot, replace(current, delete=True)))
                case _:
                    pass
        if new is not None and step.op is not Op.REPLACE and not step.skipped:
            changes += [Renamed(alias, new.urn) for alias in new.aliases]
            changes.append(Added(new))
        return changes

    async def register_outputs(self, old: Resource, new: Resource) -> None:
        """A component's outputs came in: the same resource in its next version."""
        slot = self.snapshot.slot_of(old)
        if slot is not None:
            await self.record([Altered(slot, new)])


def ended(key: int | None) -> list[Change]:
    return [] if key is None else [Ended(key)]


def _ignore_result(written: Future[None]) -> None:
    # A failed write shows itself at the next change that is waited for, and at the end of the run.
    written.exception()
