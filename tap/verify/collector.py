"""Collect the facts of all areas, once, at the same time; and say what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from tap.errors import TimeoutExceededError
from tap.verify.area import Area
from tap.verify.areas import AREAS
from tap.verify.facts import Facts, Scope, Unseen
from tap.verify.permissions import policy_document
from tap.verify.reader import COLLECT_SECONDS_MAX, Clients, Reader

CALLS_AT_ONCE_MAX = 16


def collect(scope: Scope, clients: Clients, areas: Sequence[Area] = AREAS) -> Facts:
    """The facts of these areas. Raises AuthenticationError, TimeoutExceededError.

    Whatever else could not be seen is in the facts.
    """
    # Two pools: areas wait for calls, and would wait for ever if they took all the threads that make them.
    with ThreadPoolExecutor(max_workers=len(areas)) as collecting, ThreadPoolExecutor(CALLS_AT_ONCE_MAX) as calling:
        collect_one = partial(_collect, scope, clients, calling)
        try:
            collected = list(collecting.map(collect_one, areas, timeout=COLLECT_SECONDS_MAX))
        except TimeoutError:
            raise TimeoutExceededError(f"AWS has not told everything within {COLLECT_SECONDS_MAX:.0f} s") from None
    facts = Facts(scope, unseen=tuple(each for _, unseen in collected for each in unseen))
    return replace(facts, **{area.name: found for area, (found, _) in zip(areas, collected, strict=True)})


def _collect(scope: Scope, clients: Clients, calling: ThreadPoolExecutor, area: Area) -> tuple[Any, list[Unseen]]:
    reader = Reader(clients, area.name, area.actions, scope.region, calling)
    return area.collect(reader, scope), sorted(reader.unseen, key=lambda each: (each.action, each.subject))


def permissions(areas: Sequence[Area] = AREAS) -> dict[str, Any]:
    """The least IAM policy with which everything can be seen."""
    return policy_document(action for area in areas for action in area.actions)
