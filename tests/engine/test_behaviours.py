"""What Pulumi's engine does beyond the recorded cases, one behaviour a test."""

from __future__ import annotations

from typing import Any

import pytest

from tap.engine.model import OperationType
from tap.engine.provider import CreateResult, OutcomeUnknownError
from tap.engine.values import UNKNOWN, Properties
from tests.engine.golden.fake_provider import FakeProvider
from tests.engine.golden.normal import SECRET
from tests.engine.golden.runner import Stack

STACK = "urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::golden::fake:index:Thing::{name}"


def up(stack: Stack, *items: dict[str, Any], flags: tuple[str, ...] = (), command: str = "up") -> dict[str, Any]:
    return stack.play({"command": command, "program": list(items), "flags": list(flags)})


def ops(got: dict[str, Any]) -> list[tuple[str, str]]:
    """Steps of things, as (op, name)."""
    return [(step["op"], step["urn"].rpartition("::")[2]) for step in got["steps"] if "Thing::" in step["urn"]]


def resource(got: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in got["state"]["resources"] if each["urn"] == urn(name))


def messages(got: dict[str, Any]) -> list[str]:
    return [diagnostic["message"] for diagnostic in got["diagnostics"]]


A, B_OF_A = {"name": "a"}, {"name": "b", "inputs": {"of": {"$ref": "a.id"}}}


# -- targets ------------------------------------------------------------------------------------------------------


def test_a_targeted_destroy_of_what_something_hangs_on_is_refused() -> None:
    stack = Stack()
    up(stack, A, B_OF_A)

    got = stack.play({"command": "destroy", "flags": ["--target", urn("a")]})

    assert got["exit_code"] == 1
    assert messages(got) == [
        f"Resource '{urn('b')}' will be destroyed but was not specified in --target list.\n"
        "Either include resource in --target list or pass --target-dependents to proceed."
    ]
    assert set(got["cloud"]) == {"a-1", "b-2"}


def test_a_targeted_destroy_takes_dependents_along_if_asked_to() -> None:
    stack = Stack()
    up(stack, A, B_OF_A, {"name": "z"})

    got = stack.play({"command": "destroy", "flags": ["--target", urn("a"), "--target-dependents"]})

    assert ops(got) == [("delete", "b"), ("delete", "a")]
    assert list(got["cloud"].values()) == [{"name": "z", "inputs": {}}]
    assert got["exit_code"] == 0


def test_an_update_may_target_dependents_too() -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"color": "red"}}, {"name": "b", "inputs": {"of": {"$ref": "a.color"}}})

    got = up(
        stack,
        {"name": "a", "inputs": {"color": "blue"}},
        {"name": "b", "inputs": {"of": {"$ref": "a.color"}}},
        flags=("--target", urn("a"), "--target-dependents"),
    )

    assert ops(got) == [("update", "a"), ("update", "b")]


def test_a_target_that_does_not_exist_is_an_error() -> None:
    got = up(Stack(), A, flags=("--target", urn("nobody")))

    assert got["exit_code"] == 1
    assert f"Target '{urn('nobody')}' could not be found in the stack." in messages(got)[0]


def test_a_target_may_be_a_pattern() -> None:
    stack = Stack()

    got = up(stack, A, {"name": "other"}, flags=("--target", "**::a"))

    assert set(got["cloud"]) == {"a-1"}


def test_what_is_left_alone_stands_after_what_it_hangs_on_although_that_is_registered_later() -> None:
    stack = Stack()
    up(stack, A, B_OF_A, {"name": "z"})
    # Now a hangs on z, and b is registered before both: but b was not targeted, so it still hangs on a.
    later = {"name": "a", "inputs": {"color": "new", "of": {"$ref": "z.id"}}}

    got = up(stack, {"name": "b"}, {"name": "z"}, later, flags=("--target", urn("a")))

    order = [each["urn"].rpartition("::")[2] for each in got["state"]["resources"]]
    assert order.index("z") < order.index("a") < order.index("b")
    assert resource(got, "b")["dependencies"] == [urn("a")]
    assert resource(got, "a")["inputs"]["color"] == "new"
    assert len(order) == len(set(order))


# -- reads and imports --------------------------------------------------------------------------------------------


def with_found(stack: Stack) -> Stack:
    stack.cloud.edit({"op": "add", "id": "found", "inputs": {"color": "red"}})
    return stack


