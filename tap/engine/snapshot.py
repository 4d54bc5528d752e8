"""The state while a run changes it: a list of what was (base), a list of what is new, and small changes to both.

Every change is one frozen value. Applying the same changes to the same base gives the same snapshot: that is what the
journal writes and what recovery replays. The order of the resulting list is Pulumi's (`SnapshotManager`): new
resources in the order of their completion, then what is left of the base in its own order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tap.engine.model import Operation, OperationType, Resource
from tap.engine.order import in_order


class Side(StrEnum):
    BASE = "base"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a resource stands."""

    side: Side
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Began:
    """An operation is about to touch the cloud. `key` is unique in a run."""

    key: int
    operation: Operation


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    key: int


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """A new resource, at the end of the new ones."""

    resource: Resource


@dataclass(frozen=True, slots=True, eq=False)
class Removed:
    slot: Slot


@dataclass(frozen=True, slots=True, eq=False)
class Altered:
    """The resource in this slot is another version of itself now."""

    slot: Slot
    resource: Resource


@dataclass(frozen=True, slots=True, eq=False)
class Renamed:
    """The resource with the old URN goes by the new one: every reference follows."""

    old_urn: str
    new_urn: str


@dataclass(frozen=True, slots=True, eq=False)
class Rebased:
    """A refresh rewrote the whole base. `pending`: the operations that survive it."""

    resources: tuple[Resource, ...]
    pending: tuple[Operation, ...]


Change = Began | Ended | Added | Removed | Altered | Renamed | Rebased


class Snapshot:
    """The mutable sum of a base and the changes since. Not thread-safe: the engine's own thread owns it."""

    def __init__(self, resources: Iterable[Resource], pending: Iterable[Operation] = ()) -> None:
        self._base: list[Resource | None] = list(resources)
        self._new: list[Resource | None] = []
        # Pulumi carries an interrupted create along until someone says what became of it; the rest is forgotten.
        self._carried = tuple(operation for operation in pending if operation.type is OperationType.CREATING)
        self._begun: dict[int, Operation] = {}
        self._renames: dict[str, str] = {}
        # Earlier versions of altered resources: steps name them, and an id() must not be used again while they may.
        self._superseded: list[Resource] = []
        self._slots = {id(resource): Slot(Side.BASE, index) for index, resource in enumerate(self._base)}

    def slot_of(self, resource: Resource) -> Slot | None:
        """Where this very object, or an earlier version of it, stands or stood; None for one never seen."""
        return self._slots.get(id(resource))

    def at(self, slot: Slot) -> Resource | None:
        """What stands there now; None if it was removed."""
        return (self._base if slot.side is Side.BASE else self._new)[slot.index]

    @property
    def base(self) -> list[Resource]:
        """What is left of the old state, as it is now."""
        return [resource for resource in self._base if resource is not None]

    def apply(self, change: Change) -> None:
        match change:
            case Began(key, operation):
                self._begun[key] = operation
                # A creation that is begun once more, with the mark that it had, takes the place of what was carried.
                self._carried = tuple(each for each in self._carried if not _is_again(operation, each))
            case Ended(key):
                self._begun.pop(key, None)
            case Added(resource):
                self._slots[id(resource)] = Slot(Side.NEW, len(self._new))
                self._new.append(resource)
            case Removed(slot):
                self._put(slot, None)
            case Altered(slot, resource):
                self._put(slot, resource)
            case Renamed(old_urn, new_urn):
                self._renames[old_urn] = new_urn
            case Rebased(resources, pending):
                self.__init__(resources, pending)  # type: ignore[misc]  # a rebased snapshot is a fresh one

    def _put(self, slot: Slot, resource: Resource | None) -> None:
        entries = self._base if slot.side is Side.BASE else self._new
        before = entries[slot.index]
        if before is not None:
            self._superseded.append(before)
        entries[slot.index] = resource
        if resource is not None:
            self._slots[id(resource)] = slot

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What the file would hold now, with every reference to a renamed resource rewritten."""
        live = [resource for resource in (*self._new, *self._base) if resource is not None]
        if self._renames:
            live = [renamed(resource, self._renames) for resource in live]
        return tuple(in_order(live))

    @property
    def pending(self) -> tuple[Operation, ...]:
        return (*self._begun.values(), *self._carried)


def _is_again(operation: Operation, before: Operation) -> bool:
    return operation.mark is not None and before.mark is not None and operation.mark.text == before.mark.text


def renamed(resource: Resource, renames: Mapping[str, str]) -> Resource:
    """The resource with every reference to an old URN rewritten; its own aliases go, as in Pulumi's files."""

    def now(urn: str) -> str:
        return renames.get(urn, urn)

    provider = resource.provider
    if provider:
        urn, _, identity = provider.rpartition("::")
        provider = f"{now(urn)}::{identity}"
    return replace(
        resource,
        parent=now(resource.parent),
        dependencies=tuple(now(urn) for urn in resource.dependencies),
        property_dependencies={
            key: tuple(now(urn) for urn in urns) for key, urns in resource.property_dependencies.items()
        },
        deleted_with=now(resource.deleted_with),
        replace_with=tuple(now(urn) for urn in resource.replace_with),
        provider=provider,
        aliases=(),
    )
