"""A policy pack's own files: PulumiPolicy.yaml, and the JSON that sets its policies' levels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tap.errors import UsageError
from tap.project.project import python_virtualenv, text_at
from tap.project.yaml_file import Problems, read_mapping

PACK_FILE: Final = "PulumiPolicy.yaml"
LEVELS: Final = ("advisory", "mandatory", "remediate", "disabled")
EVERY_POLICY: Final = "all"
"""The key in a configuration that sets the level of every policy."""


@dataclass(frozen=True, slots=True)
class PackFiles:
    """One `--policy-pack`. `named`: the folder as the user named it; version "" where the file has none."""

    named: str
    root: Path
    virtualenv: str
    version: str
    config: Mapping[str, Any]


def load_packs(packs: Sequence[str], configs: Sequence[str]) -> list[PackFiles]:
    """The packs in the order in which they were named. Raises UsageError."""
    if configs and len(configs) != len(packs):
        raise UsageError('the number of "--policy-pack-config" flags must match the number of "--policy-pack" flags')
    read = [read_config(Path(config)) for config in configs] or [{} for _ in packs]
    return [_load(named, config) for named, config in zip(packs, read, strict=True)]


def _load(named: str, config: Mapping[str, Any]) -> PackFiles:
    path = Path(named).resolve()
    file = path / PACK_FILE
    if not file.is_file():
        raise UsageError(
            f"no policy pack found at {named}: there is no {PACK_FILE}", hint="name the folder that holds it"
        )
    document, problems = read_mapping(file), Problems(file)
    virtualenv = python_virtualenv(document.get("runtime"), problems, "policy packs")
    version = text_at(document, "version", problems)
    main = text_at(document, "main", problems)
    if main and (path / main).resolve() not in (path, path / "__main__.py"):
        problems.add("main", f"the embedded engine runs __main__.py beside {PACK_FILE}, found {main!r}")
    problems.raise_if_any()
    return PackFiles(named, path, virtualenv, version, config)


def read_config(path: Path) -> dict[str, Any]:
    """Policy -> its level, or a mapping with `enforcementLevel` and the policy's own properties. Raises UsageError."""
    problems = Problems(path)
    content: Any = {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.add("", f"can not be read: {error.strerror}")
    except ValueError as error:
        problems.add("", f"is no JSON: {error}")
    if not isinstance(content, dict):
        problems.add("", f"an object is expected, found {type(content).__name__}")
        content = {}
    for policy, value in content.items():
        _level_problem(policy, value, problems)
    problems.raise_if_any()
    return {
        policy: {"enforcementLevel": value} if isinstance(value, str) else value for policy, value in content.items()
    }


def _level_problem(policy: str, value: Any, problems: Problems) -> None:
    if isinstance(value, dict):
        if "enforcementLevel" not in value:
            return
        value, policy = value["enforcementLevel"], f"{policy}.enforcementLevel"
    if value not in LEVELS:
        problems.add(policy, f"one of {', '.join(LEVELS)} is expected, found {value!r}")
