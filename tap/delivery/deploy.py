"""Release what is checked out: preview, gate, up, check, and only then the record."""

from __future__ import annotations

from pathlib import Path

from tap.delivery.delivery import Agree, Delivery, now, toolchain
from tap.delivery.release import Release, last_release


def deploy(delivery: Delivery, program: Path, agree: Agree) -> Release:
    """program: the project's folder, as it is checked out. What was released.

    Raises TapError: UsageError before anything was touched, PolicyError at the gate, StageFailedError, ChangesError,
    ResourceError after it; then the stack is as far as the up came, nothing is recorded, and `rollback` goes back.
    """
    delivery.begin("prepare")
    commit = delivery.repository.head()
    delivery.result.commit, delivery.result.author = commit.sha, commit.author
    delivery.engine.require_stack()
    delivery.repository.require_clean(but=delivery.result.file)
    delivery.releases.require_writable()
    before = last_release(delivery.releases.read())
    delivery.result.previous = before.commit if before else None
    delivery.narrator.line(f"{commit.short} {commit.subject} ({commit.author})")
    delivery.preview_and_gate(program, refresh=True, agree=agree)
    serial = delivery.up(program, refresh=True)  # as it was previewed: what somebody changed by hand is mended, too
    delivery.check(program)
    release = Release(
        commit=commit.sha,
        author=commit.author,
        subject=commit.subject,
        at=now(),
        engine=delivery.engine.name,
        program=commit.program,
        serial=serial,
        toolchain=toolchain(),
        outputs=delivery.engine.export().outputs,
    )
    delivery.record(release, serial)
    return release
