"""Who is who: the URN of a registration, and the old resource that it goes on from."""

from __future__ import annotations

from tap.engine import messages
from tap.engine.aliases import alias_urns
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic
from tap.engine.known import Known
from tap.engine.model import Goal, ReadGoal, Resource
from tap.engine.urn import create_urn


def claim(known: Known, goal: Goal) -> tuple[str, Resource | None, str]:
    """(URN, old resource, its URN if that was another one). Raises GenerationError if they are claimed already."""
    urn = _free_urn(known, goal.parent, goal.type, goal.name)
    old, aliased_from = _old_of(known, goal, urn)
    known.registered[urn] = goal
    return urn, old, aliased_from


def claim_read(known: Known, goal: ReadGoal) -> str:
    """The URN of a read. Raises GenerationError."""
    urn = _free_urn(known, goal.parent, goal.type, goal.name)
    known.registered[urn] = Goal(goal.type, goal.name, custom=True, inputs=goal.inputs, parent=goal.parent)
    return urn


def _free_urn(known: Known, parent: str, type: str, name: str) -> str:
    urn = create_urn(known.settings.stack, known.settings.project, parent, type, name)
    if urn in known.registered:
        raise GenerationError(Diagnostic("error", messages.duplicate_urn(urn), urn))
    if urn in known.renames:
        raise GenerationError(Diagnostic("error", messages.urn_claimed_by_alias(urn, known.renames[urn]), urn))
    return urn


def _old_of(known: Known, goal: Goal, urn: str) -> tuple[Resource | None, str]:
    if urn in known.olds:
        return known.olds[urn], ""
    for old_urn in alias_urns(goal, known.settings.stack, known.settings.project, known.old_names):
        if old_urn in known.registered:
            raise GenerationError(Diagnostic("error", messages.alias_is_registered(old_urn, urn), urn))
        if old_urn not in known.olds:
            continue
        if old_urn in known.renames:
            text = messages.alias_claimed_twice(old_urn, urn, known.renames[old_urn])
            raise GenerationError(Diagnostic("error", text, urn))
        known.renames[old_urn] = urn
        known.old_names[urn] = old_urn
        return known.olds[old_urn], old_urn
    return None, ""
