"""`tap deploy` and `tap rollback` where they can not begin: one clear error, its exit code, and nothing was touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tap.cli import main
from tap.delivery.release import Release, encode
from tests.delivery.repositories import commit_all, git, repository_in


class Project:
    """A project that is committed, and `tap` in this process."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self.result = root.parent / "result.json"

    def __call__(self, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code, and the error that was told; the file and the document tell the same."""
        self._capsys.readouterr()
        code = main.run([*words, "--json", "--result", str(self.result), "-C", str(self.root)])
        document = json.loads(self._capsys.readouterr().out)
        written = json.loads(self.result.read_text())
        error = document["error"]
        assert written["error"] == {key: error[key] for key in ("code", "name", "message")}
        assert (written["result"], written["kind"], written["error"]["code"]) == ("failed", words[0], code)
        return code, error

    def record(self, commit: str) -> None:
        """As if a release of that commit had been deployed."""
        path = self.root / ".tap" / "releases" / "shop" / "local.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text(encode([Release(commit, "Ada", "subject", "2026-11-28", "embedded", "p", "another")]))

    def kept(self) -> set[str]:
        return {path.name for path in (self.root / ".tap").rglob("*")} if (self.root / ".tap").exists() else set()


@pytest.fixture
def project(tmp_path, capsys) -> Project:
    root = repository_in(tmp_path / "project", Pulumi_yaml="name: shop\nruntime: python\n", Pulumi_local_yaml="{}\n")
    return Project(root, capsys)


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_an_unknown_stack(project, command):
    code, error = project(command, "-s", "nope", "--yes")

    assert (code, error["name"]) == (6, "stack_not_found")
    assert project.kept() == set()


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_folder_in_no_git_repository(project, command):
    (project.root / ".git").rename(project.root / "gone")
    code, error = project(command)

    assert code == 2
    assert "is not in a git repository" in error["message"]
    assert project.kept() == set()


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_nobody_to_ask(project, command):
    (project.root / "Pulumi.prod.yaml").write_text("{}\n")
    commit_all(project.root, "another stack")
    code, error = project(command, "-s", "prod")

    assert code == 2
    assert "--yes must be passed in" in error["message"]
    assert project.kept() == set()


def test_a_dirty_worktree(project):
    (project.root / "__main__.py").write_text("new\n")
    code, error = project("deploy")

    assert code == 2
    assert "?? __main__.py" in error["message"]
    assert project.kept() == set()


def test_no_release_yet(project):
    code, error = project("rollback")

    assert (code, error["name"]) == (2, "no_release")
    assert project.kept() == set()


def test_a_release_whose_commit_is_gone(project):
    project.record("d" * 40)
    before = project.kept()
    code, error = project("rollback")

    assert code == 2
    assert f"the commit {'d' * 40} of the last release is gone" in error["message"]
    assert project.kept() == before


@pytest.mark.parametrize(
    ("rehearse", "name"), [((), "release_failed"), (("--rehearse",), "nothing_to_roll_back")], ids=["", "rehearse"]
)
def test_the_last_release_is_what_is_checked_out(project, rehearse, name):
    project.record(git(project.root, "rev-parse", "HEAD"))
    before = project.kept()
    code, error = project("rollback", *rehearse)

    assert (code, error["name"]) == (2, name)
    assert project.kept() == before


def test_records_that_can_not_be_read(project):
    project.record("d" * 40)
    path = project.root / ".tap" / "releases" / "shop" / "local.jsonl"
    path.write_text("{\n")
    code, error = project("deploy")

    assert (code, error["name"]) == (1, "state_error")
    assert f"{path} can not be read: line 1" in error["message"]


def test_an_endpoint_with_the_pulumi_cli_or_a_rehearsal(project):
    assert project("deploy", "--engine", "pulumi", "--endpoint", "http://127.0.0.1:1", "--yes")[0] == 2
    assert project("rollback", "--rehearse", "--endpoint", "http://127.0.0.1:1")[0] == 2


def test_a_result_that_can_not_be_written_is_told_before_anything_is_done(project, capsys):
    code = main.run(["deploy", "-C", str(project.root), "--result", "/proc/nowhere/result.json"])

    assert code == 2
    assert "--result: failed to write /proc/nowhere/result.json" in capsys.readouterr().err
    assert project.kept() == set()


def test_an_option_that_there_is_not_is_told_with_the_exit_code_of_pulumi(project):
    assert main.run(["deploy", "--nope", "-C", str(project.root)]) == 1
    assert main.run(["deploy", "--engine", "other", "-C", str(project.root)]) == 2
