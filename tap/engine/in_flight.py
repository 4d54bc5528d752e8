"""What has been begun for a program and has not ended yet."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class InFlight:
    """Work that is done to its end, even if whoever asked for it does not wait any more."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[Any]] = set()
        self._left = False

    async def finish(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait until nothing is in flight. The outcome of each went to whoever asked for it."""
        while self._tasks and not self._left:
            await asyncio.wait(set(self._tasks))

    def leave(self) -> None:
        """Wait for nothing any more."""
        self._left = True


async def first_of(program: asyncio.Future[Any], *events: Coroutine[Any, Any, Any]) -> None:
    """Wait until the program has ended or one of the events has come."""
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait({program, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
