"""`tap doctor`: what is missing, and how to get it."""

from __future__ import annotations

import json
import os

import pytest

from tap.cli import main
from tests.delivery.repositories import git, repository_in
from tests.delivery.stand_in import VERSION, StandIn


@pytest.fixture
def doctor(tmp_path, capsys, monkeypatch):
    """Runs it in a repository, where nobody's credentials are to be found."""
    root = repository_in(tmp_path / "project", Pulumi_yaml="name: shop\nruntime: python\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        code = main.run(["doctor", "--json", "-C", str(root), *arguments])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_the_embedded_engine_needs_nothing_that_the_project_does_not_bring(doctor):
    code, document = doctor("--engine", "embedded")

    assert code == 0
    assert document["missing"] == []


def test_what_the_pulumi_cli_needs_is_named_with_how_to_get_it(doctor, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", _only_git(tmp_path))
    code, document = doctor("--engine", "pulumi")
    told = {each["what"]: each["get"] for each in document["findings"] if each["found"] is None}

    assert code == 1
    assert document["missing"] == ["the Pulumi CLI on the PATH", "a login to a Pulumi backend", "AWS credentials"]
    assert "pulumi.com/docs" in told["the Pulumi CLI on the PATH"]
    assert "pulumi login" in told["a login to a Pulumi backend"]
    assert document["error"]["message"].startswith("missing: the Pulumi CLI on the PATH")


def test_without_an_engine_the_pulumi_cli_is_told_of_but_not_required(doctor, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", _only_git(tmp_path))
    code, document = doctor()

    assert code == 0
    assert "the Pulumi CLI on the PATH" in document["missing"]


def test_a_cli_with_a_login_and_credentials_is_all_that_it_takes(doctor, monkeypatch, tmp_path):
    stand_in = StandIn(tmp_path / "stand-in")
    stand_in.answer("whoami", stdout="ada\n")
    monkeypatch.setenv("PATH", f"{stand_in.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN", str(stand_in.folder))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    code, document = doctor("--engine", "pulumi")
    found = {each["what"]: each["found"] for each in document["findings"]}

    assert code == 0, document
    assert (found["the Pulumi CLI on the PATH"], found["a login to a Pulumi backend"]) == (VERSION, "ada")
    assert found["AWS credentials"] == "found (env)"
    assert "sesame" not in json.dumps(document)


def test_without_git_it_says_so(doctor, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, document = doctor()

    assert code == 1
    assert {"git", "a git repository with a commit"} <= set(document["missing"])


def _only_git(folder) -> str:
    """A PATH on which there is git and nothing else."""
    place = folder / "path"
    place.mkdir()
    (place / "git").symlink_to(git(folder, "--exec-path") + "/git")
    return str(place)
