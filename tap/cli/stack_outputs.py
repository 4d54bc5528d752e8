"""The outputs of a stack, from its state, in the forms in which people and programs want them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from tap.cli.views.shown_values import plain
from tap.engine.model import STACK_TYPE
from tap.engine.values import Value, without_secrets
from tap.errors import TapError
from tap.project.project import Project
from tap.project.stack_config import require_stack
from tap.state.store import StateStore


def read_outputs(project: Project, stack: str, *, show_secrets: bool) -> Mapping[str, Value]:
    """The outputs as the state has them. Raises StackNotFoundError for a stack with neither state nor config."""
    store = StateStore(project.root, project.name, stack)
    require_stack(project, stack, store)
    for resource in store.load(secrets=show_secrets).resources:
        if resource.type == STACK_TYPE:
            return resource.outputs
    return {}


def shown(outputs: Mapping[str, Value], *, show_secrets: bool) -> dict[str, Any]:
    """As JSON has it, sorted by name."""
    opened = without_secrets(dict(outputs)) if show_secrets else dict(outputs)
    return {name: plain(value) for name, value in sorted(opened.items())}


def one_value(outputs: Mapping[str, Any], name: str) -> Any:
    """Raises TapError, in Pulumi's words, where there is none."""
    if name not in outputs:
        there = ", ".join(outputs)
        raise TapError(
            f"current stack does not have output property '{name}'",
            hint=f"there are: {there}" if there else "`tap up` makes the stack's outputs",
        )
    return outputs[name]


def as_lines(outputs: Mapping[str, Any], name: str | None, *, shell: bool) -> list[str]:
    """Assignments for a shell, one bare value, or Pulumi's table."""
    if shell:
        return [f"{key}={shlex.quote(text(value))}" for key, value in outputs.items()]
    if name is not None:
        return [text(outputs[name])]
    if not outputs:
        return ["Current stack outputs (0):", "    No output values currently in this stack"]
    width = max(len("OUTPUT"), *(len(key) for key in outputs))
    lines = [f"    {key:<{width}}  {text(value)}" for key, value in outputs.items()]
    return [f"Current stack outputs ({len(outputs)}):", f"    {'OUTPUT':<{width}}  VALUE", *lines]


def text(value: Any) -> str:
    """A string bare, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
