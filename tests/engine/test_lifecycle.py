"""Pulumi's own behaviours (its `lifecycletest`) that no recording and no other test has, one a test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tap.engine.deployment import DeploymentSettings
from tap.engine.model import OperationType
from tap.engine.provider import ReadResult
from tap.engine.values import Properties
from tests.engine.golden.fake_provider import FakeProvider, Fault
from tests.engine.golden.runner import KILLED, Stack
from tests.engine.test_behaviours import B_OF_A, A, messages, ops, resource, up, urn, with_found

START = datetime(2026, 11, 23, tzinfo=UTC)


def steps(got: dict[str, Any]) -> list[tuple[str, str]]:
    """All steps but the stack's, as (op, name)."""
    return [(step["op"], step["urn"].rpartition("::")[2]) for step in got["steps"] if "Stack::" not in step["urn"]]


def things(got: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in got["state"]["resources"] if each["type"] == "fake:index:Thing"]


def calls(got: dict[str, Any], *methods: str) -> list[str]:
    """Of which resource these methods were called, as "Method id-or-name"."""
    named = [(call["method"], call.get("id") or call.get("urn", "").rpartition("::")[2]) for call in got["calls"]]
    return [f"{method} {name}" for method, name in named if method in methods]


def die_at(stack: Stack, effect: int, *items: dict[str, Any], fault: Fault = Fault.KILLED_BEFORE) -> None:
    """A run that is killed at its so manieth effective call."""
    stack.cloud.fault, stack.cloud.fault_in = fault, effect
    assert up(stack, *items)["exit_code"] == KILLED
    stack.cloud.fault = None


# -- a stack's life -------------------------------------------------------------------------------------------------


def test_a_program_without_resources_has_a_stack_and_leaves_nothing() -> None:
    stack = Stack()

    runs = [up(stack), up(stack), stack.play({"command": "refresh"})]
    end = stack.play({"command": "destroy"})

    assert [[each["type"] for each in run["state"]["resources"]] for run in runs] == [["pulumi:pulumi:Stack"]] * 3
    assert runs[1]["changes"] == {"same": 1}
    assert [run["exit_code"] for run in (*runs, end)] == [0, 0, 0, 0]
    assert end["state"]["resources"] == []
    assert all(run["calls"] == [] for run in runs)


@dataclass
class Ticking(Stack):
    """Each time that it is looked at, the clock is a second further."""

    clock: Any = field(default_factory=count)

    def _settings(self, *arguments: Any, **named: Any) -> DeploymentSettings:
        now = lambda: START + timedelta(seconds=next(self.clock))  # noqa: E731  - a clock, in one line
        return replace(super()._settings(*arguments, **named), now=now)

    def times(self) -> tuple[datetime, datetime]:
        """When `a` was created, and when it was modified."""
        found = next(each for each in self.checkpoint.resources if each.urn == urn("a"))
        assert found.created is not None
        assert found.modified is not None
        return found.created, found.modified


def test_a_resource_has_the_times_of_its_creation_and_of_its_last_change() -> None:
    stack = Ticking()
    red, blue = ({"name": "a", "inputs": {"color": color, "fixedZone": "1"}} for color in ("red", "blue"))
    found = []
    up(stack, red)
    found.append(stack.times())
    up(stack, red)
    found.append(stack.times())
    up(stack, blue)
    found.append(stack.times())
    stack.play({"command": "refresh"})
    found.append(stack.times())
    stack.play({"command": "refresh", "cloudEdits": [{"op": "set", "id": "a-1", "key": "color", "value": "green"}]})
    found.append(stack.times())
    up(stack, {"name": "a", "inputs": {"color": "green", "fixedZone": "2"}})
    found.append(stack.times())

    made, same, changed, unmoved, drifted, replaced = found
    assert made[0] == made[1] == same[0] == same[1]
    assert changed[0] == made[0] < changed[1]
    assert unmoved == changed
    assert drifted[0] == made[0]
    assert changed[1] < drifted[1] < replaced[0] == replaced[1]


