"""Every resource type keeps one contract, shown on the embedded AWS."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.aws
from tap.aws import registry
from tap.aws.schema import type_schema
from tap.engine.values import UNKNOWN, contains_unknown
from tests.aws.sample import Instead, Sample

SEED = b"the same seed gives the same name"


def _collect():
    found = {}
    for module in pkgutil.iter_modules(tests.aws.__path__):
        if module.name.startswith("samples_"):
            samples = importlib.import_module(f"tests.aws.{module.name}").SAMPLES
            assert not found.keys() & samples.keys(), "two samples of one type"
            found |= samples
    return found


SAMPLES = _collect()


class Case:
    """One resource of a type, handled through the provider as the engine would."""

    def __init__(self, provider, token: str, sample: Sample) -> None:
        self.provider, self.token, self.sample = provider, token, sample
        self.urn = f"urn:pulumi:test::contract::{token}::sample"
        self.schema = type_schema(token)

    def checked(self, inputs, olds=None):
        result = self.provider.check(self.urn, olds or {}, inputs, SEED)
        assert result.failures == ()
        return result.inputs

    def create(self, inputs):
        return self.provider.create(self.urn, inputs, 0, preview=False)

    def diff(self, id, inputs, outputs):
        return self.provider.diff(self.urn, id, inputs, outputs, inputs, ())

    def update(self, made, olds, news, outputs=None):
        return self.provider.update(self.urn, made.id, olds, outputs or made.outputs, news, 0, preview=False)

    def read(self, made, inputs):
        return self.provider.read(self.urn, made.id, inputs, made.outputs)


@pytest.fixture(params=sorted(SAMPLES))
def case(request, provider, world):
    return Case(provider, request.param, SAMPLES[request.param](world))


def test_every_type_has_a_sample():
    assert set(registry.tokens()) == set(SAMPLES)


def test_a_created_resource_is_complete_and_settled(case):
    inputs = case.checked(case.sample.first)
    preview = case.provider.create(case.urn, inputs, 0, preview=True)
    made = case.create(inputs)

    assert preview.id == ""
    known = {key: value for key, value in preview.outputs.items() if value is not UNKNOWN}
    assert {key: made.outputs[key] for key in known if key in case.sample.first} == {
        key: value for key, value in made.outputs.items() if key in known and key in case.sample.first
    }
    assert set(made.outputs) - {"__meta"} == set(case.schema.outputs) | {"id"}
    assert set(preview.outputs) == set(case.schema.outputs) | {"id"}
    assert made.outputs["id"] == made.id
    assert not contains_unknown(made.outputs)
    assert not case.diff(made.id, inputs, made.outputs).changes
    assert case.checked(case.sample.first, olds=inputs) == inputs
    assert case.read(made, inputs).outputs == made.outputs
    assert case.read(made, inputs).inputs == inputs


def test_a_preview_of_a_creation_foretells_what_it_knows(case):
    inputs = case.checked(case.sample.first)
    foretold = case.provider.create(case.urn, inputs, 0, preview=True).outputs
    made = case.create(inputs)

    foretold_known = {key: value for key, value in foretold.items() if not contains_unknown(value)}
    diff = case.provider.diff(case.urn, made.id, inputs, {**made.outputs, **foretold_known}, inputs, ())
    assert not diff.changes


def test_an_update_keeps_the_id_and_reaches_aws(case):
    first = case.checked(case.sample.first)
    second = case.checked(case.sample.second, olds=first)
    made = case.create(first)
    planned = case.provider.diff(case.urn, made.id, first, made.outputs, second, ())
    outputs = case.update(made, first, second)
    seen = case.read(made, second)

    assert planned.changes
    assert planned.replaces == ()
    assert planned.detailed
    assert {path.split(".")[0].split("[")[0] for path in planned.detailed} == set(planned.diffs)
    assert not case.diff(made.id, second, outputs).changes
    assert seen.outputs == outputs
    assert seen.inputs == second
    assert case.provider.diff(case.urn, made.id, second, outputs, first, ()).changes


def test_an_update_back_leaves_nothing_of_it(case):
    first = case.checked(case.sample.first)
    second = case.checked(case.sample.second, olds=first)
    made = case.create(first)
    between = case.update(made, first, second)
    outputs = case.update(made, second, first, outputs=between)

    # What AWS fills in when it is left out stays as it was last asked for, as with the real provider.
    assert not case.diff(made.id, first, outputs).changes


def test_drift_is_found_and_mended(case):
    inputs = case.checked(case.sample.first)
    made = case.create(inputs)
    case.sample.drift(made.id)
    seen = case.read(made, inputs)

    if seen is None:
        return  # the drift was that somebody deleted it
    assert case.diff(made.id, inputs, seen.outputs).changes
    assert not case.diff(made.id, inputs, case.update(made, inputs, inputs, outputs=seen.outputs)).changes


def test_an_import_gives_inputs_that_need_no_change(case):
    inputs = case.checked(case.sample.second)
    made = case.create(inputs)
    by = case.sample.import_id(made.outputs) if case.sample.import_id else made.id
    imported = case.provider.read(case.urn, by, {}, {})

    assert imported.id == made.id
    assert not case.diff(made.id, imported.inputs, imported.outputs).changes
    assert set(case.diff(made.id, inputs, imported.outputs).diffs) == case.sample.untold


def test_deleting_twice_is_quiet(case):
    inputs = case.checked(case.sample.first)
    made = case.create(inputs)
    case.provider.delete(case.urn, made.id, inputs, made.outputs, 0)
    case.provider.delete(case.urn, made.id, inputs, made.outputs, 0)

    assert (case.read(made, inputs) is None) == case.sample.removed


def test_what_can_not_change_in_place_replaces(case):
    inputs = case.checked(case.sample.first)
    made = case.create(inputs)
    replacements = case.sample.replacements or {}

    for property, value in replacements.items():
        change = value if isinstance(value, Instead) else {property: value}
        news = case.checked({**case.sample.first, **change}, olds=inputs)
        diff = case.provider.diff(case.urn, made.id, inputs, made.outputs, news, ())
        assert property in diff.replaces, property
        assert all(kind.replaces for path, kind in diff.detailed.items() if path.startswith(property))
    replacing = registry.resource_type(case.token).replace_on - {"namePrefix", "bucketPrefix"} - case.sample.fixed
    assert replacements.keys() >= replacing
