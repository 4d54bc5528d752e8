"""One story of real `tap` runs for a user whose settings all lead elsewhere, watched from within each process."""

from __future__ import annotations

import ast
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from soak.canaries import PASSPHRASE, encrypted_config, hostile_user
from tests.integration.project import Project

WATCHING = Path(__file__).with_name("watching")

PROGRAM = """
import time
import pulumi
import pulumi_aws as aws

secret = pulumi.Config("canary").require_secret("secret")
region = aws.get_region()
network = aws.ec2.Vpc("network", cidr_block="10.9.0.0/16", tags={"Secret": secret, "Region": region.region})
bucket = aws.s3.Bucket("bucket", force_destroy=True, tags={"Secret": secret})
pulumi.export("secret", secret)
pulumi.export("derived", secret.apply(lambda text: {"url": f"https://user:{text}@127.0.0.1"}))
"""
BROKEN = (
    PROGRAM
    + """
aws.s3.BucketPolicy("policy", bucket="no-such-bucket-anywhere", policy=secret.apply(lambda _: "{}"))
"""
)
CHANGED = PROGRAM.replace('"Region"', '"Place"')
KILLED = (
    CHANGED
    + """
second = aws.ec2.Vpc("second", cidr_block="10.8.0.0/16", tags={"Secret": secret})
second.id.apply(lambda _: time.sleep(60))
"""
)


@dataclass
class Watched(Project):
    """A project whose every process is watched, and runs in the hostile user's surroundings."""

    surroundings: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**(self.surroundings | more))

    def write(self, program: str) -> None:
        (self.root / "__main__.py").write_text(program)


@dataclass
class Story:
    """folder: of the project, the home and the temporary files. codes, shown: of each run; events: of each process."""

    folder: Path
    home: Path
    codes: dict[str, int] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    events: dict[str, list[tuple[str, object]]] = field(default_factory=dict)

    def of(self, *names: str) -> set[object]:
        return {told for events in self.events.values() for name, told in events if name in names}


@pytest.fixture(scope="package")
def story(tmp_path_factory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("isolation")
    user = hostile_user(folder / "home")
    story = Story(folder, user.home)
    root, temporary, events = folder / "project", folder / "temporary", folder / "events"
    for path in (root, temporary, events):
        path.mkdir()
    surroundings = {
        **user.environment,
        "HOME": str(user.home),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(WATCHING),
        "TAP_WATCHED": str(events),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
    }
    project = Watched(root, surroundings=surroundings)
    try:
        _set_up(root)
        _tell(project, story)
        yield story
    finally:
        project.close()


def _set_up(root: Path) -> None:
    (root / "Pulumi.yaml").write_text("name: tap\nruntime: python\n")
    config = encrypted_config("canary:secret")
    config["config"]["aws:region"] = "us-east-1"
    (root / "Pulumi.local.yaml").write_text(yaml.safe_dump(config))


def _tell(project: Watched, story: Story) -> None:
    def run(name: str, *arguments: str) -> None:
        ended = project(*arguments)
        story.codes[name], story.shown[name] = ended.returncode, ended.stdout + ended.stderr

    project.write(PROGRAM)
    run("start", "local", "start", "--port", "0")
    run("up", "up")
    run("outputs", "outputs", "--json")
    run("status", "status")
    project.write(BROKEN)
    run("broken", "up", "--json")
    project.write(CHANGED)
    run("preview", "preview", "--diff")
    project.write(KILLED)
    with project.running("up") as up:
        up.wait_for("second created")
        os.kill(up.process.pid, signal.SIGKILL)
        story.codes["killed"] = up.end()
        story.shown["killed"] = up.shown
    story.shown["journal"] = "".join(path.read_text() for path in (project.root / ".tap").rglob("*.jsonl"))
    project.write(CHANGED)
    run("refresh", "refresh")
    run("destroy", "destroy", "--json")
    run("stop", "local", "stop")
    for file in (story.folder / "events").iterdir():
        lines = [line.partition("\t") for line in file.read_text().splitlines()]
        story.events[file.name] = [(name, ast.literal_eval(told)) for name, _, told in lines]
