"""Runs a refresh: asks the cloud about every resource, in parallel, and rewrites the state once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from tap.engine.default_providers import is_default_provider
from tap.engine.events import Diagnostic, Reporter, StepBegan, StepEnded, StepFailed
from tap.engine.model import Op, Resource, Step
from tap.engine.provider import ProviderError
from tap.engine.providers import ProviderRegistry
from tap.engine.recorder import Recorder
from tap.engine.refresh import Refreshed, is_read, read_of, rebuilt, refreshed, surviving_operations
from tap.engine.snapshot import Rebased
from tap.engine.targets import Targets, is_targeted


class RefreshSettings(Protocol):
    """The part of a run's settings that a refresh needs."""

    @property
    def dry_run(self) -> bool: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


class Refresher:
    """One refresh of all, or of all targeted, resources."""

    def __init__(
        self,
        settings: RefreshSettings,
        providers: ProviderRegistry,
        reporter: Reporter,
        pool: Executor,
        slots: asyncio.Semaphore,
    ) -> None:
        self.changes: Counter[Op] = Counter()
        self._settings = settings
        self._providers = providers
        self._reporter = reporter
        self._pool = pool
        self._slots = slots

    async def run(self, recorder: Recorder, *, counted: bool) -> bool:
        """Refresh the snapshot's base; False where the cloud did not answer about some. Those stay as they were."""
        base = recorder.snapshot.base
        results = await asyncio.gather(*(self._one(resource, counted=counted) for resource in base))
        kept = [found.new if found is not None else old for old, found in zip(base, results, strict=True)]
        await recorder.record([Rebased(rebuilt(kept), surviving_operations(recorder.snapshot.pending))])
        return all(found is not None for found in results)

    async def _one(self, old: Resource, *, counted: bool) -> Refreshed | None:
        if not is_targeted(self._settings.targets, old.urn):
            return Refreshed(old, old, Op.SAME)
        dry_run, internal = self._settings.dry_run, is_default_provider(old.urn)
        async with self._slots:
            step = Step(Op.REFRESH, old.urn, old, old)
            self._reporter.report(StepBegan(step, dry_run, internal))
            found = Refreshed(old, old, Op.SAME)
            if is_read(old):
                try:
                    found = await asyncio.get_running_loop().run_in_executor(self._pool, self._ask, old)
                except ProviderError as error:
                    self._reporter.report(StepFailed(step))
                    self._reporter.report(
                        Diagnostic("error", str(error), old.urn, error.hint, error.code, error.retryable)
                    )
                    return None
            done = replace(step, new=found.new, diffs=found.diff.diffs, detailed_diff=found.diff.detailed)
            self._reporter.report(StepEnded(done, dry_run, found.outcome if counted else Op.REFRESH, internal))
            if not internal:
                self.changes[found.outcome] += 1
            return found

    def _ask(self, old: Resource) -> Refreshed:
        provider = self._providers.get(old.provider)
        return refreshed(provider, old, read_of(provider, old), self._settings.now())
