"""Plays the runs of a golden case on the engine, one after another, and tells what it got in the case's own terms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tap.engine import messages
from tap.engine.deployment import Deployment
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.events import Diagnostic, Event, OutputsRegistered, StepBegan, StepEnded, StepFailed
from tap.engine.model import STACK_TYPE, Op, Operation, Resource, Step
from tap.engine.snapshot import Change, Snapshot
from tap.engine.targets import Targets
from tap.state.change_codec import decode_change, encode_change
from tap.state.checkpoint import Checkpoint, decode_checkpoint, encode_checkpoint
from tap.state.crypter import CachingCrypter, PlaintextCrypter
from tap.state.integrity import verify_integrity
from tap.state.json_text import from_json, to_json_text
from tests.engine.golden.fake_provider import Cloud, FakeProvider, KilledError
from tests.engine.golden.normal import normal_state, normal_value
from tests.engine.golden.program import Item, Program

KILLED = -9


@dataclass
class Recording:
    """Listens to a run: its steps in the order in which they began, and what was said."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _open: dict[tuple[str, Op], dict[str, Any]] = field(default_factory=dict)

    def report(self, event: Event) -> None:
        match event:
            case StepBegan(step, _):
                entry = {"op": step.op.value, "urn": step.urn, **_reasons(step)}
                self._open[step.urn, step.op] = entry
                self.steps.append(entry)
            case StepEnded(step, planning, outcome):
                self._ended(step, outcome, planning=planning)
            case StepFailed(step):
                self._open[step.urn, step.op]["failed"] = True
            case OutputsRegistered(step):
                for entry in self.steps:
                    if entry["urn"] == step.urn and "new" in entry:
                        entry["new"] = _shown(step.new)
            case Diagnostic():
                self.diagnostics.append(event)

    def _ended(self, step: Step, outcome: Op, *, planning: bool) -> None:
        entry = self._open[step.urn, step.op]
        if step.op is Op.REFRESH:
            if outcome is not Op.REFRESH:
                self.steps.append({"op": outcome.value, "urn": step.urn, "onlyOutcome": "done"})
        elif planning and step.new is not None:
            entry["new"] = _shown(step.new)


def _reasons(step: Step) -> dict[str, Any]:
    reasons: dict[str, Any] = {}
    if step.keys:
        reasons["keys"] = list(step.keys)
    if step.diffs:
        reasons["diffs"] = list(step.diffs)
    if step.detailed_diff:
        reasons["detailedDiff"] = {key: kind.value for key, kind in step.detailed_diff.items()}
    return reasons


def _shown(new: Resource | None) -> dict[str, Any]:
    assert new is not None
    return {
        "id": normal_value(new.id),
        "inputs": normal_value(dict(new.inputs)),
        "outputs": normal_value(dict(new.outputs)),
    }


class TextJournal:
    """Keeps the changes as a file would: as text."""

    def __init__(self, crypter: CachingCrypter) -> None:
        self.lines: list[str] = []
        self._crypter = crypter

    def append(self, changes: Sequence[Change]) -> Future[None]:
        self.lines += [to_json_text(encode_change(change, self._crypter)) for change in changes]
        written: Future[None] = Future()
        written.set_result(None)
        return written


