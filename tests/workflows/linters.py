"""The three linters of workflows, offline, as `make lint` runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))


def jactionlint(*paths: Path) -> list[str]:
    """The rules that were broken; it runs shellcheck on every script as well."""
    line = [BIN / "jactionlint", "--no-online", f"--shellcheck={BIN / 'shellcheck'}", "--format", "json", *paths]
    return [found["id"] for found in _json(line, (0, 1))]


def zizmor(*paths: Path) -> list[str]:
    """The audits that found something."""
    line = [
        BIN / "zizmor",
        "--offline",
        "--no-config",
        "--persona=pedantic",
        "--format=json",
        "--no-exit-codes",
        *paths,
    ]
    return [found["ident"] for found in _json(line, (0,))]


def shellcheck(scripts: Iterable[str]) -> list[str]:
    """The codes of what is wrong in these scripts of bash."""
    found = []
    for script in scripts:
        line = [BIN / "shellcheck", "--shell=bash", "--norc", "--format=json", "-"]
        found += [f"SC{each['code']}" for each in _json(line, (0, 1), script)]
    return found


def scripts(path: Path) -> Iterator[str]:
    """Every `run:` in a workflow or an action."""
    document = yaml.safe_load(path.read_text())
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    yield from (step["run"] for job in jobs for step in job["steps"] if "run" in step)


def _json(line: list[Any], codes: tuple[int, ...], text: str = "") -> Any:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    ended = subprocess.run(
        line, cwd=ROOT, env=environment, input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode in codes, ended.stderr
    return json.loads(ended.stdout or "[]")
