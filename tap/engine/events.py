"""What the engine tells while it works. Views listen; the engine never prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tap.engine.analyzer import Pack, Remediation, Violation
from tap.engine.model import Op, Step


@dataclass(frozen=True, slots=True, eq=False)
class StepBegan:
    """A step begins (`planning`: it is only previewed). `internal`: a default provider, neither shown nor counted."""

    step: Step
    planning: bool
    internal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class StepEnded:
    """A step was done; its `new` now carries the outputs. A refresh ends under what it found: `outcome`."""

    step: Step
    planning: bool
    outcome: Op
    internal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class StepFailed:
    """A step could not be done; the reason came as a Diagnostic."""

    step: Step


@dataclass(frozen=True, slots=True, eq=False)
class OutputsRegistered:
    """A component's outputs, or the stack's, were registered: the step's `new` now carries them."""

    step: Step


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """severity: debug, info, info#err (the program's own stderr), warning, error. urn "": about the whole run.

    hint: what would fix it; code: AWS's error code, where there is one.
    """

    severity: str
    message: str
    urn: str = ""
    hint: str = ""
    code: str = ""
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class PacksLoaded:
    """These policy packs judge what the run makes; also those that will find nothing are shown."""

    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class PolicyViolated:
    """A policy is broken. A mandatory one has the run fail."""

    violation: Violation


@dataclass(frozen=True, slots=True, eq=False)
class PolicyRemedied:
    """A policy has changed the inputs of the resource `urn`."""

    remediation: Remediation
    urn: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run: how many steps of each kind were counted. result: succeeded or failed."""

    changes: Mapping[Op, int]
    seconds: float
    result: str
    planning: bool


Policing = PacksLoaded | PolicyViolated | PolicyRemedied
Event = StepBegan | StepEnded | StepFailed | OutputsRegistered | Diagnostic | Policing | Summary


class Reporter(Protocol):
    """Whoever wants to be told. Called from the engine's own thread only, in order; must not block."""

    def report(self, event: Event) -> None: ...
