"""Questions about who hangs on whom, asked of the old state."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from tap.engine.model import Resource
from tap.engine.providers import urn_of


def prerequisites(resource: Resource) -> set[str]:
    """The URNs that must be there for this resource to be: Pulumi's edges of the dependency graph."""
    found = set(resource.dependencies)
    for urns in resource.property_dependencies.values():
        found.update(urns)
    if resource.deleted_with:
        found.add(resource.deleted_with)
    if resource.provider:
        found.add(urn_of(resource.provider))
    return found


def needs(resource: Resource) -> set[str]:
    """What must stand before it in the state: the prerequisites, and its parent."""
    found = prerequisites(resource)
    if resource.parent:
        found.add(resource.parent)
    return found


def delete_batches(condemned: Sequence[Resource]) -> list[list[Resource]]:
    """The condemned, given in the state's order, in batches: nobody depends on a member of the own or an earlier one.

    Pulumi's own antichains: what nothing condemned hangs on goes in the last batch. Only what stands earlier in the
    state can be depended on (an integrity rule), which also keeps the two halves of a replacement from forming a cycle.
    """
    earlier: dict[str, list[int]] = {}
    edges: dict[int, set[int]] = {}
    for index, resource in enumerate(condemned):
        edges[index] = {other for urn in needs(resource) for other in earlier.get(urn, ())}
        earlier.setdefault(resource.urn, []).append(index)
    sorter = TopologicalSorter(edges)
    sorter.prepare()
    batches: list[list[Resource]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        batches.append([condemned[index] for index in ready])
        sorter.done(*ready)
    return batches[::-1]


class Dependents:
    """Who hangs on whom in a state, ready to be asked again and again."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources
        self._index = {id(resource): index for index, resource in enumerate(resources)}
        self._direct: dict[str, list[int]] = {}
        for index, resource in enumerate(resources):
            for urn in prerequisites(resource) | set(resource.replace_with):
                self._direct.setdefault(urn, []).append(index)

    def of(self, root: Resource) -> list[Resource]:
        """All that stands after the root and hangs on it, however far away; not its children as such."""
        found: dict[int, Resource] = {}
        waiting = [self._index[id(root)]] if id(root) in self._index else []
        while waiting:
            index = heappop(waiting)
            resource = self._resources[index]
            if index in found:
                continue
            found[index] = resource
            for other in self._direct.get(resource.urn, ()):
                if other > index:
                    heappush(waiting, other)
        return list(found.values())[1:]
