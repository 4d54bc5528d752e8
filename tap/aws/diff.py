"""What would change: wanted inputs against the outputs that the state holds, as Terraform plans it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tap.aws.check import settable, wanted
from tap.aws.compare import DEFAULTS_KEY, differences, is_empty
from tap.aws.config import ProviderConfig
from tap.aws.outputs import is_unsettled
from tap.aws.resource_type import ResourceType
from tap.aws.schema import TypeSchema
from tap.engine import property_path
from tap.engine.model import DiffKind
from tap.engine.provider import DiffResult
from tap.engine.values import Properties, contains_unknown

_REPLACING = {
    DiffKind.ADD: DiffKind.ADD_REPLACE,
    DiffKind.DELETE: DiffKind.DELETE_REPLACE,
    DiffKind.UPDATE: DiffKind.UPDATE_REPLACE,
}


def diff(
    kind: ResourceType,
    schema: TypeSchema,
    config: ProviderConfig,
    *,
    outputs: Properties,
    news: Properties,
    ignore_changes: tuple[str, ...] = (),
) -> DiffResult:
    """What an update with these inputs would do to a resource that is as `outputs` say."""
    changed = changes(kind, schema, config, outputs=outputs, news=news)
    unsettled = kind.settles if is_unsettled(outputs) else frozenset()
    changed |= {property: {property: DiffKind.UPDATE} for property in sorted(unsettled - changed.keys())}
    changed = {property: kept for property, paths in changed.items() if (kept := _not_ignored(paths, ignore_changes))}
    replacing = _replacing(kind, config, changed, outputs, news)
    detailed = {
        path: _REPLACING[sort] if property in replacing else sort
        for property, paths in changed.items()
        for path, sort in paths.items()
    }
    return DiffResult(
        changes=bool(changed),
        replaces=tuple(property for property in changed if property in replacing),
        diffs=tuple(changed),
        detailed=detailed,
        delete_before_replace=bool(replacing) and (kind.delete_before_replace or _named_by_hand(kind, news)),
    )


def with_ignored(
    kind: ResourceType, schema: TypeSchema, have: Properties, news: Properties, ignore_changes: tuple[str, ...]
) -> Properties:
    """The inputs with what is ignored as AWS has it (`have`, in the form of outputs): so that nobody mends it."""
    settable_ones = {key: value for key, value in have.items() if key in settable(kind, schema) | {"tagsAll"}}
    for path in ignore_changes:
        parts = property_path.parse(path)
        # Who ignores `tags` means `tagsAll` too, which is stored beside them.
        for each in (parts, ("tagsAll", *parts[1:])) if parts[0] == "tags" and "tagsAll" in news else (parts,):
            news, _ = property_path.reset(each, settable_ones, news)
    return news


def changes(
    kind: ResourceType, schema: TypeSchema, config: ProviderConfig, *, outputs: Properties, news: Properties
) -> dict[str, dict[str, DiffKind]]:
    """Property -> path -> what would happen to it. `outputs` may be those of AWS now or those of the state."""
    want = wanted(kind, config, news)
    if kind.taggable:
        want["tagsAll"] = want["tags"]
        want["tags"] = news.get("tags") or {}
    found: dict[str, dict[str, DiffKind]] = {}
    for property in sorted(settable(kind, schema) | ({"tagsAll"} if kind.taggable else frozenset())):
        have = outputs.get(property)
        if property not in want and (property in schema.computed | kind.computed or is_empty(have)):
            continue
        if property == "region" and is_empty(have):
            continue  # a state of before resources had a region of their own
        if paths := differences(kind, property, want.get(property), have):
            found[property] = paths
    return found


def _replacing(
    kind: ResourceType,
    config: ProviderConfig,
    changed: Mapping[str, object],
    outputs: Properties,
    news: Properties,
) -> frozenset[str]:
    if not changed:
        return frozenset()
    always = (kind.replace_on | {"region"}) & changed.keys()
    return always | (kind.replaces(outputs, wanted(kind, config, news)) & changed.keys())


def _named_by_hand(kind: ResourceType, news: Properties) -> bool:
    """A name that the program chose is taken until the old one is gone; without `__defaults` nobody can tell."""
    if kind.name is None or DEFAULTS_KEY not in news or contains_unknown(news.get(kind.name.property)):
        return False
    return kind.name.property in news and kind.name.property not in news[DEFAULTS_KEY]


def _not_ignored(paths: Mapping[str, DiffKind], ignore_changes: tuple[str, ...]) -> dict[str, DiffKind]:
    return {path: sort for path, sort in paths.items() if not any(_covers(each, path) for each in ignore_changes)}


def _covers(ignored: str, path: str) -> bool:
    """Whether an ignored path is this one or contains it. Who ignores `tags` means `tagsAll` too."""
    pattern, parts = property_path.parse(ignored), property_path.parse(path)
    if parts[0] == "tagsAll" and property_path.contains(pattern, ("tags", *parts[1:])):
        return True
    return property_path.contains(pattern, parts)
