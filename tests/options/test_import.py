"""`tap import` on the engine and the state: what it records, and what it refuses. No program takes part."""

from __future__ import annotations

import json
from functools import partial

import pytest

from tap import operations
from tap.engine.importing import ImportGoal
from tap.engine.model import Op
from tap.operations import Outcome
from tests.options.project import project_in
from tests.state.shape import shape_problems
from tests.state.support import RECORDED

THING = "fake:index:Thing"
A = "urn:pulumi:dev::golden::fake:index:Thing::a"
STACK = "urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev"
PROVIDER = "urn:pulumi:dev::golden::pulumi:providers:fake::default_1_2_3"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "pw")
    program = tmp_path / "program"
    program.mkdir()
    project = project_in(tmp_path / "root", program, "golden")
    project.configure({})
    project.cloud.edit({"op": "add", "id": "cloud-7", "name": "x", "inputs": {"color": "found"}})
    return project


@pytest.fixture
def recorded(project):
    project.state_path.parent.mkdir(parents=True)
    project.state_path.write_bytes(RECORDED)
    return project


def do_import(project, goal, **options):
    def operation(root, given, reporter, open_lane):
        return operations.import_resource(root, given, goal, reporter, open_lane=open_lane, **options)

    return project._run(partial(operation))


def test_the_first_import_makes_the_stack_and_the_default_provider(project):
    run = do_import(project, ImportGoal(THING, "x", "cloud-7", version="9.8.7"))

    assert run.outcome.succeeded, run.errors
    assert list(run.resources) == ["golden-dev", "default_9_8_7", "x"]
    assert run.outcome.changes == {Op.CREATE: 1, Op.IMPORT: 1}
    assert run.names("Create") == []
    assert list(shape_problems(json.loads(project.state_path.read_bytes()))) == []


def test_what_is_read_is_recorded_and_the_rest_of_the_state_stays(recorded):
    run = do_import(recorded, ImportGoal(THING, "x", "cloud-7", parent=A))
    x = {key: value for key, value in run.resources["x"].items() if key not in ("created", "modified")}

    assert x == {
        "urn": "urn:pulumi:dev::golden::fake:index:Thing$fake:index:Thing::x",
        "custom": True,
        "id": "cloud-7",
        "type": THING,
        "inputs": {"color": "found"},
        "outputs": {"color": "found", "id_echo": "cloud-7"},
        "parent": A,
        "protect": True,
        "provider": f"{PROVIDER}::f02f9160-1115-4ed0-84ca-6bb58896cb44",
        "importID": "cloud-7",
    }
    assert [call["method"] for call in run.calls] == ["Configure", "Read"]
    assert set(run.resources) == {"golden-dev", "default_1_2_3", "a", "b", "x"}
    assert list(shape_problems(json.loads(recorded.state_path.read_bytes()))) == []


def test_protection_is_left_out_when_asked_for(recorded):
    run = do_import(recorded, ImportGoal(THING, "x", "cloud-7", protect=False))

    assert "protect" not in run.resources["x"]
    assert run.resources["x"]["parent"] == STACK


def test_a_preview_reads_and_writes_nothing(recorded):
    run = do_import(recorded, ImportGoal(THING, "x", "cloud-7"), preview_only=True)

    assert run.outcome.changes == {Op.IMPORT: 1}
    assert recorded.state_path.read_bytes() == RECORDED


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (ImportGoal(THING, "x", "gone"), "resource 'gone' does not exist"),
        (ImportGoal(THING, "a", "cloud-7"), f"resource '{A}' already exists"),
        (ImportGoal(THING, "x", "cloud-7", parent=f"{A}-not"), f"could not find parent resource {A}-not"),
        (ImportGoal(THING, "x", "cloud-7", provider=A), f"unknown provider '{A}' for resource 'x'"),
        (
            ImportGoal("other:index:Thing", "x", "cloud-7", provider=PROVIDER),
            f"the provider '{PROVIDER}' is of the package 'fake', not 'other'",
        ),
    ],
)
def test_what_can_not_be_imported_is_told_and_not_recorded(recorded, goal, text):
    run = do_import(recorded, goal)

    assert not run.outcome.succeeded
    assert run.errors[0] == text
    assert set(run.resources) == {"golden-dev", "default_1_2_3", "a", "b"}
    assert "pending_operations" not in run.file["latest"]


def test_what_is_in_the_state_already_is_left_as_it_is(recorded):
    run = do_import(recorded, ImportGoal(THING, "a", "a-1"))

    assert run.outcome.succeeded
    assert not run.outcome.changed
    assert [each.message for each in run.said] == [f"resource '{A}' is in the state already"]
    assert run.calls == []


def test_looking_at_something_is_no_change():
    assert not Outcome(True, {Op.SAME: 3, Op.READ: 1}).changed
    assert Outcome(True, {Op.SAME: 3, Op.READ: 1, Op.IMPORT: 1}).changed
