"""What a resource has from its parent without saying so."""

from __future__ import annotations

from dataclasses import replace

from tap.engine.model import PROVIDER_TYPE_PREFIX, Goal
from tap.engine.urn import package_of


class Inheritance:
    """Remembers the registrations of a run, as far as their children need them."""

    def __init__(self) -> None:
        self._goals: dict[str, Goal] = {}

    def remember(self, urn: str, goal: Goal) -> None:
        self._goals[urn] = goal

    def applied(self, goal: Goal) -> Goal:
        """The goal with what its parent decides: protect, retainOnDelete, deletedWith, providers."""
        parent = self._goals.get(goal.parent)
        if parent is not None:
            goal = replace(
                goal,
                protect=parent.protect if goal.protect is None else goal.protect,
                retain_on_delete=parent.retain_on_delete if goal.retain_on_delete is None else goal.retain_on_delete,
                deleted_with=goal.deleted_with or parent.deleted_with,
                providers={**parent.providers, **goal.providers},
            )
        if self.needs_default_provider(goal):
            package = package_of(goal.type)
            goal = replace(goal, provider=goal.providers.get(package, "") or self.provider_for(goal.parent, package))
        return goal

    def needs_default_provider(self, goal: Goal) -> bool:
        """Of a goal that was given what it inherits."""
        return goal.custom and not goal.provider and not goal.type.startswith(PROVIDER_TYPE_PREFIX)

    def provider_for(self, parent: str, package: str) -> str:
        """The reference of the provider that a child of this parent uses for a package; "" for the default one."""
        goal = self._goals.get(parent)
        if goal is None:
            return ""
        if goal.provider and package_of(goal.type) == package:
            return goal.provider
        return goal.providers.get(package, "")
