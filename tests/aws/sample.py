"""What the contract test needs to know of a type: two sets of inputs, and a change made behind the engine's back.

A module `samples_<service>.py` has `SAMPLES: dict[str, Callable[[World], Sample]]`, keyed by token. The function is
called once per test: it makes the prerequisites (a VPC, a bucket) with boto3 and returns inputs that refer to them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class World(Protocol):
    """The embedded AWS, seen through bare boto3."""

    def client(self, service: str, region: str = "us-east-1") -> Any: ...


class Instead(dict[str, Any]):
    """Inputs that change together."""


@dataclass(frozen=True)
class Sample:
    """`second` changes every property that can change in place, and nothing that replaces.

    drift: changes (or deletes) the resource with this id behind the engine's back, with boto3.
    removed: whether AWS really forgets it when deleted (False: a default security group, which stays).
    import_id: by what a user imports the resource, where that is not its id; given the outputs.
    untold: inputs of `second` that AWS never tells, so that an import can not know them (`forceDestroy`).
    replacements: for each property that replaces, another value for it: `{"vpcId": other_vpc}`. `Instead({...})` where
        others must change with it; None takes one away.
    fixed: properties that would replace, but have one value only.
    """

    first: dict[str, Any]
    second: dict[str, Any]
    drift: Callable[[str], object]
    removed: bool = True
    import_id: Callable[[dict[str, Any]], str] | None = None
    untold: frozenset[str] = frozenset()
    replacements: dict[str, Any] | None = None
    fixed: frozenset[str] = frozenset()


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"
