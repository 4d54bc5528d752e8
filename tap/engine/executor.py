"""Do, never decide: one step at a time, its intent written before and its outcome after."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from tap.engine import messages
from tap.engine.errors import StepFailedError
from tap.engine.events import Diagnostic, Reporter, StepBegan, StepEnded, StepFailed
from tap.engine.model import Mark, Op, Operation, OperationType, Resource, Step
from tap.engine.provider import OutcomeUnknownError, PartialFailureError, ProviderError
from tap.engine.providers import INTERNAL_KEY, ProviderRegistry, new_provider_id
from tap.engine.recorder import Recorder, ended
from tap.engine.secrets import mark as mark_secrets
from tap.engine.snapshot import Change
from tap.engine.urn import UNKNOWN_ID
from tap.engine.values import Properties, contains_unknown, without_secrets

_HALVES = {Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED, Op.DISCARD_REPLACED, Op.IMPORT_REPLACEMENT, Op.READ_REPLACEMENT}
COUNTED = frozenset(set(Op) - _HALVES - {Op.REMOVE_PENDING_REPLACE})
"""Steps that a summary counts; the halves of a replacement are counted once, by their `replace`."""

OPERATIONS: Mapping[Op, OperationType] = {
    Op.CREATE: OperationType.CREATING,
    Op.CREATE_REPLACEMENT: OperationType.CREATING,
    Op.UPDATE: OperationType.UPDATING,
    Op.DELETE: OperationType.DELETING,
    Op.DELETE_REPLACED: OperationType.DELETING,
    Op.READ: OperationType.READING,
    Op.READ_REPLACEMENT: OperationType.READING,
    Op.IMPORT: OperationType.IMPORTING,
    Op.IMPORT_REPLACEMENT: OperationType.IMPORTING,
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a step came to: the new resource with its outputs, and why it is not all that it should be."""

    new: Resource | None
    init_error: PartialFailureError | None = None