def test_what_is_only_read_is_in_the_state_and_never_deleted() -> None:
    stack = with_found(Stack())

    first = up(stack, {"name": "a", "get": "found"})
    again = up(stack, {"name": "a", "get": "found"})
    gone = up(stack)

    assert resource(first, "a")["external"] is True
    assert resource(first, "a")["outputs"] == {"color": "red", "id_echo": "found"}
    assert first["changes"] == {"create": 1}
    assert again["changes"] == {"same": 1}
    assert ("delete", "a") in ops(gone)
    assert set(gone["cloud"]) == {"found"}


def test_a_read_counts_once_what_it_finds_has_changed() -> None:
    stack = with_found(Stack())
    up(stack, {"name": "a", "get": "found"})
    stack.cloud.edit({"op": "set", "id": "found", "key": "color", "value": "blue"})

    got = up(stack, {"name": "a", "get": "found"})

    assert got["changes"] == {"same": 1, "read": 1}


def test_a_read_of_what_is_not_there_fails() -> None:
    got = up(Stack(), {"name": "a", "get": "nowhere"})

    assert got["exit_code"] == 1
    assert messages(got) == ["resource 'nowhere' does not exist", "update failed"]


def test_what_was_read_can_become_managed() -> None:
    stack = with_found(Stack())
    up(stack, {"name": "a", "get": "found"})

    got = up(stack, {"name": "a", "inputs": {"color": "green"}})

    assert [op for op, _ in ops(got)] == ["create-replacement", "replace", "delete-replaced"]
    assert resource(got, "a")["id"] == "a-1"
    assert set(got["cloud"]) == {"found", "a-1"}
    assert up(stack, {"name": "a", "inputs": {"color": "green"}})["changes"] == {"same": 2}


def test_what_was_managed_can_be_read_only_from_now_on() -> None:
    stack = Stack()
    up(stack, A)

    got = up(stack, {"name": "a", "get": "a-1"})

    assert ops(got) == [("read", "a")]
    assert resource(got, "a")["external"] is True
    assert set(up(stack)["cloud"]) == {"a-1"}


def test_what_was_managed_is_deleted_if_another_is_read_in_its_place() -> None:
    stack = with_found(Stack())
    up(stack, A)

    got = up(stack, {"name": "a", "get": "found"})

    assert [op for op, _ in ops(got)] == ["read-replacement", "replace", "delete-replaced"]
    assert set(got["cloud"]) == {"found"}
    assert resource(got, "a")["id"] == "found"


def test_an_import_over_something_managed_replaces_it() -> None:
    stack = with_found(Stack())
    up(stack, {"name": "a", "inputs": {"color": "red"}})

    got = up(stack, {"name": "a", "inputs": {"color": "red"}, "options": {"import": "found"}})

    assert [op for op, _ in ops(got)] == ["import-replacement", "replace", "delete-replaced"]
    assert set(got["cloud"]) == {"found"}
    assert resource(got, "a")["importID"] == "found"
    assert up(stack, {"name": "a", "inputs": {"color": "red"}})["changes"] == {"same": 2}


@pytest.mark.parametrize(
    ("command", "severity", "code"), [("preview", "warning", 0), ("up", "error", 1)], ids=["preview", "up"]
)
def test_what_names_the_id_to_import_may_not_be_replaced(command: str, severity: str, code: int) -> None:
    stack = with_found(Stack())
    up(stack, {"name": "a", "inputs": {"color": "red"}, "options": {"import": "found"}})

    got = up(
        stack,
        {"name": "a", "inputs": {"color": "red", "fixedZone": "1"}, "options": {"import": "found"}},
        command=command,
    )

    assert [each["severity"] for each in got["diagnostics"]] == [severity]
    assert "previously-imported resources" in messages(got)[0]
    assert got["exit_code"] == code
    assert set(got["cloud"]) == {"found"}


# -- errors ---------------------------------------------------------------------------------------------------------


