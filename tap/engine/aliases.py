"""Which old URNs a resource may be known by: its own aliases, and those it inherits from a renamed parent."""

from __future__ import annotations

from collections.abc import Mapping

from tap.engine.model import STACK_TYPE, Alias, Goal
from tap.engine.urn import create_urn, name_of, type_of


def alias_urns(goal: Goal, stack: str, project: str, renamed: Mapping[str, str]) -> list[str]:
    """The URNs to look up after the resource's own, in Pulumi's order.

    `renamed` maps the URNs of this run to the old ones that they matched, for the parents registered so far.
    """
    found: list[str] = []

    def add(urn: str) -> None:
        if urn not in found:
            found.append(urn)

    for alias in goal.aliases:
        add(_collapse(alias, goal, stack, project, renamed))
    old_parent = renamed.get(goal.parent, "")
    if old_parent:
        name = _inherited_name(goal.name, name_of(goal.parent), name_of(old_parent))
        add(create_urn(stack, project, old_parent, goal.type, name))
        for alias in goal.aliases:
            if alias.urn:
                continue
            alias_name = _inherited_name(alias.name or goal.name, name_of(goal.parent), name_of(old_parent))
            add(
                create_urn(
                    alias.stack or stack, alias.project or project, old_parent, alias.type or goal.type, alias_name
                )
            )
    return found


def _collapse(alias: Alias, goal: Goal, stack: str, project: str, renamed: Mapping[str, str]) -> str:
    if alias.urn:
        return alias.urn
    parent = "" if alias.no_parent else alias.parent_urn or goal.parent
    parent = renamed.get(parent, parent)
    if parent and type_of(parent) == STACK_TYPE:
        parent = ""
    return create_urn(
        alias.stack or stack, alias.project or project, parent, alias.type or goal.type, alias.name or goal.name
    )


def _inherited_name(child: str, parent: str, old_parent: str) -> str:
    """A child named after its parent was named after the parent's old name before."""
    return old_parent + child.removeprefix(parent) if child.startswith(parent) else child
