"""Editing a state by hand: forget resources, take their protection away. Pure; the texts are Pulumi's.

Rules: `pkg/resource/edit/operations.go`. A resource is forgotten only if nothing that stays hangs on it, children
included; a protected one only by force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tap.engine.graph import needs
from tap.engine.model import Resource
from tap.engine.urn import name_of
from tap.errors import StateError


def without(
    resources: Sequence[Resource], urn: str, *, force: bool = False, dependents_too: bool = False
) -> tuple[tuple[Resource, ...], tuple[Resource, ...]]:
    """(what stays, what goes) if the resource is forgotten. Raises StateError if it must not be."""
    condemned = _the_one(resources, urn)
    # Of several with one URN it is the live one that others hang on.
    is_live = not condemned.delete
    going = [condemned]
    if is_live:
        dependents = _dependents(resources, condemned)
        if dependents and not dependents_too:
            raise StateError(_has_dependents(urn, dependents))
        going += dependents
    for resource in going:
        if resource.protect and not force:
            raise StateError(
                f"{resource.urn} can't be safely deleted because it is protected. "
                "Re-run this command with --force to force deletion"
            )
    gone = {id(resource) for resource in going}
    return tuple(resource for resource in resources if id(resource) not in gone), tuple(going)


def unprotected(resources: Sequence[Resource], urn: str | None) -> tuple[Resource, ...]:
    """The resources with this one, or with all of them (None), unprotected. Raises StateError for an unknown URN."""
    if urn is not None:
        _all_of(resources, urn)
    return tuple(
        replace(resource, protect=False) if resource.protect and urn in (None, resource.urn) else resource
        for resource in resources
    )


def _all_of(resources: Sequence[Resource], urn: str) -> list[Resource]:
    found = [resource for resource in resources if resource.urn == urn]
    if not found:
        hint = "`tap state list` lists them; a shell takes $ for its own: put the URN in single quotes"
        raise StateError(f'No such resource "{urn}" exists in the current state', hint=hint)
    return found


def _the_one(resources: Sequence[Resource], urn: str) -> Resource:
    found = _all_of(resources, urn)
    if len(found) > 1:
        listed = "".join(f"\n  {each.id}{' (pending deletion)' if each.delete else ''}" for each in found)
        raise StateError(
            f"Resource URN ambiguously referred to multiple resources. Did you mean:{listed}",
            hint="`tap up` or `tap destroy` finishes the replacement that left several",
        )
    return found[0]


def _dependents(resources: Sequence[Resource], root: Resource) -> list[Resource]:
    """All that hangs on it, however far away. Whatever a resource refers to stands before it."""
    reached = {root.urn}
    found = []
    for resource in resources:
        if resource is not root and not reached.isdisjoint(needs(resource) | set(resource.replace_with)):
            found.append(resource)
            if not resource.delete:
                reached.add(resource.urn)
    return found


def _has_dependents(urn: str, dependents: Sequence[Resource]) -> str:
    listed = "".join(f" * {_quoted(each):<15} ({each.urn})\n" for each in dependents)
    return (
        f"{urn} can't be safely deleted because the following resources depend on it:\n{listed}\n"
        "Delete those resources first or pass --target-dependents."
    )


def _quoted(resource: Resource) -> str:
    return f'"{name_of(resource.urn)}"'
