"""What judges resources before they are made: the port behind which a policy pack stands, in the engine's own terms.

Names and meanings are Pulumi's (`plugin.Analyzer`). Every method may take a while and is bounded by whoever implements
it; the engine goes on with nothing else of the same registration meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tap.engine.model import Goal, Resource
from tap.engine.values import Properties
from tap.errors import TapError


class AnalyzerError(TapError):
    """A policy pack that can not judge: it did not start, raised, or gave no answer. Nothing passes unseen."""

    name = "policy_pack_failed"


class Enforcement(StrEnum):
    """What a violation does: it is said, or the resource is not made."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True)
class Pack:
    """Who judges. `path`: the folder, as the user named it."""

    name: str
    version: str
    path: str

    def __str__(self) -> str:
        return f"{self.name}@v{self.version}"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One resource to be judged. `properties`: its checked inputs, or, at the end of a run, its outputs.

    `goal` has the options that the program gave; `provider` is the resource of its provider, None for a component.
    """

    resource: Resource
    properties: Properties
    goal: Goal
    provider: Resource | None


@dataclass(frozen=True, slots=True)
class Violation:
    """A policy that a resource breaks. `message` begins with the policy's description; urn "": the stack as a whole."""

    pack: Pack
    policy: str
    level: Enforcement
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Remediation:
    """What a policy made of a resource's inputs. `problem`: why it could not, and then there are no properties."""

    pack: Pack
    policy: str
    properties: Properties | None
    problem: str = ""


class Analyzer(Protocol):
    """All methods run on the engine's event loop, and raise AnalyzerError."""

    pack: Pack

    async def remediate(self, subject: Subject) -> Sequence[Remediation]:
        """The changes, in the order in which they were made, each on top of the one before."""
        ...

    async def analyze(self, subject: Subject) -> Sequence[Violation]: ...

    async def analyze_stack(self, subjects: Sequence[Subject]) -> Sequence[Violation]: ...
