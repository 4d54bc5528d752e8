"""--exclude: what is named stays as it is, and so does what it hangs on; --exclude-protected names the protected."""

from __future__ import annotations

import pytest

from tap.engine.deletion import protected_and_needed
from tap.engine.model import Resource
from tap.engine.targets import Targets, is_targeted
from tests.engine.golden.runner import Stack


def urn(name, type="fake:index:Thing"):
    return f"urn:pulumi:dev::golden::{type}::{name}"


def item(name, of="", **inputs):
    return {"name": name, "inputs": {**inputs, **({"of": {"$ref": f"{of}.id"}} if of else {})}}


def program(color):
    return [item("a", color=color), item("b", of="a", color=color), item("c", color=color)]


@pytest.fixture
def stack():
    stack = Stack()
    assert stack.play({"command": "up", "program": program("red")})["exit_code"] == 0
    return stack


def play(stack, command, *flags, **more):
    return stack.play({"command": command, "flags": list(flags), **more})


def names(got, *ops):
    return [step["urn"].rpartition("::")[2] for step in got["steps"] if step["op"] in ops]


def left(stack):
    return sorted(entry["name"] for entry in stack.cloud.entries.values())


def test_an_excluded_resource_keeps_its_old_state(stack):
    got = play(stack, "up", "--exclude", urn("b"), program=program("blue"))

    assert got["exit_code"] == 0
    assert names(got, "update") == ["a", "c"]
    assert {entry["name"]: entry["inputs"]["color"] for entry in stack.cloud.entries.values()} == {
        "a": "blue", "b": "red", "c": "blue",
    }  # fmt: skip


def test_dependents_of_the_excluded_are_excluded_when_asked_for(stack):
    got = play(stack, "up", "--exclude", urn("a"), "--exclude-dependents", program=program("blue"))

    assert names(got, "update") == ["c"]


def test_what_an_excluded_resource_hangs_on_is_not_destroyed(stack):
    got = play(stack, "destroy", "--exclude", urn("b"))

    assert got["exit_code"] == 0
    assert left(stack) == ["a", "b"]
    assert [each["type"] for each in got["state"]["resources"]][:2] == ["pulumi:pulumi:Stack", "pulumi:providers:fake"]


def test_wildcards_exclude_too(stack):
    play(stack, "destroy", "--exclude", urn("*"))

    assert left(stack) == ["a", "b", "c"]


def test_what_hangs_on_something_excluded_that_is_not_there_is_refused(stack):
    got = play(stack, "up", "--exclude", urn("d"), program=[*program("red"), item("d"), item("e", of="d")])

    assert got["exit_code"] == 1
    assert got["diagnostics"][0]["message"] == (
        f"Resource '{urn('e')}' depends on '{urn('d')}' which is not there yet and was excluded by --exclude."
    )


def test_an_excluded_resource_that_is_not_there_is_an_error_and_nothing_is_destroyed(stack):
    got = play(stack, "destroy", "--exclude", urn("typo"))

    assert got["exit_code"] == 1
    assert f"Target '{urn('typo')}' could not be found in the stack." in got["diagnostics"][0]["message"]
    assert left(stack) == ["a", "b", "c"]


def test_the_stack_takes_part_even_if_a_pattern_covers_it():
    excluding = Targets((), ["**"])

    assert is_targeted(excluding, urn("golden-dev", "pulumi:pulumi:Stack"))
    assert not is_targeted(excluding, urn("a"))


def test_targets_and_exclusions_together_leave_what_is_in_the_first_only():
    both = Targets([urn("*")], [urn("b")])

    assert [both.contains(urn(name)) for name in "ab"] == [True, False]


def test_what_protected_resources_hang_on_is_spared_with_them():
    def thing(name, **fields):
        return Resource(urn(name), True, "fake:index:Thing", name, **fields)

    resources = [
        thing("root"),
        thing("parent", parent=urn("root")),
        thing("protected", parent=urn("parent"), protect=True),
        thing("child", parent=urn("protected")),
        thing("alone"),
    ]

    assert [each.id for each in protected_and_needed(resources)] == ["root", "parent", "protected"]
    assert protected_and_needed(resources[:2]) == []
