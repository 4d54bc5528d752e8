"""One resource's real operations: make it, mend what differs, find it again. Decides nothing about whether to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from botocore.exceptions import ClientError

from tap.aws.check import wanted
from tap.aws.config import ProviderConfig
from tap.aws.creation import TRIES_MAX, AnswerLostError, Creation
from tap.aws.diff import changes, with_ignored
from tap.aws.errors import code_of, outcome_is_unknown, provider_error
from tap.aws.outputs import as_unsettled, imported_inputs, is_unsettled, outputs_of, refreshed_inputs
from tap.aws.resource_type import Found, Made, ResourceType, Wanted
from tap.aws.schema import TypeSchema
from tap.aws.session import Session
from tap.aws.waits import wait
from tap.engine.model import Mark
from tap.engine.provider import CreateResult, OutcomeUnknownError, PartialFailureError, ProviderError, ReadResult
from tap.engine.values import Properties, Value

T = TypeVar("T")

_LAG_SECONDS: Final = 120.0
"""Terraform's own bound for AWS's answers to agree with each other (IAM's take longest)."""


class NotAppliedError(ProviderError):
    """AWS said yes and did nothing, as emulators do with what they have not implemented."""

    def __init__(self, properties: Iterable[str]) -> None:
        super().__init__(
            f"AWS accepted the change of {', '.join(properties)} and did not make it",
            hint="the emulator may not have implemented it: leave the property out, or use AWS",
            code="NotApplied",
        )


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The operations of one type in one region, for one call. All raise ProviderError, some PartialFailureError."""

    kind: ResourceType
    schema: TypeSchema
    config: ProviderConfig
    aws: Session

    def create(self, inputs: Properties, mark: Mark) -> CreateResult:
        """Once it is made, every failure carries the id: the resource is there and must not be lost."""
        want = self._wanted(inputs)
        try:
            made = self._creation(inputs, mark).make()
        except AnswerLostError as lost:
            raise self._unknown("creating", "", lost.cause) from lost
        except Exception as error:
            raise self._error("creating", "", error) from error
        id, have = (made.id, self._visible(made.have)) if isinstance(made, Made) else (made, None)
        is_settled = not self.kind.settles or have is not None
        try:
            if have is None:
                have = self._settled(id)
                is_settled = True
                have = have or self._appeared(id, want)
            elif isinstance(made, Made) and not made.complete and not self._differs(id, have, inputs):
                have = self._appeared(id, want)
            outputs = self._mended(id, have, inputs, before={})
        except Exception as error:
            raise self._partial("creating", id, inputs, have, error, is_settled=is_settled) from error
        return CreateResult(str(outputs["id"]), outputs)

    def find_created(self, inputs: Properties, mark: Mark) -> ReadResult | None:
        """What a creation that was interrupted has made. How far it came nobody knows: it counts as not settled."""
        try:
            found = self._creation(inputs, mark).find()
            if found is None:
                return None
            id, have = found
            outputs = self._outputs(id, self._visible(have), inputs)
        except Exception as error:
            raise self._error("looking for", "", error) from error
        return ReadResult(outputs["id"], inputs, as_unsettled(outputs) if self.kind.settles else outputs)

    def read(self, id: str, inputs: Properties, before: Properties) -> ReadResult | None:
        """`inputs` empty: an import, whose inputs are made out of what AWS has. `before`: the last known outputs."""
        try:
            found = self._find(id, self._wanted(inputs) if inputs else {})
            if found is None:
                return None
            outputs = self._outputs(id, found, inputs)
        except Exception as error:
            raise self._error("reading", id, error) from error
        if is_unsettled(before):
            outputs = as_unsettled(outputs)
        if inputs:
            return ReadResult(outputs["id"], refreshed_inputs(self.kind, self.schema, inputs, outputs), outputs)
        return ReadResult(outputs["id"], imported_inputs(self.kind, self.schema, outputs), outputs)

    def update(
        self, id: str, old_inputs: Properties, old_outputs: Properties, news: Properties, ignored: tuple[str, ...] = ()
    ) -> Properties:
        want = self._wanted(news)
        is_settled, is_touched = not is_unsettled(old_outputs), False
        try:
            have = self._find(id, want)
            if have is None:
                raise ProviderError(
                    "it no longer exists", hint="run `tap refresh`, then `tap up` makes it anew", code="NotFound"
                )
            is_touched = True
            if not is_settled:
                have = self._settled(id) or self._appeared(id, want)
                is_settled = True
            news = with_ignored(self.kind, self.schema, self._outputs(id, have, news), news, ignored)
            return self._mended(id, have, news, before=self._wanted(old_inputs))
        except Exception as error:
            if not is_touched:
                raise self._error("updating", id, error) from error
            try:
                partial = self._partial("updating", id, old_inputs, None, error, is_settled=is_settled)
            except Exception as unable:
                raise self._unknown("updating", id, error) from unable
            if partial.outputs == old_outputs:
                raise self._error("updating", id, error) from error
            raise partial from error

    def delete(self, id: str, outputs: Properties) -> None:
        try:
            self._until_known(lambda: self.kind.remove(self.aws, id, outputs))
        except ClientError as error:
            if code_of(error) in self.kind.gone:
                return
            raise (self._unknown if outcome_is_unknown(error) else self._error)("deleting", id, error) from error
        except Exception as error:
            raise (self._unknown if outcome_is_unknown(error) else self._error)("deleting", id, error) from error

    def _creation(self, inputs: Properties, mark: Mark) -> Creation:
        def differs(id: str, have: Found) -> bool:
            return bool(self._differs(id, self._visible(have), inputs))

        return Creation(self.kind, self.aws, self._wanted(inputs), mark, differs)

    def _settled(self, id: str) -> Found | None:
        found = self._until_known(lambda: self.kind.settle(self.aws, id))
        return None if found is None else self._visible(found)

    def _until_known(self, call: Callable[[], T]) -> T:
        """Again, as long as its answers are lost: `call` is one that begins with a look at what there is."""

        tries = count(1)

        def attempt() -> tuple[T] | None:
            try:
                return (call(),)
            except Exception as error:
                if next(tries) == TRIES_MAX or not outcome_is_unknown(error):
                    raise
                return None

        return wait(self.aws, attempt, what="an answer of AWS")[0]

    def _wanted(self, inputs: Properties) -> Wanted:
        return wanted(self.kind, self.config, inputs)

    def _find(self, id: str, want: Wanted) -> Found | None:
        try:
            found = self.kind.find(self.aws, id, want)
        except ClientError as error:
            if code_of(error) in self.kind.gone:
                return None
            raise
        return self._visible(found) if found is not None else None

    def _visible(self, found: Found) -> Found:
        """Without AWS's own tags, the engine's, and those that the configuration ignores: nobody may take them away."""
        return {**found, "tags": self.config.without_ignored(found["tags"])} if found.get("tags") else found

    def _outputs(self, id: str, found: Found, inputs: Properties) -> dict[str, Value]:
        return outputs_of(
            self.kind, self.schema, self.config, id=id, region=self.aws.region, found=found, inputs=inputs
        )

    def _mended(self, id: str, have: Found, inputs: Properties, before: Wanted) -> dict[str, Value]:
        """The outputs after mending; where nothing differs, AWS is not asked again."""
        if not self._differs(id, have, inputs):
            return self._outputs(id, have, inputs)
        want = self._wanted(inputs)
        known: list[Found] = [have]

        def mend() -> None:
            # After a lost answer what AWS has by now is what counts.
            self.kind.mend(self.aws, id, known.pop() if known else self._appeared(id, want), want, before)

        self._until_known(mend)
        now = self._appeared(id, want)
        if left := self._differs(id, now, inputs):
            raise NotAppliedError(left)
        return self._outputs(id, now, inputs)

    def _differs(self, id: str, have: Found, inputs: Properties) -> Collection[str]:
        outputs = self._outputs(id, have, inputs)
        return changes(self.kind, self.schema, self.config, outputs=outputs, news=inputs).keys()

    def _appeared(self, id: str, want: Wanted) -> Found:
        """What AWS has; just after a change its answers may lag behind."""
        bound = min(self.aws.seconds_max, _LAG_SECONDS)
        return wait(self.aws, lambda: self._find(id, want), what=f"{self._named(id)} to appear", seconds_max=bound)

    def _partial(
        self, doing: str, id: str, inputs: Properties, have: Found | None, error: Exception, *, is_settled: bool
    ) -> PartialFailureError:
        """The failure with the resource as it is now, or, where AWS does not even say that, as it was last known.

        Of an update (`have` None) nothing is known then: raises what the question came to.
        """
        cause = self._error(doing, id, error)
        try:
            now = self._find(id, self._wanted(inputs))
        except Exception:
            if doing == "updating":
                raise
            now = None
        outputs = self._outputs(id, now if now is not None else have or {}, inputs)
        outputs = outputs if is_settled else as_unsettled(outputs)
        partial = PartialFailureError(str(cause), id=id, inputs=inputs, outputs=outputs)
        partial.hint, partial.code, partial.retryable = cause.hint, cause.code, cause.retryable
        return partial

    def _named(self, id: str) -> str:
        return f"{self.kind.token} ({id})" if id else self.kind.token

    def _error(self, doing: str, id: str, error: Exception) -> ProviderError:
        return provider_error(f"{doing} {self._named(id)}", error)

    def _unknown(self, doing: str, id: str, error: Exception) -> OutcomeUnknownError:
        cause = self._error(doing, id, error)
        return OutcomeUnknownError(
            f"{cause}; whether AWS did it is not known",
            hint="run it again: it begins by finding out what became of this",
            code=cause.code,
            retryable=True,
        )