def test_with_continue_on_error_all_that_does_not_hang_on_the_failure_is_done() -> None:
    stack = Stack()
    up(stack, {"name": "x"}, {"name": "b", "inputs": {"of": {"$ref": "x.id"}}}, {"name": "old"})

    got = up(
        stack,
        {"name": "a", "inputs": {"failCreate": True}},
        {"name": "b", "inputs": {"of": {"$ref": "a.id"}}},
        {"name": "c", "inputs": {"of": {"$ref": "b.id"}}},
        {"name": "z"},
        flags=("--continue-on-error",),
    )

    # b stays as it was, and with it x, which is no longer in the program but which b still hangs on.
    assert got["exit_code"] == 1
    assert {entry["name"] for entry in got["cloud"].values()} == {"x", "b", "z"}
    assert {each["urn"] for each in got["state"]["resources"]} >= {urn("x"), urn("b"), urn("z")}
    assert messages(got) == ["told to fail the creation of a", "update failed"]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (
            [
                {"name": "x", "options": {"aliases": [{"name": "a"}]}},
                {"name": "y", "options": {"aliases": [{"name": "a"}]}},
            ],
            f"Duplicate resource alias '{urn('a')}' applied to resource with URN '{urn('y')}' "
            f"conflicting with resource with URN '{urn('x')}'",
        ),
        (
            [{"name": "x", "options": {"aliases": [{"name": "a"}]}}, {"name": "a"}],
            f"Duplicate resource URN '{urn('a')}' conflicting with alias on resource with URN '{urn('x')}'",
        ),
        (
            [{"name": "a"}, {"name": "x", "options": {"aliases": [{"name": "a"}]}}],
            f"Duplicate resource alias '{urn('a')}' applied to resource with URN '{urn('x')}' "
            f"conflicting with resource with URN '{urn('a')}'",
        ),
    ],
    ids=["claimed twice", "registered after", "registered before"],
)
def test_one_old_resource_can_not_be_two_new_ones(items: list[dict[str, Any]], text: str) -> None:
    stack = Stack()
    up(stack, A)

    got = up(stack, *items)

    assert got["exit_code"] == 1
    assert messages(got) == [text]
    assert set(got["cloud"]) == {"a-1"}


def test_a_protected_resource_is_not_replaced_and_a_preview_says_so_and_goes_on() -> None:
    stack = Stack()
    kept = {"protect": True}
    up(stack, {"name": "a", "inputs": {"fixedZone": "1"}, "options": kept})
    edit = [{"name": "a", "inputs": {"fixedZone": "2"}, "options": kept}, {"name": "z"}]

    said = up(stack, *edit, command="preview")
    done = up(stack, *edit)

    for got in (said, done):
        assert got["exit_code"] == 1
        assert f'unable to replace resource "{urn("a")}"\nas it is currently marked for protection.' in messages(got)[0]
    assert ("create", "z") in ops(said)
    assert set(done["cloud"]) == {"a-1"}


# -- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "op"),
    [(["color"], "create-replacement"), (["*"], "create-replacement"), (["size"], "update")],
    ids=["the changed key", "any key", "another key"],
)
def test_replace_on_changes_replaces_where_the_change_is(paths: list[str], op: str) -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"color": "red"}})

    got = up(stack, {"name": "a", "inputs": {"color": "blue"}, "options": {"replaceOnChanges": paths}})

    assert ops(got)[0] == (op, "a")


def test_replace_on_changes_does_nothing_without_a_change() -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"color": "red"}})

    got = up(stack, {"name": "a", "inputs": {"color": "red"}, "options": {"replaceOnChanges": ["*"]}})

    assert ops(got) == [("same", "a")]
    assert resource(got, "a")["replaceOnChanges"] == ["*"]


def test_changes_in_added_elements_can_not_be_ignored_and_that_is_said() -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"l": [{"x": 1}]}})

    got = up(stack, {"name": "a", "inputs": {"l": [{"x": 1}, {"x": 2}]}, "options": {"ignoreChanges": ["l[1].x"]}})

    assert got["diagnostics"] == [
        {
            "severity": "info",
            "urn": urn("a"),
            "message": 'cannot ignore changes in added or removed elements of the path: "l[1].x"',
        }
    ]
    assert ops(got) == [("update", "a")]


@pytest.mark.parametrize("option", ["ignoreChanges", "replaceOnChanges"])
def test_a_path_that_is_none_is_one_clear_error(option: str) -> None:
    stack = Stack()
    up(stack, {"name": "a", "inputs": {"color": "red"}})

    got = up(stack, {"name": "a", "inputs": {"color": "blue"}, "options": {option: ["a[["]}})

    assert got["exit_code"] == 1
    assert messages(got) == [f"failed to parse {option}: 'a[[' is no property path: nothing fits at column 2"]


def test_custom_timeouts_reach_the_provider_and_the_state() -> None:
    stack = Stack()
    timed = {"customTimeouts": {"create": 60, "update": 120, "delete": 180}}

    made = up(stack, {"name": "a", "options": timed})
    changed = up(stack, {"name": "a", "inputs": {"color": "red"}, "options": timed})
    gone = up(stack)

    seconds = {
        call["method"]: call["timeout"] for got in (made, changed, gone) for call in got["calls"] if "timeout" in call
    }
    assert seconds == {"Create": 60, "Update": 120, "Delete": 180}
    assert resource(changed, "a")["customTimeouts"] == {"create": 60, "update": 120, "delete": 180}


