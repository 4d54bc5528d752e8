"""Bring a stack back to its last recorded release: the old program, run by the tools of today."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from tap.delivery.delivery import Agree, Delivery, now, succeeded
from tap.delivery.gate import IdleAllowanceError
from tap.delivery.release import Release, Rollback, release_to_return_to
from tap.delivery.repository import Commit
from tap.delivery.result import StageFailedError
from tap.errors import CancelledError, PolicyError, RollbackFailedError, StateLockedError, TapError
from tap.project.project import FILE_NAMES, Project, find_project
from tap.state.files import write_atomically

NOTHING_DONE = (CancelledError, PolicyError, StateLockedError, IdleAllowanceError)
"""What ends a rollback before the stack was changed, or by somebody's will: these keep their own exit codes."""


def rollback(delivery: Delivery, project: Project, agree: Agree) -> Release:
    """What the stack was brought back to. Raises RollbackFailedError (exit 12) if it was begun and did not get there.

    UsageError and its kinds: there is nothing to go back to, or nothing to go back from. StateLockedError: somebody
    works there. PolicyError: data would be lost. In all of these cases the stack is as it was.
    """
    delivery.begin("prepare")
    head = delivery.repository.head()
    delivery.result.commit, delivery.result.author = head.sha, head.author
    delivery.engine.require_stack()
    delivery.releases.require_writable()
    release = release_to_return_to(delivery.stack, delivery.releases.read(), head.sha, delivery.engine.export().serial)
    delivery.result.previous = release.commit
    delivery.repository.require_commit(release.commit)
    delivery.narrator.line(f"from {head.short} {head.subject}\n  to {release.commit[:10]} {release.subject}")
    delivery.begin("unlock")
    for lock in delivery.engine.cancel():
        delivery.narrator.line(f"removed the lock of a process that is no more: {lock}")
    delivery.begin("backup")
    backup = _back_up(delivery, project.root)
    with _told_as_rollback(delivery, head, release, backup):
        delivery.begin("checkout", release.commit[:10])
        with delivery.repository.worktree(release.commit) as folder:
            go_back(delivery, program_in(folder, project), agree)
    serial = delivery.engine.export().serial
    delivery.record(Rollback(head.sha, release.commit, now(), serial, succeeded=True), serial)
    return release


def go_back(delivery: Delivery, program: Path, agree: Agree) -> None:
    """Make the cloud what the release's program says. Raises TapError for the stage that fails."""
    delivery.begin("refresh")
    succeeded(delivery.engine.refresh(program))
    delivery.preview_and_gate(program, refresh=False, agree=agree)
    delivery.up(program, refresh=False)
    delivery.check(program)
    delivery.verify(program)


def program_in(folder: Path, project: Project) -> Path:
    """The folder of a release's program, made ready for the tools of today. Raises StageFailedError if it has none."""
    if not any((folder / name).is_file() for name in FILE_NAMES):
        raise StageFailedError("the release has no Pulumi.yaml where the project has its own now")
    old = find_project(folder)
    if old.name != project.name:
        raise StageFailedError(f"the project was called '{old.name}' then and is '{project.name}' now: two states")
    # The old program runs in the environment of today: with the SDKs that the state was last written with.
    environment = project.root / project.virtualenv
    wanted = folder / old.virtualenv
    if project.virtualenv and old.virtualenv and environment.is_dir() and not wanted.exists():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.symlink_to(environment.resolve(), target_is_directory=True)
    return folder


def _back_up(delivery: Delivery, root: Path) -> Path:
    """The state as it is, in a file of its own, secrets encrypted."""
    path = root / ".tap" / "rollbacks" / f"{delivery.stack.replace('/', '.')}-{time.time_ns()}.json"
    write_atomically(path, delivery.engine.export().text.encode(), mode=0o600)
    delivery.narrator.line(f"the state is backed up in {path}")
    return path


@contextlib.contextmanager
def _told_as_rollback(delivery: Delivery, head: Commit, release: Release, backup: Path) -> Iterator[None]:
    """Turns a failure into RollbackFailedError, and notes the attempt, so that there is only one by itself."""
    try:
        yield
    except NOTHING_DONE:
        raise
    except TapError as error:
        stage = delivery.result.stage
        note = Rollback(head.sha, release.commit, now(), _serial(delivery), succeeded=False)
        with contextlib.suppress(TapError):  # what failed is to be told, not this
            delivery.releases.append(note, lambda: True)
        short = release.commit[:10]
        if stage == "verify":  # everything before it was done: to deploy the same once more would mend nothing
            where, now_what = f"is back at {short}, but does not pass `tap verify`", "put that right"
        else:
            where = f"is not back at {short}"
            now_what = f"put right what failed, then: git checkout {short} && tap deploy -s {delivery.stack}"
        raise RollbackFailedError(
            f"ROLLBACK FAILED: the stack '{delivery.stack}' {where}; it failed at the stage '{stage}': {error}",
            hint=f"{error.hint + '; ' if error.hint else ''}the state before it is in {backup}; {now_what}",
        ) from error


def _serial(delivery: Delivery) -> str:
    try:
        return delivery.engine.export().serial
    except TapError:
        return ""
