"""Other stacks of the same backend, by the names that a `StackReference` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tap.engine.model import STACK_TYPE
from tap.engine.provider import ProviderError
from tap.engine.values import Properties
from tap.errors import TapError
from tap.state.paths import ORGANIZATION
from tap.state.store import StateStore


def stack_of(name: str, project: str) -> tuple[str, str]:
    """(project, stack) of `stack`, `organization/stack` or `organization/project/stack`.

    The rules and texts of Pulumi's `file://` backend (`pkg/backend/diy/store.go`). Raises ProviderError.
    """
    parts = name.split("/")
    if not all(parts) or len(parts) > 3:
        raise ProviderError(f"could not parse stack reference '{name}'", hint="write organization/<project>/<stack>")
    if len(parts) > 1 and parts[0] != ORGANIZATION:
        raise ProviderError(
            f"organization name must be '{ORGANIZATION}'", hint=f"write {ORGANIZATION}/<project>/<stack>, not {name}"
        )
    return (parts[1] if len(parts) == 3 else project), parts[-1]


def stack_outputs(
    root: Path, project: str, name: str, *, environ: Mapping[str, str] | None = None
) -> Properties | None:
    """The outputs of another stack whose state lies beside this project's; None for one that is not there.

    Raises ProviderError for a name that can be none's, and for a state that can not be read.
    """
    try:
        store = StateStore(root, *stack_of(name, project), environ=environ)
        if not store.exists:
            return None
        for resource in store.load().resources:
            if resource.type == STACK_TYPE:
                return resource.outputs
    except TapError as error:
        raise ProviderError(f"reading the outputs of stack '{name}': {error}", hint=error.hint) from error
    return {}
