"""Reading YAML as Pulumi's Go parser does, and collecting all that is wrong in a file."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from tap.errors import UsageError


class Problems:
    """What is wrong in one file, all of it, to be told at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[str] = []

    def add(self, place: str, problem: str) -> None:
        self._found.append(f"{self._path}: {place}: {problem}" if place else f"{self._path}: {problem}")

    def raise_if_any(self) -> None:
        """Raises UsageError with every problem."""
        if self._found:
            raise UsageError("\n".join(self._found))


class _Loader(yaml.SafeLoader):
    """YAML 1.2's scalars: `yes`, `on`, `12:30:00` and dates are texts. A key that is there twice is an error."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  - as PyYAML's own class declares it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                "while reading a mapping", node.start_mark, f"these keys are there twice: {', '.join(twice)}"
            )
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("tag:yaml.org,2002:int", r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("tag:yaml.org,2002:merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _first)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that the file holds; an empty file is an empty one. Raises UsageError naming file and place."""
    problems = Problems(path)
    content: Any = None
    try:
        content = yaml.load(path.read_bytes(), _Loader)  # noqa: S506  - a SafeLoader with fewer scalars
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problems.add(place, " ".join(filter(None, (error.context, error.problem))))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.add("", f"is no YAML: {' '.join(str(error).split())}")
    except OSError as error:
        problems.add("", f"can not be read: {error.strerror}")
    if content is not None and not isinstance(content, dict):
        problems.add("", f"a mapping is expected, found {type(content).__name__}")
    problems.raise_if_any()
    return {str(key): value for key, value in (content or {}).items()}
