"""Bugs in deploy and rollback: the gate, the record, the worktree, the locks of the Pulumi CLI."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_GATE: Final = "what holds data is deleted only if it was named"
_RECORD: Final = "a release is recorded only if it is true"
_BACK: Final = "a rollback goes to the last recorded release, once, and leaves nothing behind"
_LANE: Final = "tests/delivery/test_pulumi_lane.py"

DELIVERY: Final[tuple[Mutant, ...]] = (
    Mutant(
        "gate-lets-replacements-pass",
        "tap/posture/data_loss.py",
        'DELETING = frozenset({"delete", "delete-replaced", "replace"})',
        'DELETING = frozenset({"delete"})',
        "a bucket is replaced, and what was in it is gone",
        _GATE,
        ("tests/delivery/test_gate.py",),
    ),
    Mutant(
        "gate-believes-half-a-plan",
        "tap/delivery/engines/pulumi_cli.py",
        "        if not error and any(",
        "        if False and any(",
        "an event that was lost hides the deletion of a bucket",
        _GATE,
        (_LANE,),
    ),
    Mutant(
        "no-second-look-at-a-deletion",
        "tap/delivery/engines/embedded.py",
        "        if type_of(urn) in HOLDS_DATA and urn not in self._allowed:\n",
        "        if False:\n",
        "what somebody changed between preview and up deletes data that the gate never saw",
        _GATE,
        ("tests/delivery/test_embedded.py",),
    ),
    Mutant(
        "release-recorded-without-looking-at-the-state",
        "tap/delivery/delivery.py",
        "self.releases.append(entry, lambda: self.engine.export().serial == serial)",
        "self.releases.append(entry, lambda: True)",
        "a record speaks of what another run has changed already",
        _RECORD,
        (_LANE,),
    ),
    Mutant(
        "record-pushed-over-another",
        "tap/delivery/releases.py",
        '            lease = f"--force-with-lease={self.ref}:{old}"\n',
        '            lease = "--force"\n',
        "of two jobs that record at once one is forgotten",
        _RECORD,
        ("tests/delivery/test_releases.py",),
    ),
    Mutant(
        "record-does-not-hold-its-commit",
        "tap/delivery/releases.py",
        "for parent in (tip, kept) if parent",
        "for parent in (tip,) if parent",
        "git cleans a released commit away that is on no branch",
        _RECORD,
        ("tests/delivery/test_releases.py",),
    ),
    Mutant(
        "a-failed-rollback-is-tried-again",
        "tap/delivery/release.py",
        "    if isinstance(newest, Rollback) and newest.serial == serial:\n",
        "    if isinstance(newest, Rollback) and newest.serial == serial and newest.succeeded:\n",
        "a pipeline rolls back, fails, and rolls back again",
        _BACK,
        ("tests/delivery/test_release.py",),
    ),
    Mutant(
        "worktree-stays",
        "tap/delivery/repository.py",
        "        finally:\n            self._remove(place)\n",
        "        finally:\n            pass\n",
        "each rollback leaves a worktree, and git refuses to delete branches",
        _BACK,
        ("tests/delivery/test_repository.py",),
    ),
    Mutant(
        "a-live-lock-is-broken",
        "tap/delivery/engines/pulumi_cli.py",
        "        if living:\n            raise _locked(living)\n        for lock in found:\n",
        "        for lock in found:\n",
        "a rollback runs beside the deploy that it interrupts",
        _BACK,
        (_LANE,),
    ),
    Mutant(
        "pending-creations-are-ignored",
        "tap/delivery/engines/pulumi_cli.py",
        '        if creates := [each for each in self.export().pending if each.operation == "creating"]:\n',
        "        if creates := []:\n",
        "what an interrupted run created is an orphan for ever",
        _BACK,
        (_LANE,),
    ),
)
