"""What `tap state` and `tap cancel` do to a stack's state, between the command line and the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tap.engine.model import Resource
from tap.errors import StateError
from tap.project.project import Project
from tap.project.stack_config import require_stack
from tap.state.backend import UpdateInfo
from tap.state.deployment_file import import_problems
from tap.state.edits import unprotected, without
from tap.state.store import StateStore

KIND = "import"
"""What Pulumi's history calls every edit of a state."""

DANGEROUS = "importing this file could be dangerous; rerun with --force to proceed anyway"


def store_of(project: Project, stack: str) -> StateStore:
    """Raises StackNotFoundError for a stack that has neither state nor config."""
    store = StateStore(project.root, project.name, stack)
    require_stack(project, stack, store)
    return store


def import_state(store: StateStore, content: bytes, *, force: bool) -> list[str]:
    """Take the file for the state; the warnings. Raises StateError, with all that speaks against it."""
    started = datetime.now(UTC)
    checkpoint = store.parse_export(content)
    problems = list(import_problems(checkpoint, store.paths.stack))
    if problems and not force:
        raise StateError(
            _listed([*problems, "importing this file could be dangerous; rerun with --force to proceed anyway"])
        )
    dropped = [
        f"removing pending operation '{operation.type.value}' on '{operation.resource.urn}'"
        for operation in checkpoint.pending
    ]
    store.overwrite(checkpoint.with_contents(checkpoint.resources, ()), _info(started))
    return [*problems, *dropped]


def _listed(problems: Sequence[str]) -> str:
    """As Go's multierror prints them, recorded."""
    lines = [f"    {number}) {problem}" for number, problem in enumerate(problems, 1)]
    return "\n".join([f"{len(problems)} errors occurred:", *lines])


def delete(store: StateStore, urn: str, *, force: bool, dependents_too: bool) -> tuple[Resource, ...]:
    """Forget the resource, which stays where it is in the cloud; what was forgotten. Raises StateError."""
    forgotten: list[Resource] = []

    def edit(resources: Sequence[Resource]) -> Sequence[Resource]:
        staying, going = without(resources, urn, force=force, dependents_too=dependents_too)
        forgotten.extend(going)
        return staying

    _edit(store, edit)
    return tuple(forgotten)


def unprotect(store: StateStore, urn: str | None) -> None:
    """Take the protection of the resource away, or of all (None). Raises StateError."""
    _edit(store, lambda resources: unprotected(resources, urn))


def _edit(store: StateStore, change: Callable[[Sequence[Resource]], Sequence[Resource]]) -> None:
    started = datetime.now(UTC)
    with store.open(KIND) as session:
        edited = change(session.base.resources)
        session.finish(session.base.with_contents(edited, session.base.pending), _info(started))


def _info(started: datetime) -> UpdateInfo:
    return UpdateInfo(KIND, "succeeded", {}, started, datetime.now(UTC), {})


def resource_lines(resources: Sequence[Resource]) -> list[str]:
    """A URN a line, and what is special about it."""
    return [resource.urn + _marks(resource) for resource in resources]


def _marks(resource: Resource) -> str:
    said = {
        "protected": resource.protect,
        "only read": resource.external,
        "pending deletion": resource.delete,
        "pending replacement": resource.pending_replacement,
    }
    marks = ", ".join(mark for mark, true in said.items() if true)
    return f"  ({marks})" if marks else ""


def resource_documents(resources: Sequence[Resource]) -> list[dict[str, Any]]:
    return [
        {
            "urn": resource.urn,
            "type": resource.type,
            "id": resource.id,
            "custom": resource.custom,
            "protect": resource.protect,
            "external": resource.external,
            "delete": resource.delete,
            "pendingReplacement": resource.pending_replacement,
        }
        for resource in resources
    ]