class StepExecutor:
    """Executes steps of one run. Its methods run on the engine's event loop; calls of providers on the pool."""

    def __init__(
        self,
        providers: ProviderRegistry,
        recorder: Recorder,
        reporter: Reporter,
        pool: Executor,
        *,
        dry_run: bool,
        now: Callable[[], datetime],
    ) -> None:
        self.providers = providers
        self.recorder = recorder
        self.reporter = reporter
        self.changes: Counter[Op] = Counter()
        self.going: set[str] = set()
        """URNs that this run deletes: what is `deletedWith` one of them needs no call of its own."""
        self._pool = pool
        self._dry_run = dry_run
        self._now = now

    async def execute(self, step: Step, *, internal: bool = False) -> Step:
        """Do a step; returns it with what it came to. Raises StepFailedError, once what was done is written."""
        self.reporter.report(StepBegan(step, self._dry_run, internal))
        operation = self._operation_of(step)
        key = await self.recorder.begin(operation) if operation is not None else None
        try:
            done = await self._apply(step, operation.mark if operation is not None else None)
        except ProviderError as error:
            if not isinstance(error, OutcomeUnknownError):  # that stays begun: the next run finds out
                await self.recorder.record(ended(key))
            self._failed(step, Diagnostic("error", str(error), step.urn, error.hint, error.code, error.retryable))
        step = replace(step, new=done.new)
        changes: list[Change] = [*ended(key), *self.recorder.changes_of(step)]
        await self.recorder.record(changes, durable=step.op not in (Op.SAME, Op.REPLACE))
        if done.init_error is not None:
            reasons = messages.init_errors([str(done.init_error)])
            self._failed(step, Diagnostic("error", reasons, step.urn, done.init_error.hint, done.init_error.code))
        if not internal and _is_counted(step):
            self.changes[step.op] += 1
        self.reporter.report(StepEnded(step, self._dry_run, step.op, internal))
        return step

    def _failed(self, step: Step, diagnostic: Diagnostic) -> NoReturn:
        if not self._dry_run:
            self.reporter.report(StepFailed(step))
        raise StepFailedError(diagnostic)

    def _operation_of(self, step: Step) -> Operation | None:
        """What the step is about to do to the cloud; None for a step that only changes the state."""
        resource = step.new or step.old
        if self._dry_run or resource is None or not resource.custom or resource.is_provider:
            return None
        if step.op not in OPERATIONS or (step.old is not None and step.new is None and not self._calls_delete(step)):
            return None
        type = OPERATIONS[step.op]
        if type is OperationType.UPDATING:
            # As Pulumi writes it: what the program wants, not what is there.
            resource = replace(resource, id="", outputs={})
        return Operation(resource, type, self._mark_of(resource.urn) if type is OperationType.CREATING else None)

    def _mark_of(self, urn: str) -> Mark:
        """The mark that it had, of a creation that a killed run may have sent; a new one otherwise."""
        marks = (each.mark for each in self.recorder.snapshot.pending if each.resource.urn == urn)
        had = (mark for mark in marks if mark is not None and mark.sent_before)
        return next(had, None) or Mark(uuid.uuid4().hex, self._now())

    async def _apply(self, step: Step, mark: Mark | None) -> Done:
        match step.op:
            case Op.CREATE | Op.CREATE_REPLACEMENT:
                return await self._create(step, mark)
            case Op.UPDATE:
                return await self._update(step)
            case Op.DELETE | Op.DELETE_REPLACED | Op.DISCARD_REPLACED:
                return await self._delete(step)
            case Op.READ | Op.READ_REPLACEMENT:
                return await self._read(step)
            case Op.IMPORT | Op.IMPORT_REPLACEMENT:
                return await self._import(step)
            case Op.SAME if step.new is not None and step.new.is_provider and not step.skipped:
                await self._call(self.providers.configure, replace(step.new, inputs=(step.old or step.new).inputs))
                return Done(step.new)
            case _:
                return Done(step.new)

    async def _create(self, step: Step, mark: Mark | None) -> Done:
        new = _required(step.new)
        now = self._now()
        new = replace(new, created=now, modified=now)
        if not new.custom:
            return Done(new)
        if new.is_provider:
            id = UNKNOWN_ID if self._dry_run else new_provider_id()
            return Done(await self._configured(replace(new, id=id)))
        provider = self.providers.get(new.provider)
        timeout = new.custom_timeouts.create
        try:
            result = await self._call(
                provider.create,
                new.urn,
                without_secrets(dict(new.inputs)),
                timeout,
                preview=self._dry_run,
                mark=mark,
            )
        except PartialFailureError as error:
            return Done(self._partial(new, error), error)
        if not self._dry_run:
            self._require_known(result.outputs, new.urn)
            if not result.id:
                raise ProviderError("plugin returned empty resource.ID from create")
        return Done(replace(new, id=result.id, outputs=_marked(new, result.outputs)))

    async def _update(self, step: Step) -> Done:
        new, old = _required(step.new), _required(step.old)
        new = replace(new, modified=self._now())
        if not new.custom:
            return Done(new)
        if new.is_provider:
            return Done(await self._configured(new))
        provider = self.providers.get(new.provider)
        try:
            outputs = await self._call(
                provider.update,
                new.urn,
                new.id,
                without_secrets(dict(old.inputs)),
                without_secrets(dict(old.outputs)),
                without_secrets(dict(new.inputs)),
                new.custom_timeouts.update,
                preview=self._dry_run,
                ignore_changes=new.ignore_changes,
            )
        except PartialFailureError as error:
            # The old inputs stay, so that the next run sees the same difference and tries again.
            partial = replace(self._partial(new, error), inputs=old.inputs)
            return Done(partial, error)
        if not self._dry_run:
            self._require_known(outputs, new.urn)
        return Done(replace(new, outputs=_marked(new, outputs)))

    async def _delete(self, step: Step) -> Done:
        old = _required(step.old)
        if old.protect and step.op is Op.DELETE:
            raise ProviderError(messages.protected_delete(old.urn, preview=self._dry_run))
        if self._calls_delete(step):
            provider = self.providers.get(old.provider)
            await self._call(
                provider.delete,
                old.urn,
                old.id,
                without_secrets(dict(old.inputs)),
                without_secrets(dict(old.outputs)),
                old.custom_timeouts.delete,
            )
        return Done(None)

    def _calls_delete(self, step: Step) -> bool:
        old = _required(step.old)
        if self._dry_run or not old.custom or old.is_provider or old.external or old.retain_on_delete:
            return False
        if old.protect and step.op is Op.DELETE:
            return False
        return not (old.deleted_with and old.deleted_with in self.going)

    async def _read(self, step: Step) -> Done:
        new = _required(step.new)
        provider = self.providers.get(new.provider)
        inputs = without_secrets(dict(new.inputs))
        result = await self._call(provider.read, new.urn, new.id, inputs, inputs)
        if result is None:
            raise ProviderError(messages.does_not_exist(new.id))
        now = self._now()
        outputs = _marked(new, result.outputs)
        return Done(replace(new, id=result.id, outputs=outputs, created=now, modified=now))

    async def _import(self, step: Step) -> Done:
        new = _required(step.new)
        provider = self.providers.get(new.provider)
        result = await self._call(provider.read, new.urn, new.id, {}, {})
        if result is None:
            raise ProviderError(messages.does_not_exist(new.id))
        if result.inputs is None:
            raise ProviderError(messages.can_not_import(new.type))
        now = self._now()
        outputs = _marked(new, result.outputs)
        return Done(replace(new, id=result.id, inputs=result.inputs, outputs=outputs, created=now, modified=now))

    async def _configured(self, provider: Resource) -> Resource:
        await self._call(self.providers.configure, provider)
        visible = {key: value for key, value in provider.inputs.items() if key != INTERNAL_KEY}
        return replace(provider, outputs=mark_secrets(visible, {}, provider.additional_secret_outputs))

    def _partial(self, new: Resource, error: PartialFailureError) -> Resource:
        return replace(
            new, id=error.id or new.id, outputs=_marked(new, error.outputs), init_errors=(*new.init_errors, str(error))
        )

    def _require_known(self, outputs: Properties, urn: str) -> None:
        if contains_unknown(dict(outputs)):
            raise ProviderError(f"the provider left outputs of {urn} unknown in a real run: a bug of the provider's")

    async def _call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: function(*arguments, **named))


def _is_counted(step: Step) -> bool:
    """As Pulumi counts: a read only if what is read there has changed since the last time."""
    if step.op is not Op.READ:
        return step.op in COUNTED
    return step.old is not None and step.new is not None and dict(step.old.outputs) != dict(step.new.outputs)


def _marked(new: Resource, outputs: Properties) -> Properties:
    return mark_secrets(outputs, new.inputs, new.additional_secret_outputs)


def _required(resource: Resource | None) -> Resource:
    assert resource is not None, "a step without the resource it is about"  # noqa: S101  - a bug of ours, said as one
    return resource
