"""The order of the state: whatever a resource refers to stands before it (Pulumi refuses a file that breaks this)."""

from __future__ import annotations

from collections.abc import Sequence

from tap.engine.graph import needs
from tap.engine.model import Resource


def in_order(resources: Sequence[Resource]) -> Sequence[Resource]:
    """The resources as they are, where their order is valid, as it nearly always is; else as little changed as can be.

    Targeted runs can break it: what was left alone may hang on something that the program registered only later.
    """
    return resources if _is_ordered(resources) else _sorted(resources)


def _is_ordered(resources: Sequence[Resource]) -> bool:
    last = {resource.urn for resource in resources}
    before: set[str] = set()
    for resource in resources:
        if any(urn not in before and urn in last for urn in needs(resource)):
            return False
        before.add(resource.urn)
    return True


def _sorted(resources: Sequence[Resource]) -> list[Resource]:
    """Each resource in its turn, but what it refers to first. Within a cycle the order stays as it is."""
    by_urn: dict[str, list[Resource]] = {}
    for resource in resources:
        by_urn.setdefault(resource.urn, []).append(resource)
    placed: list[Resource] = []
    entered: set[int] = set()
    for start in resources:
        stack = [(start, False)]
        while stack:
            resource, is_ready = stack.pop()
            if is_ready:
                placed.append(resource)
            elif id(resource) not in entered:
                entered.add(id(resource))
                stack.append((resource, True))
                # The live one of several with one URN is what a reference means; those marked for deletion stay back.
                needed = [other for urn in sorted(needs(resource)) for other in by_urn.get(urn, ()) if not other.delete]
                stack += [(other, False) for other in reversed(needed)]
    return placed
