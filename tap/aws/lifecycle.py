"""One resource's real operations: make it, mend what differs, find it again. Decides nothing about whether to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from tap.aws.check import wanted
from tap.aws.config import ProviderConfig
from tap.aws.diff import changes, with_ignored
from tap.aws.errors import code_of, provider_error
from tap.aws.outputs import imported_inputs, outputs_of, refreshed_inputs
from tap.aws.resource_type import Found, Made, ResourceType, Wanted
from tap.aws.schema import TypeSchema
from tap.aws.session import Session
from tap.aws.waits import wait
from tap.engine.provider import CreateResult, PartialFailureError, ProviderError, ReadResult
from tap.engine.values import Properties, Value

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

    def create(self, inputs: Properties, mark: str) -> CreateResult:
        """Once `make` has answered, every failure carries the id: the resource is there and must not be lost."""
        want = self._wanted(inputs)
        try:
            made = self.kind.make(self.aws, want, mark)
        except Exception as error:
            raise self._error("creating", "", error) from error
        id, have = (made.id, made.have) if isinstance(made, Made) else (made, None)
        try:
            if have is None:
                have = self.kind.settle(self.aws, id) or self._appeared(id, want)
            elif isinstance(made, Made) and not made.complete and not self._differs(id, have, inputs):
                have = self._appeared(id, want)
            outputs = self._mended(id, have, inputs, before={})
        except Exception as error:
            raise self._partial("creating", id, inputs, have, error) from error
        return CreateResult(str(outputs["id"]), outputs)

    def read(self, id: str, inputs: Properties) -> ReadResult | None:
        """`inputs` empty: an import, whose inputs are made out of what AWS has."""
        try:
            found = self._find(id, self._wanted(inputs) if inputs else {})
            if found is None:
                return None
            outputs = self._outputs(id, found, inputs)
        except Exception as error:
            raise self._error("reading", id, error) from error
        if inputs:
            return ReadResult(outputs["id"], refreshed_inputs(self.kind, self.schema, inputs, outputs), outputs)
        return ReadResult(outputs["id"], imported_inputs(self.kind, self.schema, outputs), outputs)

    def update(
        self, id: str, old_inputs: Properties, old_outputs: Properties, news: Properties, ignored: tuple[str, ...] = ()
    ) -> Properties:
        want = self._wanted(news)
        try:
            have = self._find(id, want)
            if have is None:
                raise ProviderError(
                    "it no longer exists", hint="run `tap refresh`, then `tap up` makes it anew", code="NotFound"
                )
            news = with_ignored(self.kind, self.schema, self._outputs(id, have, news), news, ignored)
            return self._mended(id, have, news, before=self._wanted(old_inputs))
        except Exception as error:
            partial = self._partial("updating", id, old_inputs, None, error, fallback=old_outputs)
            if partial.outputs == old_outputs:
                raise self._error("updating", id, error) from error
            raise partial from error

    def delete(self, id: str, outputs: Properties) -> None:
        try:
            self.kind.remove(self.aws, id, outputs)
        except ClientError as error:
            if code_of(error) not in self.kind.gone:
                raise self._error("deleting", id, error) from error
        except Exception as error:
            raise self._error("deleting", id, error) from error

    def _wanted(self, inputs: Properties) -> Wanted:
        return wanted(self.kind, self.config, inputs)

    def _find(self, id: str, want: Wanted) -> Found | None:
        try:
            found = self.kind.find(self.aws, id, want)
        except ClientError as error:
            if code_of(error) in self.kind.gone:
                return None
            raise
        return self._without_ignored_tags(found) if found is not None else None

    def _without_ignored_tags(self, found: Found) -> Found:
        """Without AWS's own tags and those that the configuration ignores: nobody may take them away."""
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
        self.kind.mend(self.aws, id, have, want, before)
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
        self,
        doing: str,
        id: str,
        inputs: Properties,
        have: Found | None,
        error: Exception,
        fallback: Properties | None = None,
    ) -> PartialFailureError:
        """The failure with the resource as it is now, or, where AWS does not even say that, as it was last known."""
        cause = self._error(doing, id, error)
        try:
            now = self._find(id, self._wanted(inputs))
            outputs: Properties = self._outputs(id, now if now is not None else have or {}, inputs)
        except Exception:
            outputs = fallback if fallback is not None else self._outputs(id, have or {}, inputs)
        partial = PartialFailureError(str(cause), id=id, inputs=inputs, outputs=outputs)
        partial.hint, partial.code, partial.retryable = cause.hint, cause.code, cause.retryable
        return partial

    def _named(self, id: str) -> str:
        return f"{self.kind.token} ({id})" if id else self.kind.token

    def _error(self, doing: str, id: str, error: Exception) -> ProviderError:
        return provider_error(f"{doing} {self._named(id)}", error)
