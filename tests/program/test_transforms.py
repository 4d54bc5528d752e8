"""Transforms of every kind run where Pulumi runs them, in its order, and what they make is what the engine is asked."""

from __future__ import annotations

import pytest

from tap.engine.model import Alias
from tap.engine.registration import ProgramExit
from tap.engine.values import UNKNOWN, Secret
from tests.program.recording import RecordingRegistrar, play

SOURCE = "urn:pulumi:dev::tests::fake:index:Thing::source"
STACK = "urn:pulumi:dev::tests::pulumi:pulumi:Stack::tests-dev"


@pytest.fixture(scope="module", params=[False, True], ids=["up", "preview"])
def run(request):
    registrar = RecordingRegistrar(preview=request.param)
    assert play(registrar, "transformed.py").code == 0, registrar.logs
    return registrar


def test_a_resource_s_own_transforms_come_first_then_its_ancestors_then_the_stack_s(run):
    assert run.goals["inner"].inputs["order"] == ["own", "group", "stack"]
    assert run.goals["group"].inputs["order"] == ["group", "stack"]
    assert run.goals["fed"].inputs["order"] == ["stack"]


def test_what_was_registered_before_a_stack_transform_is_not_transformed(run):
    assert run.goals["source"].inputs == {}


def test_options_that_a_transform_sets_are_the_resource_s(run):
    assert run.goals["fed"].protect is True
    assert run.goals["inner"].ignore_changes == ("x",)


def test_what_a_transform_leaves_alone_stays_as_it_was(run):
    goal = run.goals["fed"]
    source_id = UNKNOWN if run.preview else "source-id"

    assert goal.inputs == {
        "of": source_id,
        "secret": Secret("s"),
        "list": [source_id, None],
        "order": ["stack"],
        "stack": True,
    }
    assert goal.delete_before_replace is True
    assert goal.custom_timeouts.create == 300
    assert goal.aliases == (Alias(urn="urn:pulumi:dev::tests::fake:index:Thing::was"),)


def test_dependencies_survive_a_transform(run):
    goal = run.goals["fed"]

    assert goal.dependencies == (SOURCE,)
    assert goal.property_dependencies == {"list": (SOURCE,), "of": (SOURCE,), "order": (), "secret": (), "stack": ()}


def test_invokes_are_transformed(run):
    assert run.invokes[0].arguments == {"name": "x", "added": 1}


def test_a_transform_that_raises_fails_its_resource_with_its_own_words():
    registrar = RecordingRegistrar()
    end = play(registrar, "bad_transform.py")

    assert end == ProgramExit(32, bail=True)
    assert "never" not in registrar.goals
    assert "the transform broke" in registrar.errors()[0]
    assert 'bad_transform.py", line 8, in broken' in registrar.errors()[0]
    assert "handle_grpc_error" not in registrar.errors()[0]
