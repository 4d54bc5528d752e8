"""A world in which release A is deployed and recorded, and what a drill does and asks there."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak.forked_tap import Ended, tap
from soak.world import World
from tests.integration.inventory import Inventory, inventory, named

OBJECT = "kept"
_OWN_ID = re.compile(r"\b(acl|rtb|sg|sgr)-[0-9a-f]{17}\b")


@dataclass
class Place:
    """A project whose release A is deployed and recorded; a: its commit, before: what was in the cloud then."""

    world: World
    a: str
    before: Inventory = field(repr=False)
    bucket: str = "drill-data"

    def __post_init__(self) -> None:
        self.root = self.world.root

    def run(self, command: str, *arguments: str, before: Callable[[], None] = lambda: None) -> Ended:
        words = (command, "--endpoint", self.world.account.endpoint, "--yes", "--json", "--result", self.result_path)
        return tap(self.root, *map(str, words), *arguments, before=before)

    @property
    def result_path(self) -> Path:
        return self.root.parent / "result.json"

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.result_path.read_text())

    def commit(self, program: str, message: str = "B") -> str:
        (self.root / "__main__.py").write_text(program)
        return commit(self.root, message)

    def deploy_badly(self, program: str, code: int = 1, *arguments: str) -> str:
        """Commit and deploy what fails; the commit."""
        sha = self.commit(program)
        ended = self.run("deploy", *arguments)
        assert ended.code == code, said(ended)
        return sha

    def roll_back(self, *arguments: str, code: int = 0) -> Ended:
        ended = self.run("rollback", *arguments)
        assert ended.code == code, said(ended)
        return ended

    def require_a(self, *, network_made_again: bool = False) -> None:
        """The cloud is as A left it, the object in the bucket too, and the worktree is gone."""
        now = named(inventory(self.world.account))
        change = without_ids_of_a_networks_own if network_made_again else lambda found: found
        changed = difference(change(self.before), change(now))
        assert changed == [], changed
        assert self.object() == b"precious"
        worktrees = git(self.root, "worktree", "list").splitlines()
        assert len(worktrees) == 1, worktrees

    def require_back_at_a(self, *arguments: str, network_made_again: bool = False) -> None:
        """Roll back; the cloud is A, and so says the document."""
        self.roll_back(*arguments)
        self.require_a(network_made_again=network_made_again)
        assert (self.result["result"], self.result["previousCommit"]) == ("succeeded", self.a), self.result

    def object(self, bucket: str = "") -> bytes:
        s3 = self.world.account.client("s3")
        return s3.get_object(Bucket=bucket or self.bucket, Key=OBJECT)["Body"].read()

    def put_object(self, bucket: str = "") -> None:
        self.world.account.client("s3").put_object(Bucket=bucket or self.bucket, Key=OBJECT, Body=b"precious")

    def releases(self) -> list[dict[str, Any]]:
        path = self.root / ".tap" / "releases" / "tap" / "local.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]


def said(ended: Ended) -> str:
    return json.dumps(ended.document.get("error", ended.shown[-3000:]), indent=1)


def difference(one: Inventory, other: Inventory) -> list[str]:
    """What is not the same, in a few words."""
    return [
        f"{kind} {key}: {one.get(kind, {}).get(key)} is now {other.get(kind, {}).get(key)}"
        for kind in sorted(one.keys() | other.keys())
        for key in sorted(one.get(kind, {}).keys() | other.get(kind, {}).keys())
        if one.get(kind, {}).get(key) != other.get(kind, {}).get(key)
    ]


def without_ids_of_a_networks_own(found: Inventory) -> Inventory:
    """The same, with numbers in place of what AWS makes with a VPC by itself, which has no names."""
    plain = {}
    for kind, things in found.items():
        told = [_OWN_ID.sub(r"\1-ID", json.dumps([key, each], sort_keys=True)) for key, each in things.items()]
        plain[kind] = {str(number): {"is": text} for number, text in enumerate(sorted(told))}
    return plain


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    ended = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def commit(root: Path, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return git(root, "rev-parse", "HEAD")