@pytest.mark.parametrize("name", ["a/b", "a b", "a::b", "ä", "a$b", "{x}", "'", "x" * 300])
def test_a_name_may_have_any_letters(name: str) -> None:
    stack = Stack()

    made = up(stack, {"name": name}, {"name": "user", "inputs": {"of": {"$ref": f"{name}.id"}}})
    again = up(stack, {"name": name}, {"name": "user", "inputs": {"of": {"$ref": f"{name}.id"}}})

    assert (made["exit_code"], again["changes"]) == (0, {"same": 3})
    assert resource(again, "user")["dependencies"] == [urn(name)]


# -- aliases --------------------------------------------------------------------------------------------------------


def test_what_is_left_alone_follows_the_new_names_of_all_that_it_names() -> None:
    stack = Stack()
    provider = {"name": "p", "provider": True, "inputs": {"region": "r1"}}
    user = {"name": "c", "inputs": {"of": {"$ref": "a.id"}}, "options": {"provider": "p", "deletedWith": "a"}}
    up(stack, A, provider, {**user, "options": {**user["options"], "replaceWith": ["a"], "dependsOn": ["a"]}})

    renamed = {"name": "a2", "options": {"aliases": [{"name": "a"}]}}
    moved = {**provider, "name": "q", "options": {"aliases": [{"name": "p"}]}}
    failing = {"name": "c", "inputs": {"of": {"$ref": "a2.id"}, "failUpdate": True}, "options": {"provider": "q"}}
    got = up(stack, renamed, moved, failing)
    kept = resource(got, "c")

    assert got["exit_code"] == 1
    assert kept["dependencies"] == [urn("a2")] == kept["propertyDependencies"]["of"] == kept["replaceWith"]
    assert kept["deletedWith"] == urn("a2")
    assert "::q::" in kept["provider"]
    assert urn("a") not in str(got["state"]).replace(urn("a2"), "")
    assert "aliases" not in str(got["state"])


def test_its_own_name_is_chosen_before_a_former_one() -> None:
    stack = Stack()
    up(stack, A, {"name": "b"})

    got = up(stack, {"name": "b", "options": {"aliases": [{"name": "a"}]}})

    assert ops(got) == [("same", "b"), ("delete", "a")]
    assert set(got["cloud"]) == {"b-2"}


# -- imports --------------------------------------------------------------------------------------------------------


class Renaming(FakeProvider):
    """Has its own ids: what is asked for as "x" is "arn:x", and is found under either."""

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        found = super().read(urn, id.removeprefix("arn:"), inputs, outputs)
        return found and replace(found, id=f"arn:{found.id}")


def test_what_is_imported_under_another_form_of_its_id_has_the_clouds() -> None:
    stack = with_found(Stack(provider=Renaming))
    item = {"name": "a", "inputs": {"color": "red"}, "options": {"import": "found"}}

    made = up(stack, item)
    again = up(stack, item)

    assert (resource(made, "a")["id"], resource(made, "a")["importID"]) == ("arn:found", "found")
    assert ops(again) == [("same", "a")]


def test_what_is_ignored_is_imported_as_it_is() -> None:
    stack = with_found(Stack())
    ignoring = {"import": "found", "ignoreChanges": ["color"]}

    got = up(stack, {"name": "a", "inputs": {"color": "blue"}, "options": ignoring})

    assert ops(got) == [("import", "a")]
    assert resource(got, "a")["inputs"] == {"color": "red"}
    assert got["cloud"]["found"]["inputs"] == {"color": "red"}


# -- failures -------------------------------------------------------------------------------------------------------


def test_outputs_of_a_run_that_failed_are_laid_over_the_ones_before() -> None:
    stack = Stack()
    stack.play({"command": "up", "program": [A], "exports": {"kept": 1, "changed": 1}})

    failing = [A, {"name": "z", "inputs": {"failCreate": True}}]
    flags = ["--continue-on-error"]
    failed = stack.play({"command": "up", "program": failing, "exports": {"changed": 2}, "flags": flags})
    fine = stack.play({"command": "up", "program": [A], "exports": {"changed": 3}})

    assert (failed["exit_code"], failed["outputs"]) == (1, {"kept": 1, "changed": 2})
    assert (fine["exit_code"], fine["outputs"]) == (0, {"changed": 3})


