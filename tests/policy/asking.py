"""A policy pack's real process, asked over its real gRPC service about resources that nobody makes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tap.engine.analyzer import Analyzer, Subject, Violation
from tap.engine.model import Goal, Resource
from tap.engine.registration import ProgramContext
from tap.program import policy_packs
from tap.project.policy_pack import load_packs

ROOT = Path(__file__).parents[2]


@dataclass
class Asked:
    """The pack's analyzer; the answers as a test reads them: `policy: what is wrong`, sorted."""

    analyzer: Analyzer
    loop: asyncio.AbstractEventLoop
    said: list[str] = field(default_factory=list)

    def about(self, type: str, inputs: dict[str, Any] | None = None, *, protect: bool = True) -> list[str]:
        return self.judge(subject(type, inputs, protect=protect))

    def judge(self, one: Subject) -> list[str]:
        return told(self.loop.run_until_complete(self.analyzer.analyze(one)))

    def stack(self, subjects: Sequence[Subject]) -> list[str]:
        return told(self.loop.run_until_complete(self.analyzer.analyze_stack(subjects)))


def told(violations: Sequence[Violation]) -> list[str]:
    """Without the description, which is the first line of every message."""
    return sorted(f"{each.policy}: {each.message.partition(chr(10))[2]}" for each in violations)


def subject(
    type: str, inputs: dict[str, Any] | None = None, *, protect: bool = True, name: str = "one", **given: Any
) -> Subject:
    resource = Resource(f"urn:pulumi:s::p::{type}::{name}", True, type, inputs=inputs or {}, protect=protect, **given)
    return Subject(resource, resource.inputs, Goal(type, name, True, resource.inputs), None)


@contextlib.contextmanager
def asked(
    pack: Path, stack: str = "prod", config: dict[str, str] | None = None, pack_config: Path | None = None
) -> Iterator[Asked]:
    """The pack started for that stack and that configuration of it."""
    context = ProgramContext("tap", stack, "organization", str(ROOT), ".", True, 1, config or {}, ())
    files = load_packs([str(pack)], [str(pack_config)] if pack_config else [])
    loop, until, said = asyncio.new_event_loop(), contextlib.AsyncExitStack(), []
    try:
        loading = policy_packs.load(files, context, {}, lambda _, line: said.append(line), until)
        (analyzer,) = loop.run_until_complete(loading)
        yield Asked(analyzer, loop, said)
    finally:
        loop.run_until_complete(until.aclose())
        loop.close()
