"""The integrity rules, case by case as the real engine answered, and in its words."""

from itertools import pairwise

import pytest

from tap.engine.model import Resource
from tap.state.checkpoint import Checkpoint, Manifest, magic_of
from tap.state.integrity import IntegrityError, integrity_problems, verify_integrity
from tests.state.support import thing

A = "urn:pulumi:dev::golden::fake:index:Thing::a"
B = "urn:pulumi:dev::golden::fake:index:Thing::b"
PROVIDER = "urn:pulumi:dev::golden::pulumi:providers:fake::p"


def provider(id="1", **fields):
    return Resource(urn=PROVIDER, custom=True, type="pulumi:providers:fake", id=id, **fields)


def problems(*resources):
    return list(integrity_problems(Checkpoint(resources)))


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        ([thing("a", parent=B)], f"child resource {A} refers to missing parent {B}"),
        ([thing("a", parent=B), thing("b")], f"child resource {A}'s parent {B} comes after it"),
        ([thing("a", dependencies=(B,)), thing("b")], f"resource {A}'s dependency {B} comes after it"),
        ([thing("a", dependencies=(B,))], f"resource {A}'s dependency {B} refers to missing resource"),
        (
            [thing("a", property_dependencies={"k": (B,)}), thing("b")],
            f"resource {A}'s property dependency {B} (from property k) comes after it",
        ),
        (
            [thing("a", deleted_with=B), thing("b")],
            f"resource {A} is specified as being deleted with {B}, which comes after it",
        ),
        (
            [provider("1"), thing("a", provider=f"{PROVIDER}::2")],
            f"resource {A} refers to unknown provider {PROVIDER}::2",
        ),
        ([thing("a"), thing("a")], f"duplicate resource {A} (not marked for deletion)"),
        ([thing("a", custom=False)], f"resource '{A}' has 'custom' false but non-empty ID"),
        ([provider("")], f"provider {PROVIDER} is not referenceable: it has no ID"),
        ([thing("a", dependencies=(A,))], f"resource {A}'s dependency {A} comes after it"),
    ],
)
def test_a_broken_rule_is_said_in_pulumis_words(resources, text):
    assert problems(*resources) == [text]


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [provider("1"), thing("a", provider=f"{PROVIDER}::1"), thing("b", parent=A, dependencies=(A,))],
        [thing("a", provider=f"{PROVIDER}::1", pending_replacement=True)],
        [thing("a"), thing("a", delete=True), thing("a", delete=True)],
        [thing("a", delete=True), thing("a", delete=True)],
        [thing("a", replace_with=(B,))],
    ],
)
def test_what_the_rules_allow_is_no_problem(resources):
    assert problems(*resources) == []


@pytest.mark.parametrize(
    ("version", "magic", "fits"),
    [
        ("", "", True),
        ("v3.108.1", "4fa6a6dae0ccab3589c700b0790a52fa47015f8ec72d37a2e10816857250b8c2", True),
        ("v3.108.1", "", False),
        ("", magic_of("v3.108.1"), False),
        ("v3.108.1", "0" * 64, False),
    ],
)
def test_the_magic_has_to_fit_the_version(version, magic, fits):
    found = list(integrity_problems(Checkpoint(manifest=Manifest(None, magic, version))))

    assert found == ([] if fits else ["magic cookie mismatch; possible tampering/corruption detected"])


def test_the_error_tells_every_problem_and_what_to_do():
    broken = Checkpoint((thing("a", parent=B), thing("a", dependencies=(B,))))

    with pytest.raises(IntegrityError) as raised:
        verify_integrity(broken, hint="do this")

    assert "snapshot integrity failure; refusing to use it: child resource" in str(raised.value)
    assert f"dependency {B} refers to missing resource" in str(raised.value)
    assert "duplicate resource" in str(raised.value)
    assert raised.value.hint == "do this"


def test_a_thousand_problems_do_not_flood_the_terminal():
    broken = Checkpoint(tuple(thing(f"t{n}", parent=B) for n in range(1000)))

    with pytest.raises(IntegrityError) as raised:
        verify_integrity(broken)

    assert len(str(raised.value).splitlines()) == 11
    assert "and 990 more" in str(raised.value)


class CountedText(str):
    """A text that counts how often it is looked up or compared."""

    __slots__ = ()
    uses = 0

    def __eq__(self, other):
        CountedText.uses += 1
        return str.__eq__(self, other)

    def __hash__(self):
        CountedText.uses += 1
        return str.__hash__(self)


def test_checking_is_linear():
    def uses(count):
        urns = [CountedText(f"urn:{n}") for n in range(count)]
        chain = [Resource(urns[0], True, "t", "i")]
        for before, urn in pairwise(urns):
            chain.append(Resource(urn, True, "t", "i", parent=before, dependencies=(urns[0], before)))
        CountedText.uses = 0
        verify_integrity(Checkpoint(tuple(chain)))
        return CountedText.uses

    assert uses(400) <= 4.1 * uses(100)
