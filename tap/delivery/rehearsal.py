"""Play a rollback on an embedded AWS of its own, away from the stack. What that proves, and what not: README."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tap.delivery.delivery import Delivery
from tap.delivery.engine import Engine
from tap.delivery.engines.embedded import EmbeddedEngine
from tap.delivery.gate import Loss
from tap.delivery.release import NothingToRollBackError, Release, require_release
from tap.delivery.result import StageFailedError
from tap.delivery.rollback import NOTHING_DONE, go_back, program_in
from tap.errors import RollbackFailedError, TapError
from tap.local_aws import control
from tap.project.project import Project, find_project
from tap.state.paths import StackPaths

PROBE: Final = "tap-rehearsal"
"""An object that is put in every bucket before the break, and has to be there after the rollback."""


def rehearse(delivery: Delivery, project: Project) -> Release:
    """Deploy the last release, then what is checked out, then go back; what was gone back to.

    Raises RollbackFailedError if the rollback does not get there, PolicyError if the gate would refuse it,
    UsageError if there is nothing to rehearse.
    """
    delivery.begin("prepare")
    head = delivery.repository.head()
    delivery.result.commit, delivery.result.author = head.sha, head.author
    release = require_release(delivery.stack, delivery.releases.read())
    delivery.result.previous = release.commit
    if release.commit == head.sha:
        raise NothingToRollBackError(f"the last release, {head.short}, is what is checked out: nothing to rehearse")
    delivery.repository.require_commit(release.commit)
    with (
        delivery.repository.worktree(release.commit) as good_folder,
        delivery.repository.worktree(head.sha) as bad_folder,
    ):
        good, bad = program_in(good_folder, project), program_in(bad_folder, project)
        with _scratch(delivery, project, bad) as engine:
            _play(replace(delivery, engine=engine), good, bad)
    return release


def _play(delivery: Delivery, good: Path, bad: Path) -> None:
    delivery.engine.require_stack()
    delivery.begin("release")
    outcome = delivery.engine.up(good, refresh=False, allowed=frozenset())
    if outcome.error:
        raise StageFailedError(f"the last release can not be deployed on the embedded AWS: {outcome.error}")
    before = _things(delivery.engine)
    _put_probes(delivery.engine)
    delivery.begin("break")
    broken = delivery.engine.up(bad, refresh=False, allowed=frozenset(delivery.allow))
    delivery.narrator.line(f"it fails, as a deploy may: {broken.error}" if broken.error else "it succeeds")
    try:
        go_back(delivery, good, _nobody_is_asked)
        _require_same(before, delivery.engine)
    except NOTHING_DONE:
        raise
    except TapError as error:
        raise RollbackFailedError(
            f"REHEARSAL FAILED at the stage '{delivery.result.stage}': {error}",
            hint=f"{error.hint + '; ' if error.hint else ''}the stack itself was not touched",
        ) from error


@contextmanager
def _scratch(delivery: Delivery, project: Project, root: Path) -> Iterator[Engine]:
    """The embedded engine with a state and an AWS of its own, in a folder that nothing else uses."""
    passphrase = StackPaths(project.root, project.name, delivery.stack).passphrase
    if passphrase.is_file():  # the config's secrets may be encrypted with it
        target = StackPaths(root, project.name, delivery.stack).passphrase
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(passphrase, target)
    control.start(root, port=0)
    try:
        yield EmbeddedEngine(find_project(root), delivery.stack, "", delivery.narrator)
    finally:
        control.stop(root)


def _things(engine: Engine) -> set[str]:
    return {each.urn for each in engine.export().resources}


def _buckets(engine: Engine) -> Iterator[tuple[Any, str]]:
    connect = engine.connect()
    for each in engine.export().resources:
        if each.type in ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"):
            yield connect("s3", each.region), each.id


def _put_probes(engine: Engine) -> None:
    for s3, bucket in _buckets(engine):
        s3.put_object(Bucket=bucket, Key=PROBE, Body=b"to be found again")


def _require_same(before: set[str], engine: Engine) -> None:
    after = _things(engine)
    changed = [f"missing: {urn}" for urn in sorted(before - after)] + [f"new: {urn}" for urn in sorted(after - before)]
    for s3, bucket in _buckets(engine):
        if not s3.list_objects_v2(Bucket=bucket, Prefix=PROBE).get("KeyCount"):
            changed.append(f"the object that was in the bucket {bucket} is gone")
    if changed:
        raise StageFailedError("the stack is not as it was:\n" + "\n".join(f"  {each}" for each in changed))


def _nobody_is_asked(losses: tuple[Loss, ...]) -> None:
    """Nothing of the rehearsal is anybody's."""
