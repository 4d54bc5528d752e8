"""How a resource differs from the old one: the provider's answer, and what the program's options make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tap.engine import property_path
from tap.engine.model import DiffKind, Resource
from tap.engine.provider import DiffResult, Provider
from tap.engine.providers import UnconfiguredProvider, visible
from tap.engine.values import Properties, without_secrets

TRIGGER = "replacementTrigger"
"""The reason of a replacement by trigger; Pulumi's steps name no key for it."""


def forced(*keys: str, delete_before_replace: bool = False) -> DiffResult:
    """A replacement that no property asked for."""
    return DiffResult(changes=True, replaces=keys, delete_before_replace=delete_before_replace)


def resource_diff(
    provider: Provider, old: Resource, urn: str, inputs: Properties, ignore_changes: tuple[str, ...]
) -> DiffResult:
    """What the provider says of the new inputs of a custom resource. Raises ProviderError."""
    if old.is_provider:
        return provider.diff_config(urn, visible(old.inputs), without_secrets(dict(old.outputs)), visible(inputs))
    return provider.diff(
        urn,
        old.id,
        without_secrets(dict(old.inputs)),
        without_secrets(dict(old.outputs)),
        without_secrets(dict(inputs)),
        ignore_changes,
    )


def is_certain(provider: Provider) -> bool:
    """False for a provider whose configuration is not known: then nothing it says is certain."""
    return not isinstance(provider, UnconfiguredProvider)


def component_diff(old: Resource, inputs: Properties) -> DiffResult:
    """Components have no provider: any difference is an update, without detail."""
    return DiffResult(changes=dict(old.inputs) != dict(inputs))


def ignoring_changes(old: Properties, new: Properties, ignored: Iterable[str]) -> tuple[Properties, list[str]]:
    """The new inputs with every ignored path as it was; and the paths for which that could not be."""
    impossible = []
    for text in ignored:
        new, fits = property_path.reset(property_path.parse(text), old, new)
        if not fits:
            impossible.append(text)
    return new, impossible


def with_replace_on_changes(diff: DiffResult, patterns: Iterable[str], *, init_errors: bool) -> DiffResult:
    """The diff with a replacement where a change lies on one of the program's `replaceOnChanges` paths."""
    texts = list(patterns)
    replaces = list(diff.replaces)
    detailed: dict[str, DiffKind] = dict(diff.detailed)
    if init_errors and "#initerror" in texts:
        replaces.append("#initerror")
    elif not diff.changes:
        return diff
    for text in texts:
        if text == "#initerror":
            continue
        pattern = property_path.parse(text)
        for key, kind in detailed.items():
            if property_path.contains(pattern, property_path.parse(key)):
                detailed[key] = _replacing(kind)
        replaces += [key for key in diff.diffs if property_path.contains(pattern, (key,)) and key not in replaces]
    changes = diff.changes or bool(replaces)
    return DiffResult(changes, tuple(replaces), diff.diffs, detailed, diff.delete_before_replace)


def _replacing(kind: DiffKind) -> DiffKind:
    return kind if kind.replaces else DiffKind(f"{kind.value}-replace")


def replaces(diff: DiffResult) -> bool:
    return bool(diff.replaces) or any(kind.replaces for kind in diff.detailed.values())


def with_unknown(inputs: Properties, keys: Iterable[str], unknown: object) -> Mapping[str, object]:
    """The inputs with these set to unknown: what they will be once what they come from was replaced."""
    return {**inputs, **dict.fromkeys(keys, unknown)}
