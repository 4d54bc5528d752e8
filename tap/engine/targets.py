"""Which resources a run is about: `--target`, `--exclude`, `--replace` and their wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tap.engine.graph import needs
from tap.engine.model import PROVIDER_TYPE_PREFIX, STACK_TYPE, Resource
from tap.engine.urn import type_of


class Targets:
    """A set of URN patterns: `*` stands for anything but a colon, `**` for anything.

    excluded: patterns of what is left out; without any others everything else is in.
    """

    def __init__(self, patterns: Iterable[str], excluded: Iterable[str] = ()) -> None:
        self.patterns = tuple(patterns)
        excluded = tuple(excluded)
        self.excluded = Targets(excluded) if excluded else None
        self._literal = {pattern for pattern in self.patterns if "*" not in pattern}
        self._globs = [re.compile(_translated(pattern)) for pattern in self.patterns if "*" in pattern]
        self._added: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.patterns) or self.excluded is not None

    def contains(self, urn: str) -> bool:
        if self.excluded is not None and (self.excluded.contains(urn) or not self.patterns):
            return not self.excluded.contains(urn)
        return urn in self._literal or urn in self._added or any(glob.fullmatch(urn) for glob in self._globs)

    def add(self, urn: str) -> None:
        self._added.add(urn)

    def unmatched(self, urns: Iterable[str]) -> list[str]:
        """The patterns without wildcards that none of the URNs is. A pattern with wildcards may match nothing."""
        known = set(urns)
        excluded = self.excluded.unmatched(known) if self.excluded is not None else []
        return [*(each for each in self.patterns if each in self._literal and each not in known), *excluded]


def _translated(pattern: str) -> str:
    """A pattern as a regular expression."""
    return "".join(
        ".*" if part == "**" else "[^:]*" if part == "*" else re.escape(part)
        for part in re.split(r"(\*\*|\*)", pattern)
    )


def always_targeted(urn: str) -> bool:
    """Providers and the stack itself take part in every run."""
    type = type_of(urn)
    return type == STACK_TYPE or type.startswith(PROVIDER_TYPE_PREFIX)


def is_targeted(targets: Targets, urn: str) -> bool:
    return not targets or targets.contains(urn) or (always_targeted(urn) and not _is_excluded(targets, urn))


def _is_excluded(targets: Targets, urn: str) -> bool:
    return targets.excluded is not None and targets.excluded.contains(urn) and type_of(urn) != STACK_TYPE


def not_found(target: str) -> str:
    """Pulumi's text for a target that is in neither the state nor the program."""
    return f"Target '{target}' could not be found in the stack. Did you forget to escape $ in your shell?"


def with_dependents(targets: Targets, resources: Iterable[Resource]) -> None:
    """Widen the targets by all that hangs on them, in the state's order (`--target-dependents`)."""
    for resource in resources:
        if any(targets.contains(urn) for urn in needs(resource)):
            targets.add(resource.urn)
