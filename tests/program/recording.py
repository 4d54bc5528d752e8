"""The engine's side of the tests: a Registrar that notes what it is asked and answers by simple rules."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tap.engine.model import Goal, ReadGoal
from tap.engine.registration import (
    Invoked,
    InvokeGoal,
    MonitorClosedError,
    ProgramContext,
    ProgramExit,
    RefusedError,
    Registered,
)
from tap.engine.urn import create_urn
from tap.engine.values import UNKNOWN, Secret
from tap.program.environment import embedded_environment
from tap.program.host import Program

PROGRAMS = Path(__file__).with_name("programs")

READS = {
    "pulumi:pulumi:StackReference": {
        "name": "organization/other/dev",
        "outputs": {"answer": 42},
        "secretOutputNames": [],
    }
}


class RecordingRegistrar:
    """Outputs are the inputs and `idEcho`; in a preview ids and `idEcho` are unknown.

    `refuse`, `close`, `stall` are names: of a resource that is refused, that the run stops at, that is never ready.
    """

    def __init__(self, *, preview: bool = False, refuse: str = "", close: str = "", stall: str = "") -> None:
        self.preview = preview
        self.refuse = refuse
        self.close = close
        self.stall = stall
        self.goals: dict[str, Goal] = {}
        self.reads: dict[str, ReadGoal] = {}
        self.invokes: list[InvokeGoal] = []
        self.outputs: dict[str, dict] = {}
        self.logs: list[tuple[str, str, str]] = []
        self.shut_down = False

    async def register_resource(self, goal: Goal) -> Registered:
        if goal.name == self.refuse:
            raise RefusedError("this one can not be")
        if goal.name == self.close:
            raise MonitorClosedError
        if goal.name == self.stall:
            await asyncio.Event().wait()
        self.goals[goal.name] = goal
        urn = create_urn("dev", "tests", goal.parent, goal.type, goal.name)
        if not goal.custom:
            return Registered(urn, outputs={"old": "output"})
        id = UNKNOWN if self.preview else f"{goal.name}-id"
        return Registered(urn, id, {**goal.inputs, "idEcho": id})

    async def register_resource_outputs(self, urn: str, outputs: dict) -> None:
        self.outputs[urn] = outputs

    async def read_resource(self, goal: ReadGoal) -> Registered:
        self.reads[goal.name] = goal
        urn = create_urn("dev", "tests", goal.parent, goal.type, goal.name)
        return Registered(urn, goal.id, READS.get(goal.type, {"arn": "arn:x"}))

    async def invoke(self, goal: InvokeGoal) -> Invoked:
        self.invokes.append(goal)
        if self.preview and goal.depends_on:
            return Invoked({}, unknown=True)
        return Invoked({"found": goal.arguments.get("name"), "hidden": Secret("h"), "region": "eu-west-1"})

    def log(self, severity: str, message: str, urn: str) -> None:
        self.logs.append((severity, message, urn))

    async def wait_for_shutdown(self) -> None:
        self.shut_down = True

    def errors(self) -> list[str]:
        return [message for severity, message, _ in self.logs if severity == "error"]


def context(main: str, *, preview: bool = False, config: dict | None = None, secret: tuple = ()) -> ProgramContext:
    return ProgramContext("tests", "dev", "organization", str(PROGRAMS), main, preview, 16, config or {}, secret)


def play(registrar: RecordingRegistrar, main: str, *, config: dict | None = None, secret: tuple = ()) -> ProgramExit:
    """Runs one of the programs to its end; a minute is far more than any needs."""
    program = Program(
        context(main, preview=registrar.preview, config=config, secret=secret),
        sys.executable,
        embedded_environment({**os.environ, "PASSED_THROUGH": "yes", "AWS_ACCESS_KEY_ID": "the-user's-own"}),
        registrar,
    )
    return asyncio.run(asyncio.wait_for(program.run(), 60))
