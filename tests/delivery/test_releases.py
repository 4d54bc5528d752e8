"""Where releases are recorded: a file beside the state, or a git ref that every CI job can fetch."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tap.delivery.release import Release
from tap.delivery.releases import FileReleases, GitReleases, SupersededError
from tap.delivery.repository import GitError, open_repository
from tap.errors import UsageError
from tests.delivery.repositories import commit_all, git, repository_in

REF = "refs/tap/releases/tap/prod"


def release(commit: str, serial: str = "1") -> Release:
    return Release(commit, "Ada", "subject", "2026-11-28T12:00:00+00:00", "pulumi", "p", serial)


@pytest.fixture
def origin(tmp_path) -> Path:
    """A bare repository, as a forge has it."""
    source = repository_in(tmp_path / "source", main_py="first\n")
    git(tmp_path, "clone", "--quiet", "--bare", str(source), "origin.git")
    return tmp_path / "origin.git"


def clone(origin: Path, name: str, *options: str) -> GitReleases:
    """A job's own clone, as it comes."""
    git(origin.parent, "clone", "--quiet", *options, f"file://{origin}", name)
    return GitReleases(open_repository(origin.parent / name), REF, "origin")


def holds() -> bool:
    return True


def test_a_record_survives_the_job_that_wrote_it_and_keeps_its_commit(origin):
    job = clone(origin, "job")
    sha = commit_all(job.repository.folder, "released, and on no branch of the remote")
    job.require_writable()
    job.append(release(sha), holds)
    later = clone(origin, "later", "--depth=1")

    assert later.read() == (release(sha),)
    later.repository.require_commit(sha)
    assert later.repository.commit(sha).subject.startswith("released")
    assert git(origin, "for-each-ref", "--format=%(refname)") == f"refs/heads/main\n{REF}"


def test_records_follow_each_other_from_any_clone(origin):
    one, two = clone(origin, "one"), clone(origin, "two")
    sha = one.repository.head().sha
    for serial, job in zip("123", (one, two, one), strict=True):
        job.append(release(sha, serial), holds)

    assert two.read() == tuple(release(sha, serial) for serial in "123")


def test_two_who_record_at_once_both_do(origin):
    jobs = [clone(origin, name) for name in ("one", "two", "three")]
    sha = jobs[0].repository.head().sha
    threads = [threading.Thread(target=job.append, args=(release(sha, str(n)), holds)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(clone(origin, "later").read()) == 3


def test_a_record_that_is_not_true_any_more_is_not_made(origin):
    job, other = clone(origin, "job"), clone(origin, "other")
    sha = job.repository.head().sha
    other.append(release(sha, "of the other"), holds)
    answers = iter([True, False])  # the first attempt meets the other's record, and then the stack has changed
    with pytest.raises(SupersededError):
        job.append(release(sha), lambda: next(answers))

    assert len(other.read()) == 1


def test_a_remote_that_lets_nobody_write_is_told_before_anything_is_done(origin):
    job = clone(origin, "job")
    job.require_writable()
    git(job.repository.folder, "remote", "set-url", "--push", "origin", "file:///nowhere.git")

    with pytest.raises(GitError, match="releases can not be recorded") as error:
        job.require_writable()
    assert "contents: write" in error.value.hint


def test_a_remote_that_can_not_be_read_is_one_clear_error(origin):
    job = clone(origin, "job")
    origin.rename(origin.with_name("moved.git"))

    with pytest.raises(GitError, match="can not be read"):
        job.read()


def test_a_record_that_is_only_here_was_never_made(origin):
    job = clone(origin, "job")
    GitReleases(job.repository, REF, "").append(release(job.repository.head().sha), holds)

    assert job.read() == ()


def test_without_a_remote_the_record_stays_in_the_clone(tmp_path):
    root = repository_in(tmp_path)
    releases = GitReleases(open_repository(root), REF, open_repository(root).remote())
    sha = releases.repository.head().sha
    for serial in "12":
        releases.append(release(sha, serial), holds)

    assert releases.read() == (release(sha, "1"), release(sha, "2"))


def test_a_stack_whose_name_git_takes_for_no_ref_is_one_clear_error(tmp_path):
    repository = open_repository(repository_in(tmp_path))

    with pytest.raises(UsageError, match="git allows no ref named"):
        GitReleases(repository, "refs/tap/releases/tap/a..b", "").require_writable()


def test_a_file_is_appended_to_while_it_is_true_and_read_in_order(tmp_path):
    releases = FileReleases(tmp_path / "releases" / "tap" / "local.jsonl")
    releases.append(release("a" * 40), holds)
    releases.append(release("b" * 40), holds)
    with pytest.raises(SupersededError):
        releases.append(release("c" * 40), lambda: False)

    assert [entry.commit[0] for entry in releases.read() if isinstance(entry, Release)] == ["a", "b"]
