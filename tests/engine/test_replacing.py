"""What is replaced, in which order, and what an interrupted replacement leaves: more of Pulumi's own behaviours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.golden.runner import Stack
from tests.engine.test_behaviours import resource, up, urn
from tests.engine.test_lifecycle import calls, die_at, steps, things

# -- providers ------------------------------------------------------------------------------------------------------


def test_a_default_provider_without_a_version_gives_way_to_one_with() -> None:
    stack = Stack()
    up(stack, {"name": "a", "options": {"version": ""}})

    got = up(stack, {"name": "a", "options": {"version": "1.0.0"}})

    assert steps(got) == [("create", "default_1_0_0"), ("same", "a"), ("delete", "default")]
    assert "::default_1_0_0::" in resource(got, "a")["provider"]
    assert calls(got, "Create", "Update", "Delete") == []


def test_what_a_replaced_provider_made_is_replaced_before_either_goes() -> None:
    stack = Stack()
    provider = {"name": "p", "provider": True, "inputs": {"fixedAccount": "1"}}
    user = {"name": "b", "options": {"provider": "p"}}
    up(stack, provider, user)

    got = up(stack, {**provider, "inputs": {"fixedAccount": "2"}}, user)

    assert steps(got) == [
        ("create-replacement", "p"),
        ("replace", "p"),
        ("create-replacement", "b"),
        ("replace", "b"),
        ("delete-replaced", "b"),
        ("delete-replaced", "p"),
    ]
    assert set(got["cloud"]) == {"b-2"}


# -- replacements ---------------------------------------------------------------------------------------------------


def test_of_what_hangs_on_a_replaced_provider_only_that_goes_first_which_can_not_stay() -> None:
    """Pulumi's graph A to L: of each of the providers A, C, D one user, one that it replaces, one that it does not."""

    def graph(account: str) -> list[dict[str, Any]]:
        return [
            {
                "name": "A",
                "provider": True,
                "inputs": {"fixedAccount": account},
                "options": {"deleteBeforeReplace": True},
            },
            {"name": "B", "options": {"provider": "A"}},
            {"name": "C", "provider": True, "inputs": {"fixedOf": {"$ref": "A.id"}}},
            {"name": "D", "provider": True, "inputs": {"of": {"$ref": "A.id"}}},
            {"name": "E", "options": {"provider": "C"}},
            {"name": "F", "inputs": {"fixedOf": {"$ref": "C.id"}}},
            {"name": "G", "inputs": {"of": {"$ref": "C.id"}}},
            {"name": "H", "options": {"provider": "D"}},
            {"name": "I", "inputs": {"fixedOf": {"$ref": "D.id"}}},
            {"name": "J", "inputs": {"of": {"$ref": "D.id"}}},
            {"name": "K", "inputs": {"fixedF": {"$ref": "F.id"}, "fixedG": {"$ref": "G.id"}}},
            {"name": "L", "inputs": {"f": {"$ref": "F.id"}, "g": {"$ref": "G.id"}}},
        ]

    stack = Stack()
    up(stack, *graph("1"))

    got = up(stack, *graph("2"))

    deleted = [name for op, name in steps(got) if op == "delete-replaced"]
    assert {name for op, name in steps(got) if op == "replace"} == set("ABCEFK") == set(deleted)
    assert deleted.index("K") < deleted.index("F") < deleted.index("C") < deleted.index("A")
    assert deleted.index("E") < deleted.index("C")
    assert deleted.index("B") < deleted.index("A")
    assert got["exit_code"] == 0
    assert len(got["cloud"]) == 9
    assert {op for op, _ in steps(stack.play({"command": "preview"}))} == {"same"}


DBR = {"name": "a", "inputs": {"fixedZone": "1"}, "options": {"deleteBeforeReplace": True}}
DBR_CHANGED = {**DBR, "inputs": {"fixedZone": "2"}}


@pytest.mark.parametrize("flags", [(), ("--refresh",)], ids=["up", "up --refresh"])
def test_what_was_deleted_first_before_a_kill_is_not_deleted_again(flags: tuple[str, ...]) -> None:
    stack = Stack()
    up(stack, DBR)
    die_at(stack, 2, DBR_CHANGED)
    begun = [(each.urn, each.pending_replacement) for each in stack.checkpoint.resources if each.urn == urn("a")]

    got = up(stack, DBR_CHANGED, flags=flags)

    assert begun == [(urn("a"), True)]
    assert calls(got, "Delete", "Create") == ["Create a"]
    assert "pendingReplacement" not in resource(got, "a")
    assert set(got["cloud"]) == {"a-2"}


def test_what_a_failed_delete_left_goes_after_its_dependents() -> None:
    stack = Stack()
    stays = {"failDelete": True}
    up(
        stack,
        {"name": "a", "inputs": {"fixedZone": "1"}},
        {"name": "b", "inputs": {"fixedOf": {"$ref": "a.id"}, **stays}},
    )
    changed = [{"name": "a", "inputs": {"fixedZone": "2"}}, {"name": "b", "inputs": {"fixedOf": {"$ref": "a.id"}}}]
    failed = up(stack, *changed)

    stack.cloud.edit({"op": "unset", "id": "b-2", "key": "failDelete"})
    got = up(stack, *changed)

    assert failed["exit_code"] == 1
    assert [each["id"] for each in things(failed) if each.get("delete")] == ["a-1", "b-2"]
    assert calls(got, "Delete") == ["Delete b-2", "Delete a-1"]
    assert [each["id"] for each in things(got)] == ["a-3", "b-4"]


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_several_old_ones_of_one_name_each_go_once(command: str) -> None:
    stack = Stack()
    for zone in ("1", "2", "3"):
        up(stack, {"name": "a", "inputs": {"fixedZone": zone, "failDelete": True}})
    held = things({"state": _state(stack)})
    for id in ("a-1", "a-2", "a-3"):
        stack.cloud.edit({"op": "unset", "id": id, "key": "failDelete"})

    got = stack.play({"command": command, "program": []})

    assert [(each["id"], each.get("delete", False)) for each in held] == [("a-3", False), ("a-2", True), ("a-1", True)]
    assert sorted(calls(got, "Delete")) == ["Delete a-1", "Delete a-2", "Delete a-3"]
    assert (got["exit_code"], got["cloud"], things(got)) == (0, {}, [])


def _state(stack: Stack) -> Any:
    return stack.play({"command": "preview"})["state"]
