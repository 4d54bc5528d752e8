"""A provider's function that a program calls: not before there is what it depends on, and with what there is."""

from __future__ import annotations

from typing import Any

import pytest

from tap.engine.provider import UnavailableError
from tap.engine.registration import Invoked, InvokeGoal, RefusedError, Registrar
from tap.engine.values import UNKNOWN, Properties, Secret
from tests.engine.golden import runner
from tests.engine.golden.fake_provider import FakeProvider
from tests.engine.golden.program import Program
from tests.engine.golden.runner import Stack
from tests.engine.test_behaviours import A, urn

LOOKUP = "fake:index:lookup"


def with_invoke(monkeypatch: pytest.MonkeyPatch, **goal: Any) -> list[Invoked | str]:
    """Each run from now on makes this call once its resources are registered; what it was answered, or told."""
    answers: list[Invoked | str] = []

    class Asking(Program):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._register_items = self._register_and_ask

        async def _register_and_ask(self, registrar: Registrar) -> None:
            await self._register_one_by_one(registrar)
            try:
                answers.append(await registrar.invoke(InvokeGoal(**{"token": LOOKUP, "arguments": {}, **goal})))
            except RefusedError as error:
                answers.append(str(error))

    monkeypatch.setattr(runner, "Program", Asking)
    return answers


def called(got: dict[str, Any]) -> list[Properties]:
    return [call["arguments"] for call in got["calls"] if call["method"] == "Invoke"]


@pytest.mark.parametrize(
    ("goal", "unknown"),
    [
        ({}, False),
        ({"depends_on": (urn("a"),)}, True),
        ({"arguments": {"of": UNKNOWN}}, True),
        ({"arguments": {"deep": [{"of": UNKNOWN}]}}, True),
    ],
    ids=["nothing awaited", "a resource awaited", "an argument not known", "not known deep inside"],
)
def test_in_a_preview_what_waits_for_a_creation_is_not_called(monkeypatch, goal, unknown):
    answers = with_invoke(monkeypatch, **goal)

    got = Stack().play({"command": "preview", "program": [A]})

    assert got["exit_code"] == 0
    assert [answer.unknown for answer in answers] == [unknown]
    assert len(called(got)) == (0 if unknown else 1)


def test_what_it_depends_on_is_there_in_a_run_and_in_the_preview_after_it(monkeypatch):
    stack = Stack()
    answers = with_invoke(monkeypatch, depends_on=(urn("a"),), arguments={"x": 1})

    up = stack.play({"command": "up", "program": [A]})
    preview = stack.play({"command": "preview"})

    assert answers == [Invoked({"x": 1}), Invoked({"x": 1})]
    assert [called(got) for got in (up, preview)] == [[{"x": 1}], [{"x": 1}]]


def test_a_provider_is_given_secrets_in_clear(monkeypatch):
    answers = with_invoke(monkeypatch, arguments={"pw": Secret("hunter2")})

    got = Stack().play({"command": "up", "program": []})

    assert called(got) == [{"pw": "hunter2"}]
    assert answers == [Invoked({"pw": "hunter2"})]


def test_of_a_resource_that_was_not_targeted_nothing_is_asked(monkeypatch):
    answers = with_invoke(monkeypatch, depends_on=(urn("b"),))

    got = Stack().play({"command": "up", "program": [A, {"name": "b"}], "flags": ["--target", urn("a")]})

    assert (got["exit_code"], called(got)) == (0, [])
    assert [answer.unknown for answer in answers] == [True]


class AbsentProvider(FakeProvider):
    """What it works on can not be reached at all."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        raise UnavailableError("no space left on the disk", hint="make room")


def test_where_nothing_can_be_asked_the_run_ends_and_the_program_is_told_no_answer(monkeypatch):
    """An answer would end in a traceback of the program's, of what it can not help."""
    answers = with_invoke(monkeypatch)

    got = Stack(provider=AbsentProvider).play({"command": "up", "program": [A]})

    told = [each["message"] for each in got["diagnostics"] if each["severity"] == "error"]
    assert got["exit_code"] != 0
    assert told[0] == "no space left on the disk"
    assert not [text for text in told if "invocation of" in text]
    assert answers == []
