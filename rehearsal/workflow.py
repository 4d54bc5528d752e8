"""A workflow's file as values. What the rehearsal does not know is refused by name before anything is played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rehearsal.errors import NotRehearsedError

# PyYAML reads the key `on` as true.
_WORKFLOW = {"name", True, "permissions", "concurrency", "env", "jobs"}
_JOB = {"name", "needs", "if", "runs-on", "timeout-minutes", "environment", "permissions", "outputs", "env", "steps"}
_STEP = {"id", "name", "if", "run", "uses", "with", "env", "shell", "continue-on-error", "timeout-minutes"}
MINUTES_DEFAULT = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One of `run` and `uses` is given. condition: the text of `if`, "" for none."""

    id: str
    run: str
    uses: str
    given: Mapping[str, str]
    env: Mapping[str, str]
    condition: str
    may_fail: bool
    minutes: float

    @property
    def action(self) -> str:
        """`actions/checkout`, without the version."""
        return self.uses.partition("@")[0]

    @property
    def shown(self) -> str:
        return self.run.strip() or self.action


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    needs: tuple[str, ...]
    condition: str
    env: Mapping[str, str]
    outputs: Mapping[str, str]
    steps: tuple[Step, ...]
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    name: str
    env: Mapping[str, str]
    jobs: tuple[Job, ...]
    document: Mapping[Any, Any] = field(repr=False)


def read_workflow(path: Path) -> Workflow:
    """The workflow in a file, its jobs each after those that it needs. Raises NotRehearsedError."""
    document = yaml.safe_load(path.read_text())
    _require_known(document, _WORKFLOW, str(path))
    jobs = {name: _job(name, given) for name, given in document["jobs"].items()}
    return Workflow(document["name"], _texts(document.get("env")), _ordered(jobs), document)


def read_action(folder: Path) -> tuple[tuple[Step, ...], dict[str, str]]:
    """The steps of a composite action, and the defaults of its inputs. Raises NotRehearsedError."""
    document = yaml.safe_load((folder / "action.yml").read_text())
    if document["runs"]["using"] != "composite":
        raise NotRehearsedError(f"{folder}: it is no composite action")
    steps = tuple(
        _step(given, f"{folder.name} step {number}") for number, given in enumerate(document["runs"]["steps"])
    )
    return steps, {name: str(given.get("default", "")) for name, given in document.get("inputs", {}).items()}


def _job(name: str, given: Mapping[str, Any]) -> Job:
    _require_known(given, _JOB, f"job {name!r}")
    needs = given.get("needs", [])
    return Job(
        id=name,
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        condition=str(given.get("if", "")),
        env=_texts(given.get("env")),
        outputs=_texts(given.get("outputs")),
        steps=tuple(_step(step, f"job {name!r}, step {number}") for number, step in enumerate(given["steps"], 1)),
        environment=str(given.get("environment", "")),
    )


def _step(given: Mapping[str, Any], place: str) -> Step:
    _require_known(given, _STEP, place)
    if given.get("shell", "bash") != "bash":
        raise NotRehearsedError(f"{place}: shell {given['shell']!r} is not known")
    return Step(
        id=given.get("id", ""),
        run=given.get("run", ""),
        uses=given.get("uses", ""),
        given=_texts(given.get("with")),
        env=_texts(given.get("env")),
        condition=str(given.get("if", "")),
        may_fail=given.get("continue-on-error", False) is True,
        minutes=given.get("timeout-minutes", MINUTES_DEFAULT),
    )


def _ordered(jobs: Mapping[str, Job]) -> tuple[Job, ...]:
    ordered: dict[str, Job] = {}
    while len(ordered) < len(jobs):
        ready = [job for name, job in jobs.items() if name not in ordered and set(job.needs) <= set(ordered)]
        if not ready:
            raise NotRehearsedError(f"jobs that need each other: {', '.join(set(jobs) - set(ordered))}")
        ordered |= {job.id: job for job in ready}
    return tuple(ordered.values())


def _require_known(given: Mapping[Any, Any], known: set[Any], place: str) -> None:
    if unknown := [str(key) for key in given if key not in known]:
        raise NotRehearsedError(f"{place}: {', '.join(unknown)} is not known to the rehearsal")


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    texts = {}
    for name, value in (given or {}).items():
        texts[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return texts
