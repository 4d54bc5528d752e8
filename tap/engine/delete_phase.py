"""The end of a run: what the program no longer wants is deleted, dependents first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from tap.engine.default_providers import is_default_provider
from tap.engine.deletion import deletes, needed_by, targeted_deletes
from tap.engine.errors import GenerationError, StepFailedError
from tap.engine.executor import StepExecutor
from tap.engine.graph import delete_batches
from tap.engine.model import Op, Resource, Step
from tap.engine.run_status import RunStatus
from tap.engine.targets import Targets
from tap.errors import TapError


class DeletePhase:
    """Deletes batch by batch; the members of a batch, of which none hangs on another, at the same time."""

    def __init__(self, status: RunStatus, executor: StepExecutor, slots: asyncio.Semaphore) -> None:
        self._status = status
        self._executor = executor
        self._slots = slots

    def decide(
        self, base: Sequence[Resource], kept: Iterable[str], targets: Targets, *, dependents_too: bool
    ) -> list[Step]:
        """The deletes, in the state's order. `kept`: URNs that go on. Says so if that can not be, and gives none."""
        try:
            return targeted_deletes(deletes(base, kept), targets, dependents_too=dependents_too)
        except GenerationError as error:
            self._status.stop(*error.diagnostics)
            return []

    async def run(self, steps: Sequence[Step], unsuccessful: Iterable[str]) -> None:
        """`unsuccessful`: URNs of registrations that failed; what those hang on stays."""
        resources = self._executor.recorder.snapshot.resources
        spared = needed_by(unsuccessful, resources)
        steps = [step for step in steps if step.urn not in spared]
        by_resource = {id(step.old): step for step in steps}
        self._executor.going = {step.urn for step in steps}
        for batch in delete_batches([step.old for step in steps if step.old is not None]):
            chosen = [by_resource[id(resource)] for resource in batch if resource.urn not in spared]
            failed = [urn for urn in await asyncio.gather(*map(self._delete, chosen)) if urn]
            if self._status.closed:
                return
            spared |= needed_by(failed, resources)

    async def _delete(self, step: Step) -> str:
        """Returns the URN of a delete that failed, "" of one that did not."""
        async with self._slots:
            if self._status.closed:
                return ""
            try:
                await self._executor.execute(step, internal=is_default_provider(step.urn))
            except StepFailedError as error:
                # A refusal to delete what is protected stops only what it hangs on; a real failure stops all.
                refused = step.old is not None and step.old.protect and step.op is Op.DELETE
                self._status.step_has_failed(error.diagnostic, harmless=refused)
                return step.urn
            except TapError as error:
                self._status.state_failed(error)
                return step.urn
        return ""
