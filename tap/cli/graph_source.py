"""What `tap graph` draws: the resources of a state, or of a preview, as the plain values of an inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tap.cli.views.shown_values import plain
from tap.engine.events import Diagnostic, Event, OutputsRegistered, StepEnded
from tap.engine.model import Op, Operation, Resource
from tap.engine.providers import urn_of
from tap.engine.urn import name_of
from tap.graph.inventory import UNKNOWN, Change, Inventory, Thing
from tap.state.checkpoint import Checkpoint

_CHANGES = {
    Op.CREATE: Change.CREATE,
    Op.IMPORT: Change.CREATE,
    Op.UPDATE: Change.UPDATE,
    Op.REFRESH: Change.UPDATE,
    Op.REPLACE: Change.REPLACE,
    Op.CREATE_REPLACEMENT: Change.REPLACE,
    Op.IMPORT_REPLACEMENT: Change.REPLACE,
    Op.DELETE_REPLACED: Change.REPLACE,
    Op.DELETE: Change.DELETE,
}
_NOT_SHOWN = ("tags", "tagsAll", "id", "urn")
_UNFINISHED = "begun and, as far as the state knows, not ended: "


@dataclass(frozen=True, slots=True)
class _Planned:
    """A resource as a preview leaves it."""

    resource: Resource
    change: Change
    changed: tuple[str, ...] = ()


def inventory_of(project: str, stack: str, checkpoint: Checkpoint) -> Inventory:
    """What the state holds, and what was begun on it and did not end."""
    unfinished = {operation.resource.urn: operation for operation in checkpoint.pending}
    kept = [_Planned(resource, Change.SAME) for resource in checkpoint.resources]
    there = {resource.urn for resource in checkpoint.resources}
    begun = [_Planned(each.resource, Change.SAME) for urn, each in unfinished.items() if urn not in there]
    things = [_with_remark(thing, unfinished) for thing in _things([*kept, *begun])]
    notes = [_note(operation) for operation in checkpoint.pending]
    if leaving := sum(thing.leaving for thing in things):
        notes.append(f"{leaving} replaced {'resource waits' if leaving == 1 else 'resources wait'} to be deleted.")
    written = checkpoint.manifest.time if checkpoint.manifest else None
    return Inventory(
        stack, project, _sorted(things), tuple(sorted(notes)), written=written.isoformat() if written else ""
    )


def _with_remark(thing: Thing, unfinished: Mapping[str, Operation]) -> Thing:
    operation = unfinished.get(thing.key)
    return replace(thing, remark=_UNFINISHED + operation.type.value) if operation else thing


def _note(operation: Operation) -> str:
    name = name_of(operation.resource.urn)
    return f"Half-finished: {operation.type.value} {name} was begun and, as far as the state knows, did not end."


class PreviewHeard:
    """Listens to a preview, and keeps what becomes of each resource and what went wrong."""

    def __init__(self) -> None:
        self._planned: dict[str, _Planned] = {}
        self.problems: list[Diagnostic] = []

    def report(self, event: Event) -> None:
        match event:
            case StepEnded():
                self._take(event)
            case OutputsRegistered(step) if step.new is not None and step.urn in self._planned:
                self._planned[step.urn] = replace(self._planned[step.urn], resource=step.new)
            case Diagnostic(severity="error" | "warning"):
                self.problems.append(event)

    def _take(self, event: StepEnded) -> None:
        step = event.step
        resource = step.new or step.old
        if resource is None or resource.delete:
            return
        change = _CHANGES.get(step.op, Change.SAME)
        before = self._planned.get(step.urn)
        if before is not None and change is Change.REPLACE and step.new is None:
            self._planned[step.urn] = replace(before, change=change)
        else:
            self._planned[step.urn] = _Planned(resource, change, step.diffs)

    def inventory(self, project: str, stack: str) -> Inventory:
        """What there would be, with what would go."""
        return Inventory(stack, project, _sorted(_things(self._planned.values())), diff=True)


def _sorted(things: Iterable[Thing]) -> tuple[Thing, ...]:
    return tuple(sorted(things, key=lambda thing: thing.key))


def _things(planned: Iterable[_Planned]) -> list[Thing]:
    everything = list(planned)
    regions = {each.resource.urn: _region(each.resource) for each in everything if each.resource.is_provider}
    return list(_numbered(_thing(each, regions) for each in everything))


def _region(resource: Resource) -> str:
    for properties in (resource.outputs, resource.inputs):
        region = plain(properties.get("region"))
        if isinstance(region, str) and region != UNKNOWN:
            return region
    return ""


def _numbered(things: Iterable[Thing]) -> Iterator[Thing]:
    """Each with a key of its own: the halves of a replacement have the same URN."""
    seen: dict[str, int] = {}
    for thing in things:
        number = seen[thing.key] = seen.get(thing.key, 0) + 1
        yield thing if number == 1 else replace(thing, key=f"{thing.key}#{number}")


def _thing(planned: _Planned, regions: Mapping[str, str]) -> Thing:
    resource = planned.resource
    properties = _properties(planned)
    tags = properties.get("tags")
    provider = urn_of(resource.provider) if resource.provider else ""
    return Thing(
        key=resource.urn,
        type=resource.type,
        name=name_of(resource.urn),
        id="" if planned.change in (Change.CREATE, Change.REPLACE) else resource.id,
        properties={name: value for name, value in sorted(properties.items()) if name not in _NOT_SHOWN},
        tags={key: str(value) for key, value in sorted(tags.items())} if isinstance(tags, dict) else {},
        parent=resource.parent,
        needs=tuple(sorted(_needs(resource))),
        references={name: tuple(sorted(urns)) for name, urns in resource.property_dependencies.items()},
        region=_region(resource) or regions.get(provider, ""),
        change=planned.change,
        changed=tuple(sorted(planned.changed)),
        remark="replaced, and waits for its deletion" if resource.delete else "",
        custom=resource.custom,
        leaving=resource.delete,
    )


def _needs(resource: Resource) -> set[str]:
    needs = set(resource.dependencies)
    for urns in resource.property_dependencies.values():
        needs.update(urns)
    return needs


def _properties(planned: _Planned) -> dict[str, Any]:
    """What the cloud said, and under it what the program wants; the other way round for what is about to change."""
    resource = planned.resource
    layers = [resource.inputs, resource.outputs]
    if planned.change is not Change.SAME:
        layers.reverse()
    found: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            shown = _without_machinery(plain(value))
            if shown is not None and not (shown == UNKNOWN and name in found):
                found[name] = shown
    return {name: value for name, value in found.items() if not name.startswith("__")}


def _without_machinery(value: Any) -> Any:
    """Without the bridge's own keys (`__defaults`) and without what is null."""
    if isinstance(value, dict):
        cleaned = {key: _without_machinery(item) for key, item in value.items() if not key.startswith("__")}
        return {key: item for key, item in cleaned.items() if item is not None}
    if isinstance(value, list):
        return [_without_machinery(item) for item in value]
    return value
