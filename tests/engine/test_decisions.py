"""Small decisions by themselves: targets, aliases, the order of deletes and of the state."""

from __future__ import annotations

import pytest

from tap.engine.aliases import alias_urns
from tap.engine.graph import Dependents, delete_batches, needs
from tap.engine.inheritance import Inheritance
from tap.engine.model import Alias, Goal, Resource
from tap.engine.order import in_order
from tap.engine.targets import Targets, is_targeted


def urn(name: str) -> str:
    return f"urn:pulumi:dev::p::t:i:T::{name}"


def resource(name: str, *needs: str, parent: str = "", delete: bool = False) -> Resource:
    dependencies = tuple(urn(each) for each in needs)
    return Resource(urn(name), True, "t:i:T", id=name, dependencies=dependencies, parent=parent, delete=delete)


def names(resources: object) -> list[str]:
    return [each.id for each in resources]  # type: ignore[attr-defined]  # resources, however they are held


# -- targets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "target", "expected"),
    [
        (urn("a"), urn("a"), True),
        (urn("a"), urn("ab"), False),
        ("**a", urn("a"), True),
        ("urn:pulumi:dev::p::t:i:T::*", urn("a"), True),
        ("urn:pulumi:dev::p::*::a", urn("a"), False),
        ("urn:pulumi:dev::p::**::a", urn("a"), True),
        ("urn:pulumi:dev::p::t.i.T::a", urn("a"), False),
    ],
)
def test_a_star_stands_for_anything_but_a_colon_and_two_for_anything(pattern: str, target: str, expected: bool) -> None:
    assert Targets([pattern]).contains(target) is expected


@pytest.mark.parametrize(
    "always", ["urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "urn:pulumi:dev::p::pulumi:providers:t::default"]
)
def test_the_stack_and_providers_are_always_targeted(always: str) -> None:
    assert is_targeted(Targets([urn("a")]), always)
    assert not is_targeted(Targets([urn("a")]), urn("b"))


# -- aliases --------------------------------------------------------------------------------------------------------

PARENT = "urn:pulumi:dev::p::k:i:K::new"
OLD_PARENT = "urn:pulumi:dev::p::k:i:Old::old"
ROOT = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"


@pytest.mark.parametrize(
    ("name", "parent", "alias", "expected"),
    [
        ("a", ROOT, Alias(urn="urn:pulumi:x::y::t:i:T::z"), ["urn:pulumi:x::y::t:i:T::z"]),
        ("a", ROOT, Alias(name="b"), [urn("b")]),
        ("a", ROOT, Alias(type="t:i:Old"), ["urn:pulumi:dev::p::t:i:Old::a"]),
        ("a", ROOT, Alias(project="q", stack="s"), ["urn:pulumi:s::q::t:i:T::a"]),
        ("a", ROOT, Alias(parent_urn=PARENT), ["urn:pulumi:dev::p::k:i:Old$t:i:T::a"]),
        ("a", PARENT, Alias(no_parent=True), [urn("a"), "urn:pulumi:dev::p::k:i:Old$t:i:T::a"]),
        ("a", PARENT, None, ["urn:pulumi:dev::p::k:i:Old$t:i:T::a"]),
        ("new-a", PARENT, None, ["urn:pulumi:dev::p::k:i:Old$t:i:T::old-a"]),
        (
            "a",
            PARENT,
            Alias(name="b"),
            ["urn:pulumi:dev::p::k:i:Old$t:i:T::b", "urn:pulumi:dev::p::k:i:Old$t:i:T::a"],
        ),
    ],
    ids=[
        "urn",
        "name",
        "type",
        "project and stack",
        "parent",
        "no parent",
        "of a renamed parent",
        "named after it",
        "both",
    ],
)
def test_the_old_urns_of_a_resource_in_pulumis_order(
    name: str, parent: str, alias: Alias | None, expected: list[str]
) -> None:
    goal = Goal("t:i:T", name, custom=True, inputs={}, parent=parent, aliases=(alias,) if alias else ())

    assert alias_urns(goal, "dev", "p", {PARENT: OLD_PARENT}) == expected


# -- inheritance ----------------------------------------------------------------------------------------------------


def test_a_child_has_from_its_parent_what_it_does_not_say_itself() -> None:
    inheritance = Inheritance()
    parent = Goal(
        "k:i:K",
        "k",
        custom=False,
        inputs={},
        protect=True,
        retain_on_delete=True,
        deleted_with=urn("a"),
        providers={"t": "provider::id"},
    )
    inheritance.remember(PARENT, parent)

    child = inheritance.applied(Goal("t:i:T", "c", custom=True, inputs={}, parent=PARENT))
    own = inheritance.applied(Goal("t:i:T", "o", custom=True, inputs={}, parent=PARENT, protect=False, provider="x::1"))

    assert (child.protect, child.retain_on_delete, child.deleted_with) == (True, True, urn("a"))
    assert child.provider == "provider::id"
    assert (own.protect, own.provider) == (False, "x::1")


# -- orders ---------------------------------------------------------------------------------------------------------


def test_deletes_come_in_batches_of_which_no_member_hangs_on_another() -> None:
    diamond = [resource("a"), resource("b", "a"), resource("c", "a"), resource("d", "b", "c"), resource("z")]

    assert [sorted(names(batch)) for batch in delete_batches(diamond)] == [["d"], ["b", "c"], ["a", "z"]]


def test_whatever_a_resource_names_is_needed() -> None:
    named = Resource(
        urn("x"),
        True,
        "t:i:T",
        parent="parent",
        provider="provider::id",
        deleted_with="container",
        dependencies=("dependency",),
        property_dependencies={"key": ("source",)},
    )

    assert needs(named) == {"parent", "provider", "container", "dependency", "source"}


def test_a_child_goes_before_its_parent() -> None:
    family = [resource("a"), resource("b", parent=urn("a"))]

    assert [names(batch) for batch in delete_batches(family)] == [["b"], ["a"]]


def test_the_old_half_of_a_replacement_makes_no_cycle() -> None:
    halves = [resource("a"), resource("b", "a"), resource("a", delete=True)]

    assert [sorted(names(batch)) for batch in delete_batches(halves)] == [["b"], ["a", "a"]]


def test_dependents_are_found_over_any_distance_and_in_order() -> None:
    resources = [
        resource("a"),
        resource("b", "a"),
        resource("x"),
        resource("c", "b"),
        resource("child", parent=urn("a")),
    ]

    assert names(Dependents(resources).of(resources[0])) == ["b", "c"]
    assert names(Dependents(resources).of(resources[2])) == []


def test_a_valid_order_is_left_alone() -> None:
    resources = [resource("b"), resource("a"), resource("c", "a", "b"), resource("a", delete=True)]

    assert in_order(resources) is resources


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([resource("b", "a"), resource("x"), resource("a")], ["a", "b", "x"]),
        ([resource("c", "b"), resource("b", "a"), resource("a")], ["a", "b", "c"]),
        ([resource("b", "a"), resource("a", "b")], ["a", "b"]),
    ],
    ids=["one", "a chain", "a cycle"],
)
def test_an_order_that_is_not_valid_is_mended_with_few_moves(resources: list[Resource], expected: list[str]) -> None:
    assert names(in_order(resources)) == expected
