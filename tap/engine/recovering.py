"""What became of what an earlier run began and did not end: found out before a run begins, and written down at once.

A creation is looked for by its mark: what it made comes into the state as if its answer had come. One that has made
nothing may still be on its way, and so the run that follows makes it with the same mark. What was being updated or
deleted is read, for the cloud may have done it or not. Nothing is decided about what the program wants: the run that
follows sees the state as it would after any other end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from tap.engine import messages
from tap.engine.events import Diagnostic, Reporter
from tap.engine.model import Op, Operation, OperationType, Resource, Step
from tap.engine.provider import FindsCreations, ProviderError, ReadResult
from tap.engine.providers import ProviderRegistry
from tap.engine.recorder import Recorder
from tap.engine.refresh import is_read, read_of, rebuilt, refreshed
from tap.engine.secrets import mark as mark_secrets
from tap.engine.snapshot import Rebased, Snapshot
from tap.engine.urn import package_of, provider_reference
from tap.engine.values import without_secrets
from tap.errors import TapError

T = TypeVar("T")


class UnresolvedError(TapError):
    """The cloud does not say what became of an operation: to go on might make something twice."""

    name = "pending_operation"
    retryable = True


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What the cloud says of a resource that was being changed; new None: it is gone."""

    old: Resource
    new: Resource | None


class Recoverer:
    """Resolves the operations that the state holds as pending, of providers that can tell (`FindsCreations`).

    The creations that have made nothing so far stay in the snapshot's, marked as sent before, until begun again.
    """

    def __init__(
        self, providers: ProviderRegistry, reporter: Reporter, pool: Executor, now: Callable[[], datetime]
    ) -> None:
        self._providers = providers
        self._reporter = reporter
        self._pool = pool
        self._now = now

    async def run(self, recorder: Recorder, pending: Sequence[Operation]) -> tuple[Operation, ...]:
        """Put right what can be; returns the operations that stay pending. Raises UnresolvedError."""
        known = [each for each in pending if self._is_known(each)]
        left = tuple(each for each in pending if each not in known)
        if not known:
            return left
        base = recorder.snapshot.base
        creations = [each for each in known if each.type is OperationType.CREATING and _has_provider(each, base)]
        changing = {id(old): old for each in known for old in _changed_by(each, base)}
        made = await asyncio.gather(*(self._ask(each, self._made_by, each) for each in creations))
        reads = await asyncio.gather(*(self._ask(old, self._read, old) for old in changing.values()))
        resources = self._adopted([each for each in made if each is not None], _after(base, reads))
        await recorder.record([Rebased(resources, (*left, *_unmade(creations, made)))])
        return left

    def _is_known(self, operation: Operation) -> bool:
        """Whether the provider can tell. It is not configured for that, nor is anything asked."""
        resource = operation.resource
        if operation.type is OperationType.CREATING and operation.mark is None:
            return False
        try:
            return isinstance(self._providers.unconfigured(package_of(resource.type)), FindsCreations)
        except ProviderError:
            return False

    def _ask(self, about: Operation | Resource, call: Callable[[Any], T], argument: Any) -> Awaitable[T]:
        async def asked() -> T:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._pool, call, argument)
            except ProviderError as error:
                resource = about.resource if isinstance(about, Operation) else about
                raise UnresolvedError(
                    messages.unresolved(resource.urn, str(error)), hint=error.hint or "run the command again"
                ) from error

        return asked()

    def _made_by(self, operation: Operation) -> tuple[Operation, ReadResult] | None:
        provider, resource = self._providers.get(operation.resource.provider), operation.resource
        if not isinstance(provider, FindsCreations) or operation.mark is None:
            return None  # `_is_known` has asked
        result = provider.find_created(resource.urn, without_secrets(dict(resource.inputs)), operation.mark)
        return None if result is None else (operation, result)

    def _read(self, old: Resource) -> _Read:
        provider = self._providers.get(old.provider)
        new = refreshed(provider, old, read_of(provider, old), self._now()).new
        return _Read(old, new if new is None else replace(new, init_errors=old.init_errors))

    def _adopted(
        self, made: Sequence[tuple[Operation, ReadResult]], resources: tuple[Resource, ...]
    ) -> tuple[Resource, ...]:
        """The state with what was made, each as its own step would have written it."""
        recorder = Recorder(Snapshot(resources), None)
        for operation, result in made:
            wanted, now = operation.resource, self._now()
            outputs = mark_secrets(result.outputs, wanted.inputs, wanted.additional_secret_outputs)
            new = replace(wanted, id=result.id, outputs=outputs, created=now, modified=now)
            for change in recorder.changes_of(_step_of(operation, new, recorder.snapshot.resources)):
                recorder.snapshot.apply(change)
            self._reporter.report(Diagnostic("info", messages.adopted(result.id), new.urn))
        return rebuilt(recorder.snapshot.resources)


def _has_provider(operation: Operation, base: Sequence[Resource]) -> bool:
    """A later run, one that did not end well, may have deleted it with all that it made: then nobody can be asked."""
    references = (provider_reference(each.urn, each.id) for each in base if each.is_provider)
    return operation.resource.provider in references


def _unmade(
    creations: Sequence[Operation], made: Sequence[tuple[Operation, ReadResult] | None]
) -> tuple[Operation, ...]:
    return tuple(
        replace(operation, mark=replace(operation.mark, sent_before=True))
        for operation, found in zip(creations, made, strict=True)
        if found is None and operation.mark is not None
    )


def _changed_by(operation: Operation, base: Sequence[Resource]) -> list[Resource]:
    """The resource of the state that was being updated or deleted, if there still is one."""
    wanted = operation.resource
    match operation.type:
        case OperationType.UPDATING:
            return [each for each in base if is_read(each) and _is_live(each, wanted)]
        case OperationType.DELETING:
            return [each for each in base if is_read(each) and (each.urn, each.id) == (wanted.urn, wanted.id)]
        case _:
            return []


def _is_live(resource: Resource, wanted: Resource) -> bool:
    return resource.urn in (wanted.urn, *wanted.aliases) and not resource.delete


def _after(base: Sequence[Resource], reads: Sequence[_Read]) -> tuple[Resource, ...]:
    now = {id(read.old): read.new for read in reads}
    return rebuilt([now.get(id(resource), resource) for resource in base])


def _step_of(operation: Operation, new: Resource, resources: Sequence[Resource]) -> Step:
    """The step that would have made this. What stands in the state since is newer: then `new` is only to be deleted."""
    old = next((each for each in resources if _is_live(each, new)), None)
    if old is None:
        return Step(Op.CREATE, new.urn, None, new)
    if operation.mark is not None and old.created is not None and old.created > operation.mark.made:
        return Step(Op.CREATE, new.urn, None, replace(new, delete=True, aliases=()))
    return Step(Op.CREATE_REPLACEMENT, new.urn, old, new, pending_delete=True)
