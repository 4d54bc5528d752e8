"""What a deploy and a rollback have in common: the parts that they work with, and their last stages."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from tap.delivery.engine import Engine, Narrator, Outcome
from tap.delivery.gate import Loss, pass_gate
from tap.delivery.release import Entry
from tap.delivery.releases import Releases
from tap.delivery.repository import Repository
from tap.delivery.result import Result, StageFailedError
from tap.delivery.smoke import look
from tap.errors import ChangesError, PolicyError, ResourceError
from tap.verify.finding import Severity
from tap.verify.judgement import Judgement

Agree = Callable[[tuple[Loss, ...]], None]
"""Asks whoever is there to go ahead, after the preview. Raises CancelledError for anything but agreement."""

CHANGES_SHOWN_MAX: Final = 10
_TOOLS: Final = {"tap": "tapstack", "pulumi": "pulumi", "pulumi-aws": "pulumi-aws"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """stack: its name. allow: the URNs whose data may be lost."""

    stack: str
    repository: Repository
    engine: Engine
    releases: Releases
    narrator: Narrator
    result: Result
    allow: tuple[str, ...] = ()

    def begin(self, stage: str, detail: str = "") -> None:
        self.result.begin(stage)
        self.narrator.stage(stage, detail)

    def preview_and_gate(self, program: Path, *, refresh: bool, agree: Agree) -> None:
        """Raises PolicyError for a plan that loses data or breaks a policy, CancelledError if nobody agrees."""
        self.begin("preview")
        plan = succeeded(self.engine.preview(program, refresh=refresh))
        self.begin("gate")
        agree(pass_gate(plan.steps, self.allow))

    def up(self, program: Path, *, refresh: bool) -> str:
        """Make the cloud what the program says; the serial of the state that this leaves."""
        self.begin("up")
        outcome = self.engine.up(program, refresh=refresh, allowed=frozenset(self.allow))
        self.result.changes = outcome.changes
        succeeded(outcome)
        return self.engine.export().serial

    def check(self, program: Path) -> None:
        """That nothing is left to do, and that what was built is there. Raises ChangesError, ResourceError."""
        self.begin("check")
        left = succeeded(self.engine.preview(program, refresh=True)).changed
        if left:
            more = [f"  and {len(left) - CHANGES_SHOWN_MAX} more"] if len(left) > CHANGES_SHOWN_MAX else []
            shown = [f"  {step.op} {step.urn}" for step in left[:CHANGES_SHOWN_MAX]]
            raise ChangesError("\n".join(["no changes were expected after the up but these are left:", *shown, *more]))
        self.begin("smoke")
        problems = look(self.engine.export().resources, self.engine.connect())
        if problems:
            raise ResourceError(
                "\n".join(["the cloud does not have what was built:", *(f"  {each}" for each in problems)])
            )

    def verify(self, program: Path) -> None:
        """That TapStack holds what it promises, not only that it is there. Raises ResourceError for what is critical.

        What is less is told and no failure: a release may have chosen it (`nat_gateways: single`), and then going back
        to it has succeeded. Other programs than TapStack are not judged: the rules are about it.
        """
        if not self.engine.export().is_tap_stack:
            return
        self.begin("verify")
        critical, less = weighed(self.engine.verify(program))
        for line in less:
            self.narrator.line(line)
        if critical:
            raise ResourceError(
                "\n".join(["what was built does not hold what it must:", *(f"  {each}" for each in critical)]),
                hint="`tap verify` says what mends it",
            )

    def record(self, entry: Entry, serial: str) -> None:
        """Only while the state is the one that the entry speaks of. Raises SupersededError."""
        self.begin("record")
        self.releases.append(entry, lambda: self.engine.export().serial == serial)


def weighed(judgement: Judgement) -> tuple[list[str], list[str]]:
    """What is wrong, or could not be seen, as lines: what is critical, and what is less. Pure."""
    from tap.verify.rules import RULES  # imported here: the rules take time that a deploy does not need

    critical: list[str] = []
    less: list[str] = []
    for finding in judgement.findings:
        lines = critical if finding.severity is Severity.CRITICAL else less
        lines.append(f"{finding.severity} {finding.rule}: {finding.subject} {finding.says}")
    for each in judgement.not_judged:
        lines = critical if RULES[each.rule].severity is Severity.CRITICAL else less
        lines.append(f"{each.rule}: not judged, {'; '.join(sorted({unseen.why for unseen in each.because}))}")
    return critical, less


def succeeded(outcome: Outcome) -> Outcome:
    """Raises PolicyError for one that broke a policy, StageFailedError, with the reason, for one that failed."""
    if outcome.error and outcome.violations:
        raise PolicyError("\n".join(["a mandatory policy is violated:", *(f"  {each}" for each in outcome.violations)]))
    if outcome.error:
        raise StageFailedError(outcome.error)
    return outcome


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def toolchain() -> dict[str, str]:
    """Name -> version of what runs the program here."""
    return {"python": platform.python_version(), **{name: _version(package) for name, package in _TOOLS.items()}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
