"""The real SDK in a process of its own against the real engine and state, over the made-up provider of the goldens."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tap import operations
from tap.engine.events import Diagnostic, Event
from tap.lane import Lane, Place
from tap.operations import Options, Outcome
from tests.engine.golden.fake_provider import Cloud, FakeProvider

STACK = "dev"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  - the mark of one, in Pulumi's files


@dataclass
class Run:
    """What one run came to, seen from outside: the calls of the provider, the file, what was said."""

    outcome: Outcome
    calls: list[dict[str, Any]]
    file: dict[str, Any]
    said: list[Diagnostic]

    def names(self, method: str) -> list[str]:
        """The names of the resources for which this was called."""
        return [call["urn"].rpartition("::")[2] for call in self.calls if call["method"] == method]

    def call(self, method: str, name: str) -> dict[str, Any]:
        found = [each for each in self.calls if each["method"] == method and each["urn"].endswith(f"::{name}")]
        assert len(found) == 1, (method, name, found)
        return found[0]

    def position(self, method: str, name: str) -> int:
        return self.calls.index(self.call(method, name))

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Name -> resource, of the file's live ones."""
        live = [each for each in self.file["latest"].get("resources", []) if not each.get("delete")]
        return {each["urn"].rpartition("::")[2]: each for each in live}

    @property
    def errors(self) -> list[str]:
        return [each.message for each in self.said if each.severity == "error"]


@dataclass
class Project:
    """A project in a folder, its cloud beside it."""

    root: Path
    name: str = "options"
    cloud: Cloud = field(default_factory=Cloud)

    @property
    def state_path(self) -> Path:
        return self.root / f".tap/.pulumi/stacks/{self.name}/{STACK}.json"

    def configure(self, values: Mapping[str, Any], salt: str = "") -> None:
        document = {"config": {f"{self.name}:{key}": value for key, value in values.items()}}
        (self.root / f"Pulumi.{STACK}.yaml").write_text(
            json.dumps({**document, "encryptionsalt": salt} if salt else document)
        )

    def up(self, **options: Any) -> Run:
        return self._run(operations.up, **options)

    def preview(self, **options: Any) -> Run:
        return self._run(operations.preview, **options)

    def refresh(self, *, preview_only: bool = False, **options: Any) -> Run:
        return self._run(partial(operations.refresh, preview_only=preview_only), **options)

    def destroy(self, **options: Any) -> Run:
        return self._run(operations.destroy, **options)

    def _run(self, operation: Any, **options: Any) -> Run:
        heard = _Heard()
        self.cloud.calls = []
        outcome = operation(self.root, Options(STACK, **options), heard, open_lane=self.open_lane)
        file = json.loads(self.state_path.read_bytes())["checkpoint"] if self.state_path.exists() else {}
        return Run(outcome, self.cloud.calls, file, heard.said)

    def open_lane(self, *_: object) -> Lane:
        place: Future[Place] = Future()
        place.set_result(Place("", ""))
        return Lane(lambda _: FakeProvider(self.cloud), "", "", place)


@dataclass
class _Heard:
    said: list[Diagnostic] = field(default_factory=list)

    def report(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            self.said.append(event)


def project_in(root: Path, program: Path, name: str = "options") -> Project:
    """A project of this name with a copy of this program."""
    shutil.copytree(program, root, dirs_exist_ok=True)
    (root / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
    return Project(root, name)
