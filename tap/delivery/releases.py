"""Where releases are recorded: beside the state of the embedded engine, or in a git ref of its own that is pushed.

A record must live as long as what it speaks of. The embedded engine's state is in `.tap/`, and so is its record. A
state of the Pulumi CLI outlives the CI job that wrote it, and so must the record: it is a ref of the repository,
`refs/tap/releases/<project>/<stack>`, which every job can fetch and which no branch, tag, squash or rebase moves. Both
are written by compare-and-swap, and only while the state is still the one that the record speaks of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tap.delivery.release import Entry, Release, decode, encode
from tap.delivery.repository import GitError, Repository
from tap.errors import StateError, TapError, UsageError
from tap.state.files import read_bytes, write_atomically

ATTEMPTS_MAX: Final = 5
"""Somebody else records a release of the same stack in the very same second: once is rare."""

LOCK_SECONDS_MAX: Final = 10.0
_FILE: Final = "releases.jsonl"
_ABSENT: Final = "0" * 40
"""By which git is told that a ref must not be there yet."""

_IDENTITY: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "tap"), ("EMAIL", "tap@localhost"))
}


class SupersededError(TapError):
    """The stack was changed by somebody else meanwhile: a record would speak of what is not there any more."""

    name = "release_superseded"


class Releases(Protocol):
    def read(self) -> tuple[Entry, ...]:
        """Everything, the oldest first. Raises StateError, GitError."""

    def require_writable(self) -> None:
        """Raises TapError if nothing could be recorded: better before the deploy than after it."""

    def append(self, entry: Entry, holds: Callable[[], bool]) -> None:
        """Record it. holds: whether it is still true; asked in each attempt. Raises SupersededError, StateError."""


@dataclass(frozen=True, slots=True)
class FileReleases:
    """In a file, one line an entry."""

    path: Path

    def read(self) -> tuple[Entry, ...]:
        return decode((read_bytes(self.path) or b"").decode(errors="replace"), str(self.path))

    def require_writable(self) -> None:
        """The state is in the same folder: who can write the one can write the other."""

    def append(self, entry: Entry, holds: Callable[[], bool]) -> None:
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS_MAX):
                _require(holds)
                write_atomically(self.path, encode([*self.read(), entry]).encode())
        except Timeout:
            raise StateError(f"{self.path} is held by another tap for {LOCK_SECONDS_MAX:.0f} s") from None


@dataclass(frozen=True, slots=True)
class GitReleases:
    """In a ref, whose commits hold one file each. Pushed to `remote`, unless that is "".

    A record's commit has the released one among its parents, so that git keeps what a rollback will need.
    """

    repository: Repository
    ref: str
    remote: str

    def read(self) -> tuple[Entry, ...]:
        self._fetch()
        return self._entries(self._tip())

    def require_writable(self) -> None:
        if self.repository.remote_git("check-ref-format", self.ref).returncode != 0:
            raise UsageError(f"git allows no ref named {self.ref!r}, in which the releases would be recorded")
        if not self.remote:
            return
        # To a ref that is never made: it asks the remote for leave to write, and nothing else.
        ended = self.repository.remote_git("push", "--dry-run", "--quiet", self.remote, f"HEAD:{self.ref}.probe")
        if ended.returncode != 0:
            raise GitError(
                f"releases can not be recorded: git push to '{self.remote}' is refused: {ended.stderr.strip()}",
                hint="the job needs leave to push (on GitHub: permissions: contents: write, and credentials in git)",
            )

    def append(self, entry: Entry, holds: Callable[[], bool]) -> None:
        refused = ""
        for _ in range(ATTEMPTS_MAX):
            _require(holds)
            tip = self._tip()
            new = self._commit([*self._entries(tip), entry], tip, entry)
            refused = self._swap(tip, new)
            if not refused:
                return
            self._fetch()
        raise GitError(f"the release could not be recorded in {self.ref}: {refused}")

    def _swap(self, old: str, new: str) -> str:
        """Put new in the place of old, here and at the remote; why that was refused, "" if it was not."""
        if self.remote:
            lease = f"--force-with-lease={self.ref}:{old}"
            pushed = self.repository.remote_git("push", "--quiet", lease, self.remote, f"{new}:{self.ref}")
            if pushed.returncode != 0:
                return pushed.stderr.strip() or "git push failed"
        expected = () if self.remote else (old or _ABSENT,)
        ended = self.repository.remote_git("update-ref", self.ref, new, *expected)
        return ended.stderr.strip() if ended.returncode != 0 else ""

    def _fetch(self) -> None:
        if not self.remote:
            return
        listed = self.repository.remote_git("ls-remote", self.remote, self.ref)
        if listed.returncode == 0 and not listed.stdout.strip():
            self.repository.git("update-ref", "-d", self.ref)  # what is only here was never recorded
            return
        spec = f"+{self.ref}:{self.ref}"
        depth = self.repository.depth()
        ended = self.repository.remote_git("fetch", "--quiet", "--no-tags", *depth, self.remote, spec)
        if ended.returncode != 0:
            raise GitError(
                f"the releases at '{self.remote}' can not be read: {(ended.stderr or listed.stderr).strip()}",
                hint="they are needed to know what to go back to; see whether `git fetch` works here",
            )

    def _tip(self) -> str:
        """The commit that the ref is at, "" if there is none."""
        ended = self.repository.remote_git("rev-parse", "--verify", "--quiet", self.ref)
        return ended.stdout.strip()

    def _entries(self, tip: str) -> tuple[Entry, ...]:
        return decode(self.repository.git("show", f"{tip}:{_FILE}"), f"{self.ref} ({tip[:10]})") if tip else ()

    def _commit(self, entries: list[Entry], tip: str, entry: Entry) -> str:
        git = self.repository.git
        blob = git("hash-object", "-w", "--stdin", text=encode(entries)).strip()
        tree = git("mktree", text=f"100644 blob {blob}\t{_FILE}\n").strip()
        kept = entry.commit if isinstance(entry, Release) else ""
        parents = [word for parent in (tip, kept) if parent for word in ("-p", parent)]
        message = f"release {kept}" if kept else "rollback"
        return git("commit-tree", tree, *parents, "-m", message, environment=_IDENTITY).strip()


def _require(holds: Callable[[], bool]) -> None:
    if not holds():
        raise SupersededError(
            "nothing was recorded: the stack was changed by another run since this one made it what it is",
            hint="see what that run left; deploys and rollbacks of one stack belong in one queue",
        )
