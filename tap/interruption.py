"""Ctrl-C: once, finish what is in flight and save; twice, stop now."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Final

from tap.engine.deployment import Deployment
from tap.engine.events import Diagnostic, Reporter
from tap.errors import CancelledError

# Pulumi's own words.
FIRST: Final = (
    "^C received; cancelling. If you would like to terminate immediately, press ^C again.\n"
    "Note that terminating immediately may lead to orphaned resources and other inconsistencies."
)
SECOND: Final = "^C received; terminating"

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.asynccontextmanager
async def interruptible(deployment: Deployment, reporter: Reporter) -> AsyncIterator[None]:
    """Within this, the first SIGINT or SIGTERM cancels the deployment, and the second this very task.

    Raises CancelledError (exit 8) after a second one: what is in flight then is in the journal as begun, and the next
    run goes on from there.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if deployment.cancelled:
            reporter.report(Diagnostic("info", SECOND))
            deployment.stop_waiting()
            if task is not None:
                task.cancel()
            return
        reporter.report(Diagnostic("info", FIRST))
        deployment.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupted)
    try:
        yield
    except asyncio.CancelledError as cancelled:
        raise CancelledError("update cancelled") from cancelled
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
