"""The rules that every state keeps, and Pulumi's words for what breaks them (`snapshot.VerifyIntegrity`).

The magic fits the version; a resource has a URN and a type; a component has no id, a provider has one; a resource's
provider (URN and id), parent, dependencies and deletedWith stand before it; of resources with one URN all but one at
most are marked for deletion. Pure, and linear in the number of resources and dependencies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tap.engine.model import PROVIDER_TYPE_PREFIX, Resource
from tap.engine.urn import provider_reference
from tap.errors import StateError
from tap.state.checkpoint import Checkpoint, magic_of

_SHOWN: Final = 10


class IntegrityError(StateError):
    """The state breaks a rule."""


def verify_integrity(checkpoint: Checkpoint, *, hint: str = "") -> None:
    """Raises IntegrityError with the rules that are broken, the first ten of them."""
    problems = list(integrity_problems(checkpoint))
    if not problems:
        return
    more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
    raise IntegrityError(
        "snapshot integrity failure; refusing to use it: " + "\n  ".join(problems[:_SHOWN] + more), hint=hint
    )


def integrity_problems(checkpoint: Checkpoint) -> Iterator[str]:
    """Each broken rule, in the order of the resources."""
    manifest = checkpoint.manifest
    if manifest is not None and manifest.magic != magic_of(manifest.version):
        yield "magic cookie mismatch; possible tampering/corruption detected"
    everywhere = {resource.urn for resource in checkpoint.resources}
    before: set[str] = set()
    providers: set[str] = set()
    for resource in checkpoint.resources:
        yield from _own_problems(resource)
        if resource.type.startswith(PROVIDER_TYPE_PREFIX):
            providers.add(provider_reference(resource.urn, resource.id))
        if resource.provider and resource.provider not in providers and not resource.pending_replacement:
            yield f"resource {resource.urn} refers to unknown provider {resource.provider}"
        yield from _order_problems(resource, before, everywhere)
        before.add(resource.urn)
    yield from _duplicates(checkpoint.resources)


def _own_problems(resource: Resource) -> Iterator[str]:
    if not resource.urn:
        yield "resource missing required 'urn' field"
    if not resource.type:
        yield f"resource '{resource.urn}' missing required 'type' field"
    if not resource.custom and resource.id:
        yield f"resource '{resource.urn}' has 'custom' false but non-empty ID"
    if resource.type.startswith(PROVIDER_TYPE_PREFIX) and not resource.id:
        yield f"provider {resource.urn} is not referenceable: it has no ID"


def _order_problems(resource: Resource, before: set[str], everywhere: set[str]) -> Iterator[str]:
    urn, parent, container = resource.urn, resource.parent, resource.deleted_with
    if parent and parent not in before:
        if parent in everywhere:
            yield f"child resource {urn}'s parent {parent} comes after it"
        else:
            yield f"child resource {urn} refers to missing parent {parent}"
    for dependency in resource.dependencies:
        if dependency not in before:
            yield f"resource {urn}'s dependency {dependency} {_where(dependency, everywhere)}"
    for key, dependencies in resource.property_dependencies.items():
        for dependency in dependencies:
            if dependency not in before:
                where = _where(dependency, everywhere)
                yield f"resource {urn}'s property dependency {dependency} (from property {key}) {where}"
    if container and container not in before:
        where = "comes after it" if container in everywhere else "is missing"
        yield f"resource {urn} is specified as being deleted with {container}, which {where}"


def _where(urn: str, everywhere: set[str]) -> str:
    return "comes after it" if urn in everywhere else "refers to missing resource"


def _duplicates(resources: tuple[Resource, ...]) -> Iterator[str]:
    live = Counter(resource.urn for resource in resources if not resource.delete)
    for urn, count in live.items():
        if count > 1:
            yield f"duplicate resource {urn} (not marked for deletion)"
