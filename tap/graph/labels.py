"""What things are called in a picture: their names without what all of a stack's names share."""

from __future__ import annotations

from collections.abc import Mapping

from tap.graph.inventory import Inventory

_SUFFIX_TAGS = ("Environment", "EnvironmentSuffix")


class Labels:
    """Names by key."""

    def __init__(self, by_key: Mapping[str, str]) -> None:
        self.by_key = by_key

    def __getitem__(self, key: str) -> str:
        return self.by_key.get(key, key)


def labels_of(inventory: Inventory) -> dict[str, str]:
    """`tap-app-bucket-dev` is `app-bucket` in the stack dev of the project tap."""
    return {
        thing.key: _short(thing.name, inventory.project, (inventory.stack, *_suffixes(thing.tags)))
        for thing in inventory.things
    }


def _suffixes(tags: Mapping[str, str]) -> list[str]:
    return [tags[key] for key in _SUFFIX_TAGS if tags.get(key)]


def _short(name: str, project: str, suffixes: tuple[str, ...]) -> str:
    short = name.removeprefix(f"{project}-")
    for suffix in suffixes:
        if short.endswith(f"-{suffix}"):
            short = short.removesuffix(f"-{suffix}")
            break
    return short or name
