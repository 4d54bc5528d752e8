"""TapStack's resources as its state has them, made of what the program registers; nothing is built."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tap.engine.model import Operation, Resource
from tap.state.backend import UpdateInfo
from tap.state.store import StateStore
from tests.stack.recorder import record


def stack(name: str = "dev", **config: Any) -> list[Resource]:
    """The resources of a stack with these settings of the program."""
    settings = {f"tap:{key}": str(value).lower() if isinstance(value, bool) else value for key, value in config.items()}
    recording = record(stack=name, config={"aws:region": "us-east-1", **settings})
    return [
        Resource(
            one.urn,
            one.custom,
            one.type,
            id="an-id" if one.custom else "",
            inputs=one.inputs,
            outputs={**one.inputs, "region": "us-west-2" if "-backup-" in one.name else "us-east-1"},
            parent=one.parent,
            protect=one.protect,
        )
        for one in recording.resources.values()
        if not one.type.startswith("pulumi:providers:")
    ]


def write_state(
    root: Path, resources: Iterable[Resource], pending: Iterable[Operation] = (), name: str = "dev"
) -> None:
    """A state file of that stack of the project `tap`, as a run leaves it."""
    store = StateStore(root, "tap", name)
    now = datetime.now(UTC)
    with store.open("update") as session:
        contents = session.base.with_contents(resources, pending)
        session.finish(contents, UpdateInfo("update", "succeeded", {}, now, now, {}))
