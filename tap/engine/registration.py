"""What a running program may ask of the engine: the ResourceMonitor's requests in the engine's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tap.engine.model import Goal, ReadGoal
from tap.engine.values import Properties, Value


class MonitorClosedError(Exception):
    """The run was stopped (a step failed, or it was cancelled): no more requests are answered."""


class RefusedError(Exception):
    """This one request is refused; str() is what the program's exception will say."""


class Result(StrEnum):
    SUCCESS = "success"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a registration. id is UNKNOWN in a preview of a creation, "" for a component.

    `unknown`: the resource was skipped, what is missing in the outputs is unknown even in a real run.
    """

    urn: str
    id: Value = ""
    outputs: Properties = field(default_factory=dict)
    unknown: bool = False
    result: Result = Result.SUCCESS


@dataclass(frozen=True, slots=True, eq=False)
class InvokeGoal:
    """A call of a provider's function. `provider` is a reference or ""; depends_on are URNs."""

    token: str
    arguments: Properties
    provider: str = ""
    version: str = ""
    plugin_download_url: str = ""
    parent: str = ""
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoked:
    """`unknown`: a resource that the call depends on is not there yet (preview), so the result is not known."""

    outputs: Properties
    unknown: bool = False


class Registrar(Protocol):
    """The engine as a program's requests see it. All methods run on the engine's event loop.

    Every method raises MonitorClosedError once the run is stopped, and RefusedError where one request can not be.
    """

    async def register_resource(self, goal: Goal) -> Registered:
        """Returns once the resource's steps are done and their outcome is on the disk."""
        ...

    async def register_resource_outputs(self, urn: str, outputs: Properties) -> None: ...

    async def read_resource(self, goal: ReadGoal) -> Registered: ...

    async def invoke(self, goal: InvokeGoal) -> Invoked: ...

    def log(self, severity: str, message: str, urn: str) -> None: ...

    async def wait_for_shutdown(self) -> None:
        """Returns once the engine needs the program no more."""
        ...


@dataclass(frozen=True, slots=True)
class ProgramExit:
    """How a program's process ended. `bail`: it has said itself what was wrong, nothing needs to be added."""

    code: int
    bail: bool


@dataclass(frozen=True, slots=True)
class ProgramContext:
    """What a run of a program is told. `config` maps `namespace:key` to text (JSON text for lists and maps)."""

    project: str
    stack: str
    organization: str
    root_directory: str
    main: str
    dry_run: bool
    parallel: int
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
