"""A run of the real SDK and a real policy pack over the made-up provider of the goldens, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tap import operations
from tap.engine.events import Diagnostic, Event, PolicyRemedied, PolicyViolated
from tap.operations import Options, Outcome
from tests.options.project import STACK, Project, project_in

HERE = Path(__file__).parent
JUDGING = str(HERE / "packs" / "judging")


@dataclass
class Judged:
    """outcome; `calls`: of the provider; `state`: name -> inputs; what was said, as texts."""

    outcome: Outcome | None
    calls: list[dict[str, Any]]
    state: dict[str, dict[str, Any]]
    heard: Heard

    def created(self) -> dict[str, Any]:
        """Name -> colour of what was made, in order."""
        return {
            each["urn"].rpartition("::")[2]: each["inputs"].get("color")
            for each in self.calls
            if each["method"] == "Create" and not each["preview"]
        }


@dataclass
class Heard:
    violations: list[str] = field(default_factory=list)
    remedied: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def report(self, event: Event) -> None:
        match event:
            case PolicyViolated(violation):
                name = violation.urn.rpartition("::")[2]
                self.violations.append(
                    f"{violation.level} {violation.policy} {name}: {violation.message.splitlines()[-1]}"
                )
            case PolicyRemedied(remediation, urn):
                self.remedied.append(f"{remediation.policy} {urn.rpartition('::')[2]}")
            case Diagnostic(severity="error"):
                self.errors.append(event.message)
            case Diagnostic():
                self.lines.append(event.message)


def project_for(folder: Path) -> Project:
    return project_in(folder, HERE / "program", "judged")


def run(project: Project, things: dict[str, dict[str, Any]], *, preview: bool = False, **options: Any) -> Judged:
    """One run of a program that wants these things. Raises what stops it from beginning."""
    project.configure({"things": things})
    heard, project.cloud.calls = Heard(), []
    chosen = Options(STACK, **{"policy_packs": (JUDGING,), **options})
    operation = operations.preview if preview else operations.up
    outcome = operation(project.root, chosen, heard, open_lane=project.open_lane)
    state = json.loads(project.state_path.read_bytes())["checkpoint"]["latest"] if project.state_path.exists() else {}
    inputs = {
        each["urn"].rpartition("::")[2]: each.get("inputs", {})
        for each in state.get("resources", [])
        if each["type"] == "fake:index:Thing"
    }
    return Judged(outcome, project.cloud.calls, inputs, heard)
