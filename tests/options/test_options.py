"""Each option of Pulumi's resources does what it says, with the unmodified SDK: the program says which is where."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tap.engine.model import Resource
from tap.engine.values import Secret
from tap.state.integrity import integrity_problems
from tap.state.store import StateStore
from tests.options.project import SECRET, Project, Run, project_in
from tests.state.shape import shape_problems
from tests.state.support import INFO

PROGRAM = Path(__file__).with_name("program")


@dataclass
class Story:
    """The runs: two phases of the program, a third run that has nothing to do, and the end of it all."""

    project: Project
    first: Run
    second: Run
    quiet: Run
    end: Run


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG_PASSPHRASE", "pw")
        project = project_in(tmp_path_factory.mktemp("options"), PROGRAM)
        project.cloud.edit({"op": "add", "id": "cloud-7", "name": "import", "inputs": {"color": "found"}})
        project.cloud.edit({"op": "add", "id": "cloud-8", "name": "get", "inputs": {"color": "read"}})
        put_other_stack(project.root)
        project.configure({"phase": 1})
        first = project.up()
        project.configure({"phase": 2})
        second, quiet, end = project.up(), project.preview(), project.destroy()
    return Story(project, first, second, quiet, end)


def put_other_stack(root):
    """Another stack of the same backend, for a StackReference."""
    outputs = {"address": "10.0.0.1", "token": Secret("canary-token")}
    stack = Resource("urn:pulumi:other::options::pulumi:pulumi:Stack::options-other", False, "pulumi:pulumi:Stack")
    with StateStore(root, "options", "other").open("update") as session:
        session.finish(session.base.with_contents([replace(stack, outputs=outputs)], ()), INFO)


def test_every_run_ends_as_it_has_to(story):
    assert story.first.outcome.succeeded, story.first.errors
    assert story.second.outcome.succeeded, story.second.errors
    assert story.quiet.outcome.succeeded, story.quiet.errors


def test_what_was_built_needs_no_further_change(story):
    assert not story.quiet.outcome.changed, story.quiet.outcome.changes


def test_the_state_keeps_pulumis_rules(story):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG_PASSPHRASE", "pw")
        state = StateStore(story.project.root, "options", "dev").load()

    assert list(integrity_problems(state)) == []
    assert list(shape_problems(json.loads(story.project.state_path.read_bytes()))) == []
    assert list(shape_problems({"version": 4, "features": ["replaceWith"], "checkpoint": story.second.file})) == []


def test_parent(story):
    child = story.first.resources["parent-child"]

    assert child["parent"] == story.first.resources["parent"]["urn"]
    assert child["urn"] == "urn:pulumi:dev::options::fake:index:Group$fake:index:Thing::parent-child"


def test_depends_on(story):
    first = story.first

    assert first.resources["depends-on"]["dependencies"] == [first.resources["awaited"]["urn"]]
    assert first.position("Create", "depends-on") > first.position("Create", "awaited")
    assert story.end.position("Delete", "depends-on") < story.end.position("Delete", "awaited")


def test_depends_on_a_component_means_its_children(story):
    first = story.first

    assert first.resources["depends-on-group"]["dependencies"] == [first.resources["awaited-group-child"]["urn"]]
    assert first.position("Create", "depends-on-group") > first.position("Create", "awaited-group-child")


def test_protect(story):
    assert story.first.resources["protect"]["protect"] is True
    assert "protect" not in story.end.names("Delete")
    assert "protect" in story.end.resources
    assert not story.end.outcome.succeeded
    assert any('::protect" cannot be deleted\nbecause it is protected' in error for error in story.end.errors)


def test_provider(story):
    explicit = story.first.resources["explicit"]
    reference = f"{explicit['urn']}::{explicit['id']}"

    assert story.first.resources["provider"]["provider"] == reference
    assert story.first.resources["protect"]["provider"] != reference


def test_providers_reach_the_children(story):
    explicit = story.first.resources["explicit"]

    assert story.first.resources["providers-child"]["provider"] == f"{explicit['urn']}::{explicit['id']}"
    assert story.first.resources["parent-child"]["provider"] != f"{explicit['urn']}::{explicit['id']}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("named-before", "aliases-name"),
        ("aliases-urn-before", "aliases-urn"),
        ("group-before-child", "group-after-child"),
    ],
)
def test_aliases(story, before, after):
    assert story.second.resources[after]["id"] == story.first.resources[before]["id"]
    assert before not in story.second.resources
    assert after not in story.second.names("Create")
    assert before not in story.second.names("Delete")
    assert "aliases" not in story.second.resources[after]


def test_ignore_changes(story):
    call = story.second.call("Update", "ignore-changes")

    assert call["inputs"] == {"color": 1, "tags": {"a": 1, "b": 2}}
    assert story.second.resources["ignore-changes"]["inputs"] == {"color": 1, "tags": {"a": 1, "b": 2}}
    assert story.second.resources["ignore-changes"]["ignoreChanges"] == ["color", "tags.a"]


@pytest.mark.parametrize("name", ["replace-on-changes", "replace-with", "replacement-trigger"])
def test_options_that_replace(story, name):
    assert story.second.resources[name]["id"] != story.first.resources[name]["id"]
    assert story.second.position("Create", name) < story.second.position("Delete", name)


def test_delete_before_replace(story):
    name = "delete-before-replace"

    assert story.second.position("Delete", name) < story.second.position("Create", name)


def test_delete_before_replace_overrules_the_provider(story):
    name = "create-before-delete"

    assert story.second.position("Create", name) < story.second.position("Delete", name)


def test_additional_secret_outputs(story):
    outputs = story.first.resources["additional-secret-outputs"]["outputs"]

    assert SECRET in outputs["id_echo"].values()
    assert isinstance(story.first.resources["protect"]["outputs"]["id_echo"], str)


def test_custom_timeouts_reach_the_provider_in_seconds(story):
    name = "custom-timeouts"

    assert story.first.call("Create", name)["timeout"] == 90
    assert story.second.call("Update", name)["timeout"] == 120
    assert story.end.call("Delete", name)["timeout"] == 3600
    assert story.first.resources[name]["customTimeouts"] == {"create": 90, "update": 120, "delete": 3600}
    assert "timeout" not in story.first.call("Create", "protect")


def test_import(story):
    assert story.first.resources["import"]["id"] == "cloud-7"
    assert story.first.resources["import"]["importID"] == "cloud-7"
    assert "import" not in story.first.names("Create")
    assert story.first.call("Read", "import")["id"] == "cloud-7"
    assert "import" in story.end.names("Delete")


def test_retain_on_delete(story):
    kept = story.first.resources["retain-on-delete"]

    assert "retain-on-delete" not in story.second.resources
    assert "retain-on-delete" not in story.second.names("Delete")
    assert kept["id"] in story.project.cloud.entries


def test_deleted_with(story):
    assert "holder" in story.second.names("Delete")
    assert "deleted-with" not in story.second.names("Delete")
    assert "deleted-with" not in story.second.resources


def test_transforms(story):
    assert story.first.call("Create", "transforms")["inputs"] == {"color": "of its own"}
    assert story.first.call("Create", "parent-child")["inputs"] == {"color": "of the group"}


def test_stack_transforms(story):
    assert story.first.call("Create", "stack-transform")["inputs"] == {"color": "of the stack"}
    assert story.first.resources["stack-transform"]["protect"] is True
    assert story.first.call("Create", "protect")["inputs"] == {}


def test_invoke_transforms(story):
    assert story.first.resources["options-dev"]["outputs"]["invoked"] == {
        "asked": "by the program",
        "added": "by a transform",
    }


def test_get(story):
    found = story.first.resources["get"]

    assert found["external"] is True
    assert found["id"] == "cloud-8"
    assert story.first.resources["fed"]["inputs"] == {"of": "cloud-8"}
    assert "get" not in story.first.names("Create")
    assert "get" not in story.end.names("Delete")
    assert "cloud-8" in story.project.cloud.entries


def test_secrets_are_encrypted_wherever_they_are_written(story):
    resource = story.first.resources["secret"]

    assert SECRET in resource["inputs"]["password"].values()
    assert SECRET in resource["outputs"]["password"].values()
    assert SECRET in story.first.resources["options-dev"]["outputs"]["hidden"].values()
    assert SECRET in story.first.resources["from-secret"]["inputs"]["copied"].values()
    assert SECRET in resource["inputs"]["nested"]["key"].values()
    told = story.first.call("Create", "secret")["inputs"]

    assert told == {"password": "canary-input", "nested": {"key": ["canary-list"]}}
    assert story.first.call("Create", "from-secret")["inputs"] == {"copied": "canary-input"}


def test_no_secret_is_in_any_file_but_the_program(story):
    root = story.project.root
    files = [path for path in root.rglob("*") if path.is_file() and path.name != "__main__.py"]

    assert len(files) > 10
    assert [str(path) for path in files if b"canary" in path.read_bytes()] == []


def test_a_stack_reference_reads_another_stacks_outputs(story):
    reference = story.first.resources["organization/options/other"]
    outputs = story.first.resources["options-dev"]["outputs"]

    assert reference["type"] == "pulumi:pulumi:StackReference"
    assert (reference["id"], reference["external"]) == ("organization/options/other", True)
    assert reference["provider"].startswith("urn:pulumi:dev::options::pulumi:providers:pulumi::default::")
    assert reference["outputs"]["secretOutputNames"] == ["token"]
    assert reference["outputs"]["outputs"]["address"] == "10.0.0.1"
    assert SECRET in reference["outputs"]["outputs"]["token"].values()
    assert outputs["address"] == "10.0.0.1"
    assert SECRET in outputs["token"].values()
