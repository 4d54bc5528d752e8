"""A project with a state and an AWS of its own that can be put back to where it was: what each case begins with."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from soak.forked_aws import ForkedAws, empty_aws, free_port
from soak.forked_tap import Ended, prepare, tap
from soak.warm_program import warm_programs
from tap.state.store import StateStore
from tests.conftest import Account
from tests.integration.inventory import Inventory, counts, inventory

PROJECT = Path(__file__).parents[1]
STACK_PROGRAM = ("tap_stack.py", "__main__.py")
MEMORY = Path("/dev/shm")  # noqa: S108  - the system's folder in memory: hundreds of fsyncs on a disk show nothing more
_ID = re.compile(r"\b([a-z]+)-([0-9a-f]{17}|[0-9a-f]{7})\b")


@dataclass
class World:
    """One project folder `root` and one AWS at `endpoint`, in which one process works at a time."""

    root: Path
    port: int
    aws: ForkedAws
    account: Account
    empty: Inventory = field(default_factory=dict)

    def tap(self, command: str, *arguments: str, before: Callable[[], None] = lambda: None) -> Ended:
        words = (command, "--endpoint", self.account.endpoint, "--yes", "--skip-preview", "--json", *arguments)
        return tap(self.root, *words, before=before)

    def counts(self) -> dict[str, int]:
        """How many there are of each type in the account, without what is in every new account."""
        return counts(inventory(self.account), but=self.empty)

    @cached_property
    def store(self) -> StateStore:
        return StateStore(self.root, "tap", "local")


@dataclass(frozen=True)
class Scene:
    """What a case begins with: a folder to copy and a paused AWS to fork."""

    folder: Path
    aws: ForkedAws


@contextmanager
def worlds() -> Iterator[Workshop]:
    """Everything that cases share: the folder in memory, the empty AWS, the server of warm programs."""
    prepare()
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place, prefix="tap-soak-") as name, empty_aws() as aws:
        folder = Path(name)
        with warm_programs(folder / "programs") as environment:
            workshop = Workshop(folder, environment, aws, free_port())
            try:
                # Looked at before it is copied: a region's default VPC comes into being when it is first asked for.
                aws.serve(workshop.port)
                workshop.empty = inventory(workshop.account)
                aws.pause()
                yield workshop
            finally:
                workshop.account.close()


@dataclass
class Workshop:
    folder: Path
    environment: Path
    nothing: ForkedAws
    port: int
    empty: Inventory = field(default_factory=dict)

    @cached_property
    def account(self) -> Account:
        return Account(f"http://127.0.0.1:{self.port}", "test")

    def scene(
        self, name: str, program: Mapping[str, str] | None = None, config: Mapping[str, Any] | None = None
    ) -> Scene:
        """A project without a state in front of an empty AWS. program: file -> text, the project's own by default."""
        root = self.folder / f"scene-{name}"
        root.mkdir()
        write_program(root, program, config)
        settings = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())
        settings["runtime"]["options"]["virtualenv"] = str(self.environment)
        (root / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
        return Scene(root, self.nothing)

    @contextmanager
    def world(self, scene: Scene) -> Iterator[World]:
        """A world as the scene has it, thrown away at the end."""
        root = self.folder / "world"
        shutil.copytree(scene.folder, root, symlinks=True)
        aws = scene.aws.fork()
        try:
            aws.serve(self.port)
            yield World(root, self.port, aws, self.account, self.empty)
        finally:
            aws.close()
            shutil.rmtree(root)

    @contextmanager
    def after(self, scene: Scene, name: str, change: Callable[[World], None]) -> Iterator[Scene]:
        """The scene as a change leaves it."""
        folder = self.folder / f"scene-{name}"
        root = self.folder / "world"
        aws = scene.aws.fork()
        try:
            shutil.copytree(scene.folder, root, symlinks=True)
            aws.serve(self.port)
            change(World(root, self.port, aws, self.account, self.empty))
            aws.pause()
            root.rename(folder)
            yield Scene(folder, aws)
        finally:
            aws.close()


def write_program(root: Path, program: Mapping[str, str] | None, config: Mapping[str, Any] | None) -> None:
    """Put a program and its configuration of the stack `local` in the folder."""
    if program is None:
        for name in STACK_PROGRAM:
            shutil.copy(PROJECT / name, root / name)
    else:
        for name, text in program.items():
            (root / name).write_text(text)
    local = yaml.safe_load((PROJECT / "Pulumi.local.yaml").read_text())["config"]
    local |= {f"tap:{name}": value for name, value in (config or {}).items()}
    (root / "Pulumi.local.yaml").write_text(yaml.safe_dump({"config": local}))


def shape(value: Any) -> Any:
    """Outputs without what is another one in each run: the ids that AWS gives."""
    return json.loads(_ID.sub(r"\1-ID", json.dumps(value, sort_keys=True)))
