"""A state changes hands: one that the Pulumi CLI wrote is taken over here, and ours has the shape of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tap.state.integrity import verify_integrity
from tap.state.store import StateStore
from tests.options.project import SECRET, Project, Run, project_in
from tests.state.shape import shape_problems
from tests.state.support import RECORDED

BEFORE = json.loads(RECORDED)
SALT = BEFORE["checkpoint"]["latest"]["secrets_providers"]["state"]["salt"]
OWN = {"run", "checksum", "embeddedAws"}
"""The keys that we add to a checkpoint, and that the Pulumi CLI ignores."""


@dataclass
class Story:
    project: Project
    preview: Run
    refreshed: Run
    same: Run
    changed: Run
    files: list[dict[str, Any]]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG_PASSPHRASE", "pw")
        program = Path(__file__).with_name("handed_over")
        project = project_in(tmp_path_factory.mktemp("handed-over"), program, "golden")
        project.state_path.parent.mkdir(parents=True)
        project.state_path.write_bytes(RECORDED)
        for id, inputs in {"a-1": {"color": "red", "pw": "hunter2"}, "b-2": {"of": "a-1"}}.items():
            project.cloud.edit({"op": "add", "id": id, "name": id[0], "inputs": inputs})
        project.configure({}, SALT)
        preview, refreshed, same = project.preview(), project.refresh(preview_only=True), project.up()
        first = json.loads(project.state_path.read_bytes())
        project.configure({"color": "blue"}, SALT)
        changed = project.up()
        files = [first, json.loads(project.state_path.read_bytes())]
        verify_integrity(StateStore(project.root, "golden", "dev").load())
    return Story(project, preview, refreshed, same, changed, files)


def test_nothing_is_to_be_done_about_what_the_pulumi_cli_left(story):
    assert story.preview.outcome.succeeded, story.preview.errors
    assert not story.preview.outcome.changed, story.preview.outcome.changes
    assert story.preview.outcome.changes["same"] == 3
    assert not story.refreshed.outcome.changed, story.refreshed.outcome.changes
    assert not story.same.outcome.changed


def test_a_run_that_changes_nothing_hands_back_the_same_resources(story):
    ours = story.files[0]["checkpoint"]["latest"]
    moving = {"created", "modified", "sourcePosition", "stackTrace"}

    def settled(latest):
        return [{key: each[key] for key in each if key not in moving} for each in latest["resources"]]

    assert settled(ours) == settled(BEFORE["checkpoint"]["latest"])
    assert ours["secrets_providers"] == BEFORE["checkpoint"]["latest"]["secrets_providers"]


def test_a_change_is_made_and_secrets_that_stay_keep_their_ciphertext(story):
    before, after = story.same.resources["a"], story.changed.resources["a"]

    assert story.changed.names("Update") == ["a"]
    assert story.changed.call("Update", "a")["inputs"] == {"color": "blue", "pw": "hunter2"}
    assert after["outputs"]["color"] == "blue"
    assert after["inputs"]["pw"] == before["inputs"]["pw"]
    assert SECRET in after["outputs"]["pw"].values()
    assert after["created"] == before["created"]


def test_our_files_have_the_shape_of_pulumis(story):
    assert list(shape_problems(BEFORE)) == []
    for file in story.files:
        assert list(shape_problems(file)) == []
        assert set(file["checkpoint"]) - {"stack", "latest"} <= OWN
        assert file["checkpoint"]["stack"] == "organization/golden/dev"


def test_our_files_are_compact_and_end_without_a_line(story):
    content = story.project.state_path.read_bytes()

    assert not content.endswith(b"\n")
    assert content == json.dumps(json.loads(content), separators=(",", ":"), ensure_ascii=False).encode()


DAMAGES = {
    "an unknown key": lambda resource: resource.update(surprise=1),
    "another order": lambda resource: resource.update(urn=resource.pop("urn")),
    "an empty list": lambda resource: resource.update(dependencies=[]),
    "a time of another kind": lambda resource: resource.update(created="yesterday"),
    "a secret in clear": lambda resource: resource["inputs"]["pw"].update(ciphertext="hunter2"),
    "a whole double": lambda resource: resource["inputs"].update(count=1.0),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_shape_is_looked_at_closely(damage):
    document = json.loads(RECORDED)
    damage(document["checkpoint"]["latest"]["resources"][2])

    assert list(shape_problems(document)) != []
