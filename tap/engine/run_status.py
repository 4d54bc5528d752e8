"""How a run fares: what has gone wrong so far, and whether anything new may begin."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tap.engine.events import Diagnostic, Reporter
from tap.engine.provider import ProviderError
from tap.engine.registration import MonitorClosedError
from tap.errors import TapError

_Answer = TypeVar("_Answer")


class RunStatus:
    """Shared by all parts of one run."""

    def __init__(self, reporter: Reporter, *, continue_on_error: bool) -> None:
        self.failed = False
        self.cancelled = False
        self.step_failed = False
        """Whether a step failed: then Pulumi says `update failed` at the end, and otherwise it does not."""
        self.violated = False
        """Whether a mandatory policy was violated."""
        self._closed = asyncio.Event()
        self._reporter = reporter
        self._continue_on_error = continue_on_error

    @property
    def closed(self) -> bool:
        """Whether the program's requests are answered no more, and no further step begins."""
        return self._closed.is_set()

    def close(self) -> None:
        self._closed.set()

    async def wait_until_closed(self) -> None:
        await self._closed.wait()

    async def unless_closed(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        """What the work comes to. Raises MonitorClosedError, and ends it, once the run is over."""
        doing = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self.wait_until_closed())
        try:
            await asyncio.wait({doing, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})
        if doing.cancelled():
            raise MonitorClosedError
        return doing.result()

    def require_open(self) -> None:
        if self.closed:
            raise MonitorClosedError

    def say(self, severity: str, message: str, urn: str = "") -> None:
        self._report(Diagnostic(severity, message, urn))

    def note(self, diagnostic: Diagnostic) -> None:
        """Something to be said that stops nothing now; an error all the same has the run fail in the end."""
        self._report(diagnostic)
        self.failed = self.failed or diagnostic.severity == "error"

    def stop(self, *diagnostics: Diagnostic) -> None:
        """The run can not go on: say why, and answer nothing more."""
        for diagnostic in diagnostics:
            self._report(diagnostic)
        self.failed = True
        self.close()

    def policy_violated(self) -> None:
        """A mandatory policy is broken; which, was said. An update stops, a preview fails at its end."""
        self.failed = self.step_failed = self.violated = True

    def provider_failed(self, error: ProviderError, urn: str) -> None:
        """A provider could not even say what there is to do."""
        self.step_failed = True
        self.stop(Diagnostic("error", str(error), urn, error.hint, error.code, error.retryable))

    def step_has_failed(self, diagnostic: Diagnostic, *, harmless: bool = False) -> None:
        """`harmless`: it touched nothing and need not stop the others, whatever was asked for."""
        self._report(diagnostic)
        self.failed = self.step_failed = True
        if not (harmless or self._continue_on_error):
            self.close()

    def state_failed(self, error: TapError) -> None:
        """The state can not be written: nothing more is begun. Said once, however many steps were in flight."""
        if not self.closed:
            self.stop(Diagnostic("error", str(error), hint=error.hint))

    def cancel(self) -> None:
        self.cancelled = self.failed = True
        self.close()

    def say_how_it_ended(self, *, planning: bool) -> None:
        if self.cancelled:
            self.say("error", "update canceled")
        elif self.step_failed:
            self.say("error", "preview failed" if planning else "update failed")

    def _report(self, diagnostic: Diagnostic) -> None:
        self._reporter.report(diagnostic)
