"""What a program registers as outputs: of a component at once, of the stack when it is known how the program ended."""

from __future__ import annotations

from dataclasses import replace

from tap.engine.events import OutputsRegistered, Reporter
from tap.engine.model import STACK_TYPE, Op, Resource, Step
from tap.engine.recorder import Recorder
from tap.engine.registration import RefusedError
from tap.engine.values import Properties


class RegisteredOutputs:
    """Records outputs. `done` holds what has been registered, by URN, and is kept up to date here."""

    def __init__(self, recorder: Recorder, reporter: Reporter, done: dict[str, Resource]) -> None:
        self._recorder = recorder
        self._reporter = reporter
        self.done = done
        self._stack: Resource | None = None
        self._outputs: Properties | None = None

    def remember(self, resource: Resource) -> None:
        """A resource has been registered."""
        self.done[resource.urn] = resource
        if resource.type == STACK_TYPE:
            self._stack = resource

    def is_stack(self, urn: str) -> bool:
        return self._stack is not None and urn == self._stack.urn

    async def register(self, urn: str, outputs: Properties) -> None:
        """Raises RefusedError for what was not registered."""
        old = self.done.get(urn)
        if old is None:
            raise RefusedError(f"cannot register outputs of {urn}: it was not registered")
        if old.type == STACK_TYPE:
            # Whether they replace the old outputs or add to them is known once the program has ended: one that raised
            # still sends those that it has, and they count although nothing else does.
            self._outputs = outputs
            return
        await self._put(old, outputs)

    async def finish(self, *, failed: bool) -> None:
        """Record the stack's. Those of a failed run add to what the state has."""
        old, outputs = self._stack, self._outputs
        if old is None or outputs is None:
            return
        self._outputs = None
        self._stack = await self._put(old, {**old.outputs, **outputs} if failed else outputs)

    async def _put(self, old: Resource, outputs: Properties) -> Resource:
        new = replace(old, outputs=outputs)
        self.done[old.urn] = new
        await self._recorder.register_outputs(old, new)
        self._reporter.report(OutputsRegistered(Step(Op.SAME, old.urn, old, new)))
        return new