def test_outputs_that_the_program_calls_secret_are_secret_in_the_state() -> None:
    stack = Stack()

    got = up(stack, {"name": "a", "inputs": {"color": "red"}, "options": {"additionalSecretOutputs": ["id_echo"]}})

    assert resource(got, "a")["outputs"] == {"color": "red", "id_echo": SECRET}


def test_a_provider_whose_configuration_is_not_known_yet_is_not_asked() -> None:
    stack = Stack()
    up(stack, {"name": "p", "provider": True, "inputs": {"region": "r1"}}, {"name": "b", "options": {"provider": "p"}})

    got = up(
        stack,
        A,
        {"name": "p", "provider": True, "inputs": {"region": {"$ref": "a.id"}}},
        {"name": "b", "inputs": {"color": "red"}, "options": {"provider": "p"}},
        {"name": "c", "inputs": {"color": "red"}, "options": {"provider": "p"}},
        command="preview",
    )

    asked = {call["urn"] for call in got["calls"] if call["method"] in ("Check", "Diff", "Create", "Update")}
    assert asked == {urn("a")}
    assert ("update", "b") in ops(got)
    assert ("create", "c") in ops(got)
    assert "inputs that are not known during preview" in messages(got)[0]


def test_the_version_that_the_program_asks_of_an_explicit_provider_is_stored() -> None:
    stack = Stack()

    got = up(stack, {"name": "p", "provider": True, "inputs": {"region": "r1"}, "options": {"version": "1.2.3"}})

    provider = next(each for each in got["state"]["resources"] if each["type"] == "pulumi:providers:fake")
    assert provider["inputs"] == {"__internal": {}, "region": "r1", "version": "1.2.3"}


def test_a_dependent_that_was_renamed_comes_back_after_a_delete_before_replace() -> None:
    stack = Stack()
    first = {"name": "a", "inputs": {"fixedZone": "1"}, "options": {"deleteBeforeReplace": True}}
    up(stack, first, {"name": "b", "inputs": {"fixedOf": {"$ref": "a.id"}}})

    renamed = {"name": "c", "inputs": {"fixedOf": {"$ref": "a.id"}}, "options": {"aliases": [{"name": "b"}]}}
    got = up(stack, {**first, "inputs": {"fixedZone": "2"}}, renamed)

    assert got["exit_code"] == 0
    assert [entry["name"] for entry in got["cloud"].values()] == ["a", "c"]
    assert resource(got, "c")["id"] in got["cloud"]
    assert stack.play({"command": "preview"})["changes"] == {"same": 3}


# -- delete before replace ------------------------------------------------------------------------------------------

DBR = {"name": "a", "inputs": {"fixedZone": "1"}, "options": {"deleteBeforeReplace": True}}
DBR_CHANGED = {**DBR, "inputs": {"fixedZone": "2"}}


@pytest.mark.parametrize("options", [{}, {"aliases": [{"name": "b"}]}], ids=["same name", "renamed"])
def test_what_no_longer_hangs_on_the_replaced_is_not_deleted_with_it(options: dict[str, Any]) -> None:
    stack = Stack()
    up(stack, DBR, {"name": "b", "inputs": {"fixedOf": {"$ref": "a.id"}}})

    name = "c" if options else "b"
    got = up(stack, {"name": name, "inputs": {"fixedOf": "a-1"}, "options": options}, DBR_CHANGED)

    assert got["exit_code"] == 0
    assert set(got["cloud"]) == {"b-2", "a-3"}
    assert resource(got, name)["id"] == "b-2"


def test_what_a_replaced_provider_made_is_deleted_before_it() -> None:
    stack = Stack()
    provider = {"name": "p", "provider": True, "inputs": {"fixedAccount": "1"}}
    user = {"name": "b", "options": {"provider": "p"}}
    up(stack, provider, user)

    changed = {**provider, "inputs": {"fixedAccount": "2"}, "options": {"deleteBeforeReplace": True}}
    got = up(stack, changed, user)

    order = [(step["op"], step["urn"].rpartition("::")[2]) for step in got["steps"] if "Stack" not in step["urn"]]
    assert order == [
        ("delete-replaced", "b"),
        ("delete-replaced", "p"),
        ("replace", "p"),
        ("create-replacement", "p"),
        ("replace", "b"),
        ("create-replacement", "b"),
    ]
    assert set(got["cloud"]) == {"b-2"}


def test_a_replacement_that_was_begun_goes_on_in_the_order_in_which_it_was_begun() -> None:
    stack = Stack()
    up(stack, DBR)
    up(stack, {**DBR, "inputs": {"fixedZone": "2", "failCreate": True}})

    got = up(stack, {"name": "a", "inputs": {"fixedZone": "2"}})

    assert ops(got) == [("replace", "a"), ("create-replacement", "a")]
    assert set(got["cloud"]) == {"a-2"}