@dataclass
class Stack:
    """What lasts from run to run: the state, the config, the cloud."""

    cloud: Cloud = field(default_factory=Cloud)
    crypter: CachingCrypter = field(default_factory=lambda: CachingCrypter(PlaintextCrypter()))
    file: bytes = b""
    config: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    exports: Mapping[str, Any] = field(default_factory=dict)
    parallel: int = 1
    provider: type[FakeProvider] = FakeProvider

    def __post_init__(self) -> None:
        self._write((), ())

    @property
    def checkpoint(self) -> Checkpoint:
        return decode_checkpoint(self.file, lambda _: self.crypter)

    def play(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """One run; what it came to, as the case's `got` has it."""
        if "program" in given:
            self.items, self.exports = given["program"], given.get("exports", {})
        for edit in given.get("cloudEdits", []):
            self.cloud.edit(edit)
        signal = given.get("signal")
        self.cloud.kill_on = (signal["on"]["method"], signal["on"]["name"]) if signal else None
        self.cloud.calls = []
        recording = Recording()
        flags = given.get("flags", [])
        code, changes = 0, None
        if given["command"] == "config":
            self.config[flags[0]] = flags[1]
        elif given["command"] != "cancel":
            code, changes = self._run(given["command"], flags, recording)
        return self._got(recording, code, changes)

    def _got(self, recording: Recording, code: int, changes: Mapping[Op, int] | None) -> dict[str, Any]:
        stack = next((resource for resource in self.checkpoint.resources if resource.type == STACK_TYPE), None)
        return {
            "exit_code": code,
            "changes": None if changes is None else {op.value: count for op, count in changes.items() if count},
            "steps": recording.steps,
            "calls": [normal_value(call) for call in self.cloud.calls],
            "diagnostics": [
                {
                    "severity": diagnostic.severity,
                    **({"urn": diagnostic.urn} if diagnostic.urn else {}),
                    "message": diagnostic.message,
                }
                for diagnostic in recording.diagnostics
            ],
            "outputs": None if stack is None else normal_value(dict(stack.outputs)),
            "state": normal_state(self.file),
            "cloud": normal_value(self.cloud.entries),
        }

    def _run(self, command: str, flags: Sequence[str], recording: Recording) -> tuple[int, Mapping[Op, int] | None]:
        dry_run = command == "preview" or "--preview-only" in flags
        journal = None if dry_run else TextJournal(self.crypter)
        checkpoint = self.checkpoint
        snapshot = Snapshot(checkpoint.resources, checkpoint.pending)
        with ThreadPoolExecutor(self.parallel) as pool:
            deployment = Deployment(
                self._settings(flags, dry_run=dry_run),
                snapshot,
                lambda _: self.provider(self.cloud),
                recording,
                pool,
                journal,
            )
            try:
                asyncio.run(self._operate(deployment, command, flags, checkpoint.pending))
            except KilledError:
                self._recover(journal)
                return KILLED, None
        self._recover(journal, deployment.pending)
        return self._exit_code(deployment, flags), deployment.changes

    async def _operate(
        self, deployment: Deployment, command: str, flags: Sequence[str], pending: Sequence[Operation]
    ) -> None:
        dry_run = deployment.settings.dry_run
        left = [] if dry_run else await deployment.recover(pending)
        if left and command != "refresh":
            deployment.reporter.report(Diagnostic("warning", messages.pending_operations(left)))
        if command == "refresh":
            await deployment.refresh(counted=True)
            return
        if "--refresh" in flags:
            await deployment.refresh(counted=False)
        if command == "destroy":
            await deployment.destroy()
        else:
            await deployment.run_program(Program(self.items, self.exports, dry_run=dry_run, at_once=self.parallel > 1))

    def _settings(self, flags: Sequence[str], *, dry_run: bool) -> DeploymentSettings:
        return DeploymentSettings(
            project="golden",
            stack="dev",
            dry_run=dry_run,
            parallel=self.parallel,
            seed=lambda: bytes(32),
            now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
            provider_config=self._provider_config,
            targets=Targets(_values_of("--target", flags), _values_of("--exclude", flags)),
            exclude_dependents="--exclude-dependents" in flags,
            target_dependents="--target-dependents" in flags,
            replaces=Targets(_values_of("--replace", flags)),
            continue_on_error="--continue-on-error" in flags,
        )

    def _provider_config(self, package: str) -> dict[str, str]:
        prefix = f"{package}:"
        return {key.removeprefix(prefix): value for key, value in self.config.items() if key.startswith(prefix)}

    def _recover(self, journal: TextJournal | None, pending: Sequence[Operation] | None = None) -> None:
        """Make the new file as recovery would: the old one, and the journal's changes over it.

        pending: of a run that came to its end, which has the last word of it.
        """
        if journal is None:
            return
        checkpoint = self.checkpoint
        snapshot = Snapshot(checkpoint.resources, checkpoint.pending)
        for line in journal.lines:
            snapshot.apply(decode_change(from_json(line), self.crypter, "journal"))
        self._write(snapshot.resources, snapshot.pending if pending is None else pending)

    def _write(self, resources: Sequence[Resource], pending: Sequence[Operation]) -> None:
        checkpoint = Checkpoint(tuple(resources), tuple(pending))
        self.file = encode_checkpoint(checkpoint, "organization/golden/dev", self.crypter)
        verify_integrity(self.checkpoint)

    def _exit_code(self, deployment: Deployment, flags: Sequence[str]) -> int:
        if deployment.failed:
            return 1
        changed = any(count for op, count in deployment.changes.items() if op is not Op.SAME)
        return 7 if changed and "--expect-no-changes" in flags else 0


def _values_of(flag: str, flags: Sequence[str]) -> list[str]:
    return [value for name, value in pairwise(flags) if name == flag]
