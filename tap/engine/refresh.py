"""A refresh: what the cloud says of each resource, and the state that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tap.engine.model import DiffKind, Op, Operation, OperationType, Resource
from tap.engine.provider import DiffResult, Provider, ReadResult
from tap.engine.secrets import annotate, mark
from tap.engine.values import without_secrets


@dataclass(frozen=True, slots=True, eq=False)
class Refreshed:
    """What became of one resource: new is None where it is gone."""

    old: Resource
    new: Resource | None
    outcome: Op
    diff: DiffResult = field(default_factory=lambda: DiffResult(changes=False))


def is_read(resource: Resource) -> bool:
    """Whether the cloud can say anything of it: components and providers are only in the state."""
    return resource.custom and not resource.is_provider and not resource.pending_replacement


def read_of(provider: Provider, resource: Resource) -> ReadResult | None:
    """Ask the cloud. Raises ProviderError."""
    return provider.read(
        resource.urn, resource.id, without_secrets(dict(resource.inputs)), without_secrets(dict(resource.outputs))
    )


def refreshed(provider: Provider, old: Resource, result: ReadResult | None, now: datetime) -> Refreshed:
    """The resource as the cloud has it, and how that differs from what the state believed."""
    if result is None:
        return Refreshed(old, None, Op.DELETE)
    inputs = old.inputs if result.inputs is None else annotate(result.inputs, old.inputs)
    outputs = mark(result.outputs, inputs, old.additional_secret_outputs)
    if result.id == old.id and inputs == old.inputs and outputs == old.outputs:
        return Refreshed(old, replace(old, init_errors=()), Op.SAME)
    new = replace(old, id=result.id, inputs=inputs, outputs=outputs, init_errors=(), modified=now)
    # Asked backwards, as Pulumi does: what would have to change in the cloud to be what the state believed.
    diff = provider.diff(
        old.urn, result.id, without_secrets(dict(inputs)), dict(result.outputs), without_secrets(dict(old.inputs)), ()
    )
    return Refreshed(old, new, Op.UPDATE, replace_kinds(diff))


_OPPOSITE = {DiffKind.ADD: DiffKind.DELETE, DiffKind.DELETE: DiffKind.ADD}


def replace_kinds(diff: DiffResult) -> DiffResult:
    """The diff seen from the other side: nothing is replaced by a refresh, and what would be added was taken away."""
    plain = {key: DiffKind(kind.value.removesuffix("-replace")) for key, kind in diff.detailed.items()}
    return DiffResult(diff.changes, (), diff.diffs, {key: _OPPOSITE.get(kind, kind) for key, kind in plain.items()})


def rebuilt(resources: Sequence[Resource | None]) -> tuple[Resource, ...]:
    """The state without what is gone, and without any reference to it (Pulumi's `rebuildBaseState`)."""
    survivors = [resource for resource in resources if resource is not None]
    urns = {resource.urn for resource in survivors}

    def known(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in urns)

    return tuple(
        replace(
            resource,
            parent=resource.parent if resource.parent in urns else "",
            dependencies=known(resource.dependencies),
            property_dependencies={
                key: kept for key, names in resource.property_dependencies.items() if (kept := known(names))
            },
            deleted_with=resource.deleted_with if resource.deleted_with in urns else "",
            replace_with=known(resource.replace_with),
        )
        for resource in survivors
    )


def surviving_operations(pending: Sequence[Operation]) -> tuple[Operation, ...]:
    """A refresh found out what became of everything but the creations."""
    return tuple(operation for operation in pending if operation.type is OperationType.CREATING)
