"""What the delete phase takes away: everything in the old state that this run did not see to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tap.engine import messages
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.graph import needs
from tap.engine.model import Op, Resource, Step
from tap.engine.targets import Targets


def deletes(base: Sequence[Resource], kept: Iterable[str]) -> list[Step]:
    """The delete steps in the state's order. `kept`: URNs of resources that go on, under that or another name."""
    spared = set(kept)
    steps = []
    for resource in base:
        if resource.delete:
            steps.append(Step(Op.DELETE_REPLACED, resource.urn, resource, None, replacing=True, pending_delete=True))
        elif resource.urn not in spared:
            op = Op.REMOVE_PENDING_REPLACE if resource.pending_replacement else Op.DELETE
            steps.append(Step(op, resource.urn, resource, None))
    return steps


def targeted_deletes(steps: list[Step], targets: Targets, *, dependents_too: bool) -> list[Step]:
    """Only those that are targeted. Raises GenerationError where one that is not hangs on one that is."""
    if not targets:
        return steps
    chosen: set[str] = {step.urn for step in steps if targets.contains(step.urn)}
    if targets.excluded is not None:
        # What an excluded resource hangs on stays with it.
        excluded = [step.urn for step in steps if targets.excluded.contains(step.urn)]
        chosen -= needed_by(excluded, [step.old for step in steps if step.old is not None])
    implied: list[str] = []
    for step in steps:
        resource = step.old
        if resource is None or step.urn in chosen:
            continue
        if not chosen.isdisjoint(needs(resource)):
            chosen.add(step.urn)
            implied.append(step.urn)
    if implied and not dependents_too:
        raise GenerationError(*(Diagnostic("error", messages.not_targeted_delete(urn), urn) for urn in implied))
    return [step for step in steps if step.urn in chosen]


def protected_and_needed(resources: Sequence[Resource]) -> list[Resource]:
    """What `--exclude-protected` spares: the protected resources, and all that they hang on."""
    protected = {resource.urn for resource in resources if resource.protect}
    spared = protected | needed_by(protected, resources)
    return [resource for resource in resources if resource.urn in spared]


def needed_by(urns: Iterable[str], resources: Iterable[Resource]) -> set[str]:
    """All that the resources of these URNs hang on, however far away."""
    waiting = list(urns)
    if not waiting:
        return set()
    needs_of: dict[str, set[str]] = {}
    for resource in resources:
        needs_of.setdefault(resource.urn, set()).update(needs(resource))
    found: set[str] = set()
    while waiting:
        more = needs_of.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found
