"""The repository that the project is in: commits, what is in none, and worktrees that are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tap.delivery.repository import GitError, Repository, open_repository
from tap.errors import UsageError
from tests.delivery.repositories import commit_all, git, repository_in


@pytest.fixture
def root(tmp_path) -> Path:
    return repository_in(tmp_path / "project", Pulumi_yaml="name: tap\n", main_py="first\n")


def test_a_folder_in_no_repository_is_one_clear_error(tmp_path):
    with pytest.raises(UsageError, match="is not in a git repository"):
        open_repository(tmp_path)


def test_a_repository_without_a_commit_is_one_clear_error(tmp_path):
    git(tmp_path, "init", "--quiet")

    with pytest.raises(UsageError, match="has no commit yet"):
        open_repository(tmp_path).head()


def test_a_repository_that_git_does_not_want_to_read_is_told_in_gits_words(root):
    (root / ".git" / "config").write_text("no config\n")

    with pytest.raises(GitError, match="bad config line 1"):
        open_repository(root)


def test_a_commit_without_a_subject_is_a_commit(root):
    git(root, "commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", "")

    assert open_repository(root).head().subject == ""


def test_a_machine_without_git_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UsageError, match="no `git` on the PATH"):
        open_repository(tmp_path)


def test_the_hash_of_the_program_is_that_of_its_folder_alone(tmp_path):
    top = repository_in(tmp_path, README_md="one\n")
    folder = top / "infra"
    folder.mkdir()
    (folder / "main.py").write_text("first\n")
    commit_all(top, "a program")
    first = open_repository(folder).head()
    (top / "README.md").write_text("two\n")
    commit_all(top, "another text")
    second = open_repository(folder).head()
    (folder / "main.py").write_text("second\n")
    commit_all(top, "another program")
    third = open_repository(folder).head()

    assert first.program == second.program != third.program
    assert (third.author, third.subject) == ("Ada", "another program")


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "main.py").write_text("changed\n"),
        lambda root: (root / "new.py").write_text("new\n"),
        lambda root: (root / "main.py").unlink(),
        lambda root: git(root, "mv", "main.py", "other.py"),
    ],
    ids=["changed", "untracked", "deleted", "renamed"],
)
def test_what_is_in_no_commit_is_named(root, change):
    change(root)

    with pytest.raises(UsageError, match=r"(main|new)\.py"):
        open_repository(root).require_clean(but=None)


def test_taps_own_files_ignored_ones_and_the_result_do_not_count(root):
    (root / ".gitignore").write_text("__pycache__/\n")
    commit_all(root, ".tap is not ignored")
    for name in (".tap/state.json", "__pycache__/main.pyc", "out/result.json"):
        (root / name).parent.mkdir()
        (root / name).write_text("x")
    repository = open_repository(root)
    repository.require_clean(but=root / "out" / "result.json")

    with pytest.raises(UsageError, match=r"out/result\.json"):
        repository.require_clean(but=root / "another.json")


def test_a_worktree_has_the_old_files_and_is_gone_afterwards_also_after_a_failure(root):
    repository = open_repository(root)
    first = repository.head().sha
    (root / "main.py").write_text("second\n")
    commit_all(root, "the second one")
    hook = root / ".git" / "hooks" / "post-checkout"
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    with contextlib.suppress(ZeroDivisionError), repository.worktree(first) as folder:
        found = (folder / "main.py").read_text(), (folder / "hooked").exists()
        raise ZeroDivisionError

    assert found == ("first\n", False)
    assert not folder.exists()
    assert _worktrees(root) == [str(root)]


def test_the_worktree_that_a_killed_rollback_left_is_removed_by_the_next_one(root):
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tap.delivery.repository import open_repository\n"
        "repository = open_repository(Path(sys.argv[1]))\n"
        "with repository.worktree(repository.head().sha) as folder: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program, root], check=False)
    left = _worktrees(root)
    repository = open_repository(root)
    with repository.worktree(repository.head().sha):
        during = _worktrees(root)

    assert len(left) == 2
    assert left[1] not in during
    assert not Path(left[1]).exists()
    assert _worktrees(root) == [str(root)]


def test_a_commit_that_is_gone_is_one_clear_error_and_one_at_the_remote_is_fetched(root, tmp_path):
    origin = repository_in(tmp_path / "origin")
    sha = commit_all(origin, "only there")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    repository = open_repository(root)
    with pytest.raises(UsageError, match="not in this clone"):
        repository.require_commit(sha)
    git(root, "remote", "add", "origin", str(origin))
    repository.require_commit(sha)

    assert repository.commit(sha).subject == "only there"
    with pytest.raises(UsageError, match="neither in this clone nor at 'origin'"):
        repository.require_commit("d" * 40)


def test_what_git_sets_for_its_hooks_does_not_lead_to_another_repository(root, tmp_path, monkeypatch):
    other = repository_in(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    found = open_repository(root)
    monkeypatch.delenv("GIT_DIR")

    assert found == Repository(root, root.resolve(), "")
    assert os.environ.get("GIT_DIR") is None


def _worktrees(root: Path) -> list[str]:
    lines = git(root, "worktree", "list", "--porcelain").splitlines()
    return [line.removeprefix("worktree ") for line in lines if line.startswith("worktree ")]
