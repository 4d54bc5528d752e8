"""Editing a state by hand: what is refused, in Pulumi's words, and what goes with what."""

import pytest

from tap.engine.model import Resource
from tap.errors import StateError
from tap.state.edits import unprotected, without
from tests.state.support import thing

A = "urn:pulumi:dev::golden::fake:index:Thing::a"
PROVIDER = Resource("urn:pulumi:dev::golden::pulumi:providers:fake::p", True, "pulumi:providers:fake", "1")


def urn(name):
    return f"urn:pulumi:dev::golden::fake:index:Thing::{name}"


def names(resources):
    return [resource.urn.rpartition("::")[2] for resource in resources]


DEPENDENTS = {
    "dependency": {"dependencies": (A,)},
    "property dependency": {"property_dependencies": {"of": (A,)}},
    "child": {"parent": A},
    "deleted with": {"deleted_with": A},
    "replaced with": {"replace_with": (A,)},
}


@pytest.mark.parametrize("fields", DEPENDENTS.values(), ids=DEPENDENTS)
def test_what_others_hang_on_is_not_forgotten_without_them(fields):
    resources = (thing("a"), thing("b", **fields), thing("c", dependencies=(urn("b"),)), thing("d"))

    with pytest.raises(StateError) as refused:
        without(resources, A)
    staying, going = without(resources, A, dependents_too=True)

    assert str(refused.value) == (
        f"{A} can't be safely deleted because the following resources depend on it:\n"
        f' * "b"             ({urn("b")})\n * "c"             ({urn("c")})\n\n'
        "Delete those resources first or pass --target-dependents."
    )
    assert names(staying) == ["d"]
    assert names(going) == ["a", "b", "c"]


def test_users_of_a_provider_hang_on_it():
    resources = (PROVIDER, thing("a", provider=f"{PROVIDER.urn}::1"), thing("b"))

    with pytest.raises(StateError, match="depend on it"):
        without(resources, PROVIDER.urn)
    assert names(without(resources, PROVIDER.urn, dependents_too=True)[0]) == ["b"]


def test_what_nothing_hangs_on_is_forgotten_alone():
    staying, going = without((thing("a"), thing("b", dependencies=(A,))), urn("b"))

    assert names(staying) == ["a"]
    assert names(going) == ["b"]


@pytest.mark.parametrize("protected", ["a", "b"])
def test_a_protected_resource_is_forgotten_by_force_only(protected):
    resources = (thing("a", protect=protected == "a"), thing("b", protect=protected == "b", dependencies=(A,)))

    with pytest.raises(StateError) as refused:
        without(resources, A, dependents_too=True)

    assert str(refused.value) == (
        f"{urn(protected)} can't be safely deleted because it is protected. "
        "Re-run this command with --force to force deletion"
    )
    assert without(resources, A, force=True, dependents_too=True)[0] == ()


def test_an_unknown_urn_is_said_to_be_none():
    with pytest.raises(StateError, match='No such resource "urn:nope" exists in the current state'):
        without((thing("a"),), "urn:nope")
    with pytest.raises(StateError, match='No such resource "urn:nope" exists in the current state'):
        unprotected((thing("a"),), "urn:nope")


def test_a_urn_that_means_several_resources_forgets_none_of_them():
    with pytest.raises(StateError) as refused:
        without((thing("a", id="new"), thing("a", id="old", delete=True)), A)

    assert str(refused.value) == (
        "Resource URN ambiguously referred to multiple resources. Did you mean:\n  new\n  old (pending deletion)"
    )


def test_one_or_all_are_unprotected():
    resources = (thing("a", protect=True), thing("b", protect=True), thing("c"))

    assert [each.protect for each in unprotected(resources, A)] == [False, True, False]
    assert [each.protect for each in unprotected(resources, None)] == [False, False, False]
