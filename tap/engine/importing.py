"""`import` of one resource that is there already: it is read, written into the state, and nothing else changes.

Rules and texts are those of Pulumi's importer (`pkg/resource/deploy/import.go`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.model import PROVIDER_TYPE_PREFIX, STACK_TYPE, Op, Resource, Step
from tap.engine.urn import package_of, provider_reference, split_reference


@dataclass(frozen=True, slots=True)
class ImportGoal:
    """What is to be imported. parent: a URN, "" for the stack. provider: a provider's URN, or with its id as reference.

    version: of the package's SDK, for the default provider where the state has none yet.
    """

    type: str
    name: str
    id: str
    parent: str = ""
    provider: str = ""
    protect: bool = True
    version: str = ""


def is_imported(goal: ImportGoal, urn: str, olds: Mapping[str, Resource]) -> bool:
    """Whether the state has this very resource already. Raises GenerationError if it has another of that name."""
    old = olds.get(urn)
    if old is None:
        return False
    if goal.id not in (old.id, old.import_id):
        text = f"resource '{urn}' already exists"
        raise GenerationError(Diagnostic("error", text, urn, f"it is {old.id}; choose another name"))
    return True


def parent_of(goal: ImportGoal, stack: str, olds: Mapping[str, Resource]) -> str:
    """The URN of the parent. Raises GenerationError for one that there is not."""
    if goal.parent and goal.parent not in olds:
        raise GenerationError(Diagnostic("error", f"could not find parent resource {goal.parent}"))
    return goal.parent or stack


def named_provider(goal: ImportGoal, base: Iterable[Resource]) -> str:
    """The reference of the provider that was named, or of the default one that the state has; "" if it has none.

    Raises GenerationError for a named one that there is not, and for another package's.
    """
    package = package_of(goal.type)
    providers = [resource for resource in base if resource.is_provider and not resource.delete]
    if goal.provider:
        wanted = {goal.provider, split_reference(goal.provider)[0]}
        found = [each for each in providers if each.urn in wanted or provider_reference(each.urn, each.id) in wanted]
        if not found:
            raise GenerationError(Diagnostic("error", f"unknown provider '{goal.provider}' for resource '{goal.name}'"))
        if package_of(found[0].type) != package:
            text = f"the provider '{goal.provider}' is of the package '{package_of(found[0].type)}', not '{package}'"
            raise GenerationError(Diagnostic("error", text))
        return provider_reference(found[0].urn, found[0].id)
    prefix = f"::{PROVIDER_TYPE_PREFIX}{package}::default"
    defaults = [each for each in providers if prefix in each.urn]
    return provider_reference(defaults[-1].urn, defaults[-1].id) if defaults else ""


def stack_in(base: Iterable[Resource]) -> str:
    """The URN of the stack's own resource, "" if there is none yet."""
    return next((resource.urn for resource in base if resource.type == STACK_TYPE), "")


def import_step(goal: ImportGoal, urn: str, parent: str, provider: str) -> Step:
    new = Resource(
        urn=urn,
        custom=True,
        type=goal.type,
        id=goal.id,
        parent=parent,
        protect=goal.protect,
        provider=provider,
        import_id=goal.id,
    )
    return Step(Op.IMPORT, urn, None, new)