def test_a_provider_that_was_renamed_replaces_nothing() -> None:
    stack = Stack()
    up(
        stack,
        {"name": "p", "provider": True, "inputs": {"fixedAccount": "1"}},
        {"name": "b", "options": {"provider": "p"}},
    )

    renamed = {"name": "q", "provider": True, "inputs": {"fixedAccount": "1"}, "options": {"aliases": [{"name": "p"}]}}
    got = up(stack, renamed, {"name": "b", "options": {"provider": "q"}})

    assert ops(got) == [("same", "b")]
    assert resource(got, "b")["provider"].startswith("urn:pulumi:dev::golden::pulumi:providers:fake::q::")


# -- failures -------------------------------------------------------------------------------------------------------


def test_outputs_of_the_stack_outlive_a_program_that_fails() -> None:
    stack = Stack()
    stack.play({"command": "up", "program": [A], "exports": {"x": {"$ref": "a.id"}}})

    got = stack.play({"command": "up", "program": [A, {"raise": "broken"}]})

    assert got["exit_code"] == 1
    assert got["outputs"] == {"x": "a-1"}


def test_a_renamed_resource_whose_update_fails_is_kept_under_its_old_name() -> None:
    stack = Stack()
    up(stack, A, {"name": "z"})

    got = up(
        stack,
        {"name": "b", "inputs": {"failUpdate": True}, "options": {"aliases": [{"name": "a"}]}},
        flags=("--continue-on-error",),
    )

    assert got["exit_code"] == 1
    assert resource(got, "a")["id"] == "a-1"
    assert set(got["cloud"]) == {"a-1"}


class Careless(FakeProvider):
    """Answers what no provider may answer; the inputs say what."""

    def create(self, urn: str, inputs: Properties, *arguments: Any, **named: Any) -> CreateResult:
        made = super().create(urn, inputs, *arguments, **named)
        return CreateResult("", made.outputs) if inputs["answer"] == "no id" else CreateResult(made.id, {"x": UNKNOWN})


@pytest.mark.parametrize(
    ("answer", "text"),
    [("no id", "plugin returned empty resource.ID from create"), ("unknown", "unknown in a real run")],
)
def test_an_answer_that_can_not_be_is_an_error(answer: str, text: str) -> None:
    got = up(Stack(provider=Careless), {"name": "a", "inputs": {"answer": answer}})

    assert got["exit_code"] == 1
    assert text in messages(got)[0]
    assert not any(each["urn"] == urn("a") for each in got["state"]["resources"])


class Silent(FakeProvider):
    """Does its work, and nobody hears of it."""

    def create(self, *arguments: Any, **named: Any) -> CreateResult:
        super().create(*arguments, **named)
        raise OutcomeUnknownError("whether it was done is not known")


def test_a_creation_of_unknown_outcome_stays_pending_and_is_said_by_the_next_run() -> None:
    stack = Stack(provider=Silent)

    failed = up(stack, A)
    begun = [(operation.resource.urn, operation.type) for operation in stack.checkpoint.pending]
    stack.provider = FakeProvider
    warned = up(stack)

    assert failed["exit_code"] == 1
    assert begun == [(urn("a"), OperationType.CREATING)]
    assert urn("a") in str(messages(warned))


def test_a_component_hands_down_what_it_is_deleted_with() -> None:
    stack = Stack()
    container = {"name": "k", "component": True, "options": {"deletedWith": "a"}}
    up(stack, A, container, {"name": "b", "parent": "k"})

    got = up(stack)

    assert [call["urn"] for call in got["calls"] if call["method"] == "Delete"] == [urn("a")]


def test_a_run_that_failed_deletes_nothing_though_the_program_went_through() -> None:
    stack = Stack()
    up(stack, A, {"name": "z"})

    got = up(stack, A, flags=("--replace", urn("nobody")))

    assert got["exit_code"] == 1
    assert set(got["cloud"]) == {"a-1", "z-2"}


# -- refresh --------------------------------------------------------------------------------------------------------


def test_what_is_gone_is_named_by_nothing_after_a_refresh() -> None:
    stack = Stack()
    up(stack, A, B_OF_A, {"name": "c", "options": {"dependsOn": ["a"], "deletedWith": "a", "replaceWith": ["a"]}})

    got = stack.play({"command": "refresh", "cloudEdits": [{"op": "remove", "id": "a-1"}]})

    assert got["exit_code"] == 0
    assert not any(each["urn"] == urn("a") for each in got["state"]["resources"])
    assert urn("a") not in str([resource(got, name) for name in "bc"])
