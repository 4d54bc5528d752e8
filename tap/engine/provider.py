"""The contract of a resource provider: Pulumi's own (`plugin.Provider`), in Python, synchronous.

The engine hands over plain values: secrets are laid open before a call and marked again in what comes back; UNKNOWN
occurs in previews only. check, diff, check_config, diff_config decide and must not touch the world; the others may
block for as long as their bounds allow and are called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from tap.engine.model import DiffKind, Mark
from tap.engine.values import Properties


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """One property that can not be: `property` may be "" where it is about the resource as a whole."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The inputs as they will be stored (defaults and generated names filled in), or why they can not be."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What would change: `replaces` are the keys that force a replacement, `diffs` all that changed."""

    changes: bool
    replaces: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    detailed: Mapping[str, DiffKind] = field(default_factory=dict)
    delete_before_replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateResult:
    """id is "" in a preview."""

    id: str
    outputs: Properties


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A resource as it is. `inputs` None: the provider can not say which inputs would make it."""

    id: str
    inputs: Properties | None
    outputs: Properties


class ProviderError(Exception):
    """A call failed and, as far as the provider knows, changed nothing. str() is what the user reads."""

    def __init__(self, message: str, *, hint: str = "", code: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code
        self.retryable = retryable


class UnavailableError(ProviderError):
    """Nothing can be asked in this run: what the provider works on is not there, or may not be touched."""


class PartialFailureError(ProviderError):
    """A create or update did its work, but not all of it: the resource exists and must be remembered."""

    def __init__(self, message: str, *, id: str, inputs: Properties, outputs: Properties) -> None:
        super().__init__(message)
        self.id = id
        self.inputs = inputs
        self.outputs = outputs


class OutcomeUnknownError(ProviderError):
    """Nobody knows whether a call did its work: it stays begun, and the next run finds out."""


class Provider(Protocol):
    """One configured provider of one package. Times are seconds; 0 means the provider's own default."""

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult: ...

    def diff_config(
        self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties
    ) -> DiffResult: ...

    def configure(self, inputs: Properties) -> None: ...

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        """`olds` is empty on a creation. The same seed gives the same generated names."""
        ...

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult: ...

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        """`mark`: None in a preview. Raises ProviderError, PartialFailureError, OutcomeUnknownError."""
        ...

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        """None: it does not exist. On an import `inputs` and `outputs` are empty. Raises ProviderError."""
        ...

    def update(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        *,
        preview: bool,
        ignore_changes: tuple[str, ...] = (),
    ) -> Properties:
        """The new outputs. What lies on an ignored path stays as it is there, whatever the inputs say.

        Raises ProviderError, PartialFailureError, OutcomeUnknownError.
        """
        ...

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        """Absent is fine. Raises ProviderError, OutcomeUnknownError."""
        ...

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The result of a function. Raises ProviderError."""
        ...

    def cancel(self) -> None:
        """Stop waiting wherever a call waits; running calls then fail soon."""
        ...


@runtime_checkable
class FindsCreations(Protocol):
    """What a provider is besides, if it can tell after a crash what became of what was begun.

    Operations of other providers stay pending, and the user is warned, as Pulumi does.
    """

    def find_created(self, urn: str, inputs: Properties, mark: Mark) -> ReadResult | None:
        """What a creation with this mark made; None: nothing. Never what was there before. Raises ProviderError."""
        ...