def test_with_continue_on_error_an_update_that_fails_holds_up_only_what_hangs_on_it() -> None:
    stack = Stack()
    chain = {"name": "b", "inputs": {"of": {"$ref": "a.color"}}}
    up(
        stack,
        {"name": "a", "inputs": {"color": "red"}},
        chain,
        {"name": "z", "inputs": {"color": "red"}},
        {"name": "y"},
    )

    got = up(
        stack,
        {"name": "a", "inputs": {"color": "blue", "failUpdate": True}},
        chain,
        {"name": "z", "inputs": {"color": "blue"}},
        flags=("--continue-on-error",),
    )

    assert got["exit_code"] == 1
    assert (resource(got, "a")["inputs"], resource(got, "b")["inputs"]) == ({"color": "red"}, {"of": "red"})
    assert calls(got, "Update") == ["Update a-1", "Update z-2"]
    assert calls(got, "Delete") == ["Delete y-3"]
    assert messages(got) == ["told to fail the update of a", "update failed"]


# -- refresh --------------------------------------------------------------------------------------------------------


def test_a_refresh_keeps_the_id_that_the_cloud_says() -> None:
    stack = Stack()
    up(stack, A)

    stack.provider = Renaming
    got = stack.play({"command": "refresh"})

    assert resource(got, "a")["id"] == "arn:a-1"
    assert ops(stack.play({"command": "preview"})) == [("same", "a")]


class WithoutInputs(FakeProvider):
    """Reads what there is, and can not say what was asked for."""

    def read(self, *arguments: Any) -> ReadResult | None:
        found = super().read(*arguments)
        return found and replace(found, inputs=None)


def test_a_refresh_that_reads_no_inputs_keeps_the_ones_there_were() -> None:
    stack = Stack(provider=WithoutInputs)
    up(stack, {"name": "a", "inputs": {"color": "red"}})

    got = stack.play(
        {"command": "refresh", "cloudEdits": [{"op": "set", "id": "a-1", "key": "color", "value": "blue"}]}
    )

    assert resource(got, "a")["inputs"] == {"color": "red"}
    assert resource(got, "a")["outputs"] == {"color": "blue", "id_echo": "a-1"}


def test_a_refresh_that_finds_it_ready_forgets_that_it_was_not() -> None:
    stack = Stack()
    failed = up(stack, {"name": "a", "inputs": {"failInit": True}})

    got = stack.play({"command": "refresh"})

    assert resource(failed, "a")["initErrors"] == ["a was created but did not become ready"]
    assert "initErrors" not in resource(got, "a")
    assert ops(stack.play({"command": "preview"})) == [("same", "a")]


# -- what was begun -------------------------------------------------------------------------------------------------


def test_a_preview_goes_on_from_what_a_killed_run_began_and_changes_nothing() -> None:
    stack = Stack()
    die_at(stack, 1, A, fault=Fault.KILLED_AFTER)
    before = stack.file

    got = stack.play({"command": "preview"})

    assert (got["exit_code"], ops(got)) == (0, [("create", "a")])
    assert stack.file == before


def test_a_refresh_settles_what_was_begun_except_creations() -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"color": "red"}})
    die_at(stack, 1, {"name": "a", "inputs": {"color": "blue"}}, fault=Fault.KILLED_AFTER)
    updating = [operation.type for operation in stack.checkpoint.pending]
    stack.play({"command": "refresh"})
    die_at(stack, 1, {"name": "a", "inputs": {"color": "blue"}}, {"name": "b"}, fault=Fault.KILLED_AFTER)

    got = stack.play({"command": "refresh"})

    assert updating == [OperationType.UPDATING]
    assert [(operation.type, operation.resource.urn) for operation in stack.checkpoint.pending] == [
        (OperationType.CREATING, urn("b"))
    ]
    assert resource(got, "a")["inputs"] == {"color": "blue"}


# -- targets --------------------------------------------------------------------------------------------------------


def test_what_is_new_and_not_targeted_is_left_for_a_later_run() -> None:
    stack = Stack()
    up(stack, A)

    got = up(
        stack,
        {"name": "a", "inputs": {"color": "new"}},
        {"name": "b"},
        B_OF_A | {"name": "c"},
        flags=("--target", urn("a")),
    )
    rest = up(stack, {"name": "a", "inputs": {"color": "new"}}, {"name": "b"}, B_OF_A | {"name": "c"})

    assert (got["exit_code"], set(got["cloud"])) == (0, {"a-1"})
    assert [each["urn"] for each in things(got)] == [urn("a")]
    assert [step for step in ops(rest) if step[0] != "same"] == [("create", "b"), ("create", "c")]
