"""Pulumi.yaml: what the project is called, how its program is run, what config its stacks have by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tap.errors import UsageError
from tap.project.config_values import Declaration, full_key
from tap.project.yaml_file import Problems, read_mapping
from tap.state.names import name_problem

FILE_NAMES: Final = ("Pulumi.yaml", "Pulumi.yml")
_DECLARING: Final = {"type", "default", "value", "description", "secret", "items"}
_TYPES: Final = {"string", "boolean", "integer", "number", "array", "object"}


@dataclass(frozen=True, slots=True)
class Project:
    """main: the program, relative to root. virtualenv: relative to root, "" for none. config: by full key."""

    root: Path
    name: str
    main: str = "."
    description: str = ""
    virtualenv: str = ""
    stack_config_directory: str = "."
    config: Mapping[str, Declaration] = field(default_factory=dict)


def find_project(start: Path) -> Project:
    """The project of the folder or of the nearest one above it that has a Pulumi.yaml. Raises UsageError."""
    start = start.absolute()
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            if (folder / name).is_file():
                return read_project(folder / name)
    raise UsageError(
        f"no Pulumi.yaml project file found (searching upwards from {start})",
        hint="run tap in the project's folder, or below it",
    )


def read_project(path: Path) -> Project:
    """Raises UsageError with all that is wrong in the file."""
    document = read_mapping(path)
    problems = Problems(path)
    name = text_at(document, "name", problems)
    if not name:
        problems.add("name", "the project's name is missing")
    elif problem := name_problem("project", name):
        problems.add("name", problem)
    project = Project(
        root=path.parent,
        name=name,
        main=text_at(document, "main", problems) or ".",
        description=text_at(document, "description", problems),
        virtualenv=python_virtualenv(document.get("runtime"), problems),
        stack_config_directory=text_at(document, "stackConfigDir", problems) or ".",
        config=_declarations(document.get("config"), name, problems),
    )
    problems.raise_if_any()
    return project


def text_at(document: Mapping[str, Any], key: str, problems: Problems) -> str:
    value = document.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        problems.add(key, f"a text is expected, found {value!r}")
        return ""
    return value


def python_virtualenv(runtime: Any, problems: Problems, runs: str = "programs") -> str:
    """The option of the Python runtime; every other runtime is a problem. `runs`: what the engine runs with it."""
    described = {"name": runtime} if isinstance(runtime, str) else runtime
    if not isinstance(described, dict) or described.get("name") != "python":
        found = described.get("name") if isinstance(described, dict) else described
        problems.add("runtime", f"the embedded engine runs {runs} in python, found {found!r}")
        return ""
    options = described.get("options") or {}
    if not isinstance(options, dict):
        problems.add("runtime.options", f"a mapping is expected, found {options!r}")
        return ""
    return text_at(options, "virtualenv", problems)


def _declarations(config: Any, project: str, problems: Problems) -> dict[str, Declaration]:
    if config is None:
        return {}
    if not isinstance(config, dict):
        problems.add("config", f"a mapping is expected, found {config!r}")
        return {}
    return {
        full_key(str(key), project): _declaration(f"config.{key}", value, problems) for key, value in config.items()
    }


def _declaration(place: str, value: Any, problems: Problems) -> Declaration:
    """A plain value is the default; a mapping declares: `{type, default, secret}` or `{value}`."""
    if not isinstance(value, dict):
        return Declaration(default=value, has_default=value is not None)
    if unknown := sorted(str(key) for key in value if key not in _DECLARING):
        problems.add(place, f"unknown keys {', '.join(unknown)}; a mapping as a value goes under 'value'")
    declared = value.get("type")
    if declared is not None and declared not in _TYPES:
        problems.add(f"{place}.type", f"{declared!r} is none of {', '.join(sorted(_TYPES))}")
        declared = None
    default = value.get("default", value.get("value"))
    return Declaration(
        type=declared or "", default=default, has_default=default is not None, secret=value.get("secret") is True
    )
