"""The steps of one registration, taken out one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tap.engine.analysis import Analysis
from tap.engine.errors import GenerationError, StepFailedError
from tap.engine.executor import StepExecutor
from tap.engine.generator import StepGenerator
from tap.engine.known import Registration
from tap.engine.model import Op, Resource, Step
from tap.engine.provider import ProviderError
from tap.engine.registration import MonitorClosedError, Registered, Result
from tap.engine.run_status import RunStatus
from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import UNKNOWN
from tap.errors import TapError


class StepChain:
    """Runs a registration's steps; `result` is then the resource, or None where a step failed."""

    def __init__(
        self,
        status: RunStatus,
        generator: StepGenerator,
        executor: StepExecutor,
        analysis: Analysis,
        *,
        internal: bool,
    ) -> None:
        self.result: Resource | None = None
        self._analysis = analysis
        self._status = status
        self._generator = generator
        self._executor = executor
        self._internal = internal

    async def run(self, registration: Registration, steps: Sequence[Step]) -> Registered:
        """The answer to the program. Raises MonitorClosedError where the run is over."""
        try:
            done = await self._execute(steps)
            if done.op in (Op.IMPORT, Op.IMPORT_REPLACEMENT) and done.new is not None:
                rest = await self._after_import(registration, done.new)
                done = await self._execute(rest) if rest else done
        except StepFailedError as error:
            self._status.step_has_failed(error.diagnostic)
            self._status.require_open()
            return Registered(registration.urn, UNKNOWN, result=Result.FAIL)
        except GenerationError as error:
            self._status.stop(*error.diagnostics)
            raise MonitorClosedError from error
        except ProviderError as error:
            self._status.provider_failed(error, registration.urn)
            raise MonitorClosedError from error
        except TapError as error:
            self._status.state_failed(error)
            raise MonitorClosedError from error
        return self._answer(registration.urn, done)

    async def _after_import(self, registration: Registration, imported: Resource) -> list[Step]:
        async with self._analysis.deciding:
            registration, new = self._generator.checked_after_import(registration, imported)
            judged = await self._analysis.judged(self._generator, registration, new)
            return self._generator.after_import(judged.registration, imported, judged.new or new)

    async def _execute(self, steps: Sequence[Step]) -> Step:
        """Take the steps; returns the one that made or left the resource what it now is."""
        result: Step | None = None
        for step in steps:
            self._status.require_open()
            if step.op is Op.REPLACE and result is not None and result.new is not None:
                # The logical step comes after the one that did the work, and shows what that made.
                step = replace(step, new=result.new)
            done = await self._executor.execute(step, internal=self._internal)
            if done.op is not Op.REPLACE:
                result = done
        assert result is not None, "a registration without a step"  # noqa: S101  - a bug of ours, said as one
        return result

    def _answer(self, urn: str, done: Step) -> Registered:
        new = done.new
        assert new is not None, "a registration without a resource"  # noqa: S101  - as above
        self.result = new
        unmade = new.custom and new.id in ("", UNKNOWN_ID)
        outputs = new.outputs if new.custom else {}
        return Registered(urn, UNKNOWN if unmade else new.id, outputs, unknown=done.skipped)
