"""The git repository that the project is in, through the `git` command: which commit is there, and others beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tap.errors import TapError, TimeoutExceededError, UsageError
from tap.state.lock_files import is_running

LOCAL_SECONDS_MAX: Final = 120.0
REMOTE_SECONDS_MAX: Final = 120.0
DIRTY_SHOWN_MAX: Final = 10
_WORKTREE: Final = re.compile(r"tap-release-(\d+)-")
_FOREIGN: Final = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
"""What git sets for its hooks: it would have us look at another repository than the project's."""

_NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")


class GitError(TapError):
    """git did not do what it was asked for."""

    name = "git_error"


@dataclass(frozen=True, slots=True)
class Commit:
    """sha: all 40 digits. program: the hash of everything in the project's folder, as git has it."""

    sha: str
    author: str
    subject: str
    program: str

    @property
    def short(self) -> str:
        return self.sha[:10]


@dataclass(frozen=True, slots=True)
class Repository:
    """folder: the project's. top: the repository's own. prefix: from there to folder, "" or with a slash at its end."""

    folder: Path
    top: Path
    prefix: str

    def head(self) -> Commit:
        """The commit that is checked out. Raises UsageError if there is none yet."""
        ended = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if ended.returncode != 0:
            raise UsageError(f"the git repository of {self.folder} has no commit yet", hint="commit the program first")
        return self.commit(ended.stdout.strip())

    def commit(self, sha: str) -> Commit:
        author, _, subject = self.git("show", "--no-patch", "--format=%an%x00%s", sha).rstrip("\n").partition("\0")
        return Commit(sha, author, subject, self.git("rev-parse", f"{sha}:{self.prefix}").strip())

    def require_clean(self, but: Path | None) -> None:
        """Raises UsageError, naming them, for changes that are in no commit. but: a file that does not count."""
        # What tap keeps in its own folder is no part of the program, whether or not it is ignored.
        counted = [":/", ":(exclude).tap"]
        if but is not None and but.resolve().is_relative_to(self.top):
            counted.append(f":(top,exclude,literal){but.resolve().relative_to(self.top)}")
        said = self.git("status", "--porcelain", "--untracked-files=all", "--", *counted).splitlines()
        if said:
            more = [f"  and {len(said) - DIRTY_SHOWN_MAX} more"] if len(said) > DIRTY_SHOWN_MAX else []
            shown = [f"  {line}" for line in said[:DIRTY_SHOWN_MAX]]
            raise UsageError(
                "\n".join(["the worktree has changes that are in no commit:", *shown, *more]),
                hint="commit or stash them (git stash -u): a release is a commit, so that it can be gone back to",
            )

    def require_commit(self, sha: str) -> None:
        """Have the commit here, from the remote if need be. Raises UsageError if it can not be had."""
        if self._has(sha):
            return
        remote = self.remote()
        if remote:
            self._run("fetch", "--quiet", "--no-tags", *self.depth(), remote, sha, seconds_max=REMOTE_SECONDS_MAX)
        if not self._has(sha):
            where = f"neither in this clone nor at '{remote}'" if remote else "not in this clone"
            raise UsageError(
                f"the commit {sha} of the last release is gone: it is {where}",
                hint="fetch it from a clone that has it, or put the program right and run `tap deploy`",
            )

    def remote(self) -> str:
        """`origin`, else the only remote; "" for none."""
        names = self.git("remote").split()
        return "origin" if "origin" in names else names[0] if len(names) == 1 else ""

    def depth(self) -> tuple[str, ...]:
        """What keeps a fetch from making a shallow clone a deep one."""
        shallow = self.git("rev-parse", "--is-shallow-repository").strip() == "true"
        return ("--depth=1",) if shallow else ()

    @contextmanager
    def worktree(self, sha: str) -> Iterator[Path]:
        """The project's folder as of that commit, in a worktree that is gone afterwards, however this ends."""
        self._sweep()
        place = Path(tempfile.mkdtemp(prefix=f"tap-release-{os.getpid()}-")).resolve()
        try:
            self.git(*_NO_HOOKS, "worktree", "add", "--quiet", "--detach", "--force", str(place), sha)
            yield place / self.prefix
        finally:
            self._remove(place)

    def git(self, *arguments: str, text: str = "", environment: Mapping[str, str] | None = None) -> str:
        """What git prints. Raises GitError if it fails."""
        ended = self._run(*arguments, text=text, environment=environment)
        if ended.returncode != 0:
            raise GitError(f"git {_shown(arguments)} failed: {ended.stderr.strip() or ended.stdout.strip()}")
        return ended.stdout

    def remote_git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A git command that talks to the remote; it never asks for a password."""
        return self._run(*arguments, seconds_max=REMOTE_SECONDS_MAX)

    def _has(self, sha: str) -> bool:
        return self._run("cat-file", "-e", f"{sha}^{{commit}}").returncode == 0

    def _run(
        self,
        *arguments: str,
        text: str = "",
        environment: Mapping[str, str] | None = None,
        seconds_max: float = LOCAL_SECONDS_MAX,
    ) -> subprocess.CompletedProcess[str]:
        return run_git(self.folder, *arguments, text=text, environment=environment, seconds_max=seconds_max)

    def _sweep(self) -> None:
        """Remove the worktrees of rollbacks that were killed."""
        for line in self.git("worktree", "list", "--porcelain").splitlines():
            place = Path(line.removeprefix("worktree "))
            made = _WORKTREE.match(place.name) if line.startswith("worktree ") else None
            if made and not is_running(int(made[1])):
                self._remove(place)

    def _remove(self, place: Path) -> None:
        self._run("worktree", "remove", "--force", "--force", str(place))
        shutil.rmtree(place, ignore_errors=True)
        self._run("worktree", "prune")


def open_repository(folder: Path) -> Repository:
    """The repository that the folder is in. Raises UsageError if it is in none, or git is not there."""
    ended = run_git(folder, "rev-parse", "--show-toplevel", "--show-prefix")
    if ended.returncode != 0 and "not a git repository" not in ended.stderr:
        raise GitError(f"git can not read the repository of {folder}: {ended.stderr.strip()}")  # another owner's, say
    if ended.returncode != 0:
        raise UsageError(
            f"{folder} is not in a git repository",
            hint="a release is a commit, so that it can be gone back to: git init, and commit the program",
        )
    top, prefix = ended.stdout.split("\n")[:2]
    return Repository(folder, Path(top).resolve(), prefix)


def run_git(
    folder: Path,
    *arguments: str,
    text: str = "",
    environment: Mapping[str, str] | None = None,
    seconds_max: float = LOCAL_SECONDS_MAX,
) -> subprocess.CompletedProcess[str]:
    """Raises UsageError if there is no git, TimeoutExceededError if it does not end in time."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    own = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(  # noqa: S603  - git itself, with arguments of our own
            ["git", *arguments],  # noqa: S607  - whichever git the user has
            cwd=folder,
            env={**kept, **own, **(environment or {})},
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds_max,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(
            "there is no `git` on the PATH", hint="install git; `tap doctor` says what else is missing"
        ) from None
    except subprocess.TimeoutExpired:
        raise TimeoutExceededError(f"git {_shown(arguments)} did not end within {seconds_max:.0f} s") from None


def _shown(arguments: tuple[str, ...]) -> str:
    return " ".join(argument for argument in arguments if argument not in _NO_HOOKS)[:200]
