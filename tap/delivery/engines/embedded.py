"""The embedded engine on the embedded AWS, or on another emulator on loopback."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from tap import operations
from tap.delivery.engine import Connect, Narrator, Outcome, PlannedStep
from tap.delivery.export import Export
from tap.engine.analyzer import Enforcement
from tap.engine.events import Diagnostic, Event, PolicyViolated, Reporter, StepBegan
from tap.engine.model import Mark
from tap.engine.provider import FindsCreations, Provider, ProviderError, ReadResult
from tap.engine.urn import type_of
from tap.engine.values import Properties
from tap.errors import CancelledError, TapError
from tap.lane import DEFAULT_REGION, Lane, OpenLane, Place, open_embedded_lane
from tap.local_aws import control
from tap.operations import Options
from tap.posture.data_loss import HOLDS_DATA
from tap.project.project import Project
from tap.project.stack_config import require_stack
from tap.state.store import StateStore
from tap.verify.judgement import Judgement

Run = Callable[[Options, Reporter], operations.Outcome]


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """endpoint: another emulator's, "" for the project's own embedded AWS. policy_packs: as in `Options`."""

    project: Project
    stack: str
    endpoint: str
    narrator: Narrator
    name: str = "embedded"
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()

    @property
    def store(self) -> StateStore:
        return StateStore(self.project.root, self.project.name, self.stack)

    def require_stack(self) -> None:
        require_stack(self.project, self.stack, self.store)

    def preview(self, program: Path, *, refresh: bool) -> Outcome:
        def run(options: Options, view: Reporter) -> operations.Outcome:
            return operations.preview(self.project.root, replace(options, refresh=refresh), view)

        return self._told("preview", program, run, planning=True)

    def up(self, program: Path, *, refresh: bool, allowed: frozenset[str]) -> Outcome:
        def run(options: Options, view: Reporter) -> operations.Outcome:
            lane = keeping_data(allowed)
            return operations.up(self.project.root, replace(options, refresh=refresh), view, open_lane=lane)

        return self._told("up", program, run, planning=False)

    def refresh(self, program: Path) -> Outcome:
        return self._told(
            "refresh",
            program,
            lambda options, view: operations.refresh(self.project.root, options, view),
            planning=False,
        )

    def cancel(self) -> tuple[str, ...]:
        return tuple(str(lock) for lock in self.store.cancel())

    def export(self) -> Export:
        store = self.store
        return Export(store.export() if store.exists else "")

    def connect(self) -> Connect:
        # Imported here: it takes time that nothing needs before there is something to look at.
        from tap.local_aws.clients import Clients

        endpoint = self.endpoint or control.status(self.project.root).endpoint
        if not endpoint:
            raise TapError("the embedded AWS does not run any more", hint="`tap local status` says more")
        return Clients(endpoint, DEFAULT_REGION).client

    def verify(self, program: Path) -> Judgement:
        # Imported here: the rules take time that nothing needs before there is something to judge.
        from tap.verify.verification import verify

        return verify(self.project.root, self.stack, program=program, endpoint=self.endpoint)

    def _told(self, command: str, program: Path, run: Run, *, planning: bool) -> Outcome:
        options = Options(
            self.stack,
            endpoint=self.endpoint,
            program=str(program),
            policy_packs=self.policy_packs,
            policy_pack_configs=self.policy_pack_configs,
        )
        with self.narrator.run(command, planning=planning) as view:
            heard = _Heard(view)
            outcome = run(options, heard)
            view.concluded(outcome.outputs, cancelled=outcome.cancelled)
        if outcome.cancelled:
            raise CancelledError(f"{command} cancelled", hint="what was done is in the state")
        changes = {op.value: count for op, count in outcome.changes.items()}
        error = "" if outcome.succeeded else next(iter(heard.errors), f"{command} failed")
        return Outcome(changes, tuple(heard.steps), error, tuple(heard.violations))


class _Heard:
    """Passes events on to the view, and keeps the steps, the errors and the violations among them."""

    def __init__(self, view: Reporter) -> None:
        self._view = view
        self.steps: list[PlannedStep] = []
        self.errors: list[str] = []
        self.violations: list[str] = []

    def report(self, event: Event) -> None:
        if isinstance(event, StepBegan) and not event.internal:
            step, old = event.step, event.step.old
            type = old.type if old is not None else step.type
            self.steps.append(PlannedStep(step.op.value, step.urn, type, old is not None and old.retain_on_delete))
        elif isinstance(event, Diagnostic) and event.severity == "error":
            self.errors.append(f"{event.message} ({event.urn})" if event.urn else event.message)
        elif isinstance(event, PolicyViolated) and event.violation.level is Enforcement.MANDATORY:
            self.violations.append(f"{event.violation.policy} {event.violation.urn}: {event.violation.message}")
        self._view.report(event)


def keeping_data(allowed: frozenset[str]) -> OpenLane:
    """The lane in which nothing that holds data is deleted unless it is named.

    The gate judges a plan; between that and the run somebody may change what the plan was made of.
    """

    def open_lane(root: Path, endpoint: str, pool: Executor, ready: Callable[[Place], None]) -> Lane:
        lane = open_embedded_lane(root, endpoint, pool, ready)
        return replace(lane, factory=lambda package: cast(Provider, _Keeping(lane.factory(package), allowed)))

    return open_lane


class _Keeping:
    """A provider that deletes no data but what it may."""

    def __init__(self, provider: Provider, allowed: frozenset[str]) -> None:
        self._provider = provider
        self._allowed = allowed

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        if type_of(urn) in HOLDS_DATA and urn not in self._allowed:
            raise ProviderError(
                f"{id} holds data, was not in the plan that passed the gate, and is not deleted",
                hint=f"run it again; --allow-data-loss '{urn}', if that is meant",
            )
        self._provider.delete(urn, id, inputs, outputs, timeout)

    def find_created(self, urn: str, inputs: Properties, mark: Mark) -> ReadResult | None:
        return cast(FindsCreations, self._provider).find_created(urn, inputs, mark)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)
