"""Which thing another one's property means: by the value, and where that is not known yet, by where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tap.graph.inventory import Thing

_NAMING = ("arn", "name", "bucket")


class References:
    """Looks things up by what other things say of them."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = {thing.key: thing for thing in things}
        self._by_kind: dict[str, list[Thing]] = {}
        for thing in sorted(self.things.values(), key=lambda thing: (thing.name, thing.key)):
            if not thing.leaving:
                self._by_kind.setdefault(thing.kind, []).append(thing)
        self._named: dict[tuple[str, str], str] = {}
        for thing in self.things.values():
            for text in (thing.id, *(thing.text(name) for name in _NAMING)):
                if text:
                    self._named.setdefault((thing.kind, text), thing.key)
        for alias in self.of_kind("Alias"):
            if target := self.one(alias, "targetKeyId", "Key"):
                self._named.setdefault(("Key", alias.text("name")), target)

    def of_kind(self, kind: str) -> list[Thing]:
        """All things of that class that stay, by name."""
        return self._by_kind.get(kind, [])

    def all(self, thing: Thing, property: str, *kinds: str) -> tuple[str, ...]:
        """The keys of the things of these classes that the property means, in the order in which it names them."""
        texts = list(_texts(thing.properties.get(property)))
        by_value = [self._named.get((kind, text), "") for text in texts for kind in kinds]
        found = [key for key in by_value if key]
        if not found:
            sources = thing.references.get(property, ())
            found = [key for key in sources if key in self.things and self.things[key].kind in kinds]
        return tuple(dict.fromkeys(key for key in found if not self.things[key].leaving))

    def one(self, thing: Thing, property: str, *kinds: str) -> str:
        """The key of the first of them, "" for none."""
        return next(iter(self.all(thing, property, *kinds)), "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
