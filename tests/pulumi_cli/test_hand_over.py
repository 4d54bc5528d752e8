"""The stack that `tap up` has built, in the hands of the real Pulumi CLI, and given back."""

from __future__ import annotations

import json

import pytest

from tests.pulumi_cli.cli import UNATTENDED, left_in_the_cloud
from tests.pulumi_cli.deployments import differences
from tests.state.shape import shape_problems

pytestmark = [pytest.mark.pulumi_cli, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def ours(built):
    """The state as `tap up` left it."""
    return built.state()


def test_it_lists_every_resource(ours, built, pulumi):
    shown = pulumi.succeed("stack", "--show-urns", "--show-ids")

    assert [each["urn"] for each in ours["resources"] if each["urn"] not in shown] == []
    assert [id for id in built.ids().values() if id not in shown] == []


def test_it_exports_what_we_export(ours, built, pulumi):
    theirs = pulumi.document("stack", "export")["deployment"]
    exported = json.loads(built.succeed("state", "export"))["deployment"]

    assert theirs["resources"] == exported["resources"] == ours["resources"]
    assert theirs["secrets_providers"] == exported["secrets_providers"]


def test_it_reads_the_outputs_and_the_history(ours, built, pulumi):
    outputs = pulumi.document("stack", "output", "--json", "--show-secrets")
    history = pulumi.document("stack", "history", "--json")
    made = [each for each in ours["resources"] if "::default_" not in each["urn"]]

    assert outputs == built.document("outputs", "--show-secrets")
    assert [(each["kind"], each["result"]) for each in history] == [("update", "succeeded")]
    assert history[0]["resourceChanges"] == {"create": len(made)}


def test_its_preview_finds_nothing_to_do(ours, pulumi):
    preview = json.loads(pulumi.succeed("preview", "--json", "--expect-no-changes"))

    assert preview["changeSummary"] == {"same": len([e for e in ours["resources"] if "::default_" not in e["urn"]])}


def test_its_update_leaves_the_state_as_it_was_and_ours_after_it_finds_nothing_to_do(ours, built, pulumi):
    pulumi.succeed("up", *UNATTENDED, "--expect-no-changes")
    written = json.loads(built.state_path().read_bytes())
    again = built.document("up", "--yes", "--expect-no-changes")

    assert differences(written["checkpoint"]["latest"], ours) == []
    assert list(shape_problems(written)) == []
    assert again["changeSummary"].keys() == {"same"}


def test_its_refresh_sees_what_ours_sees(built, pulumi):
    pulumi.succeed("refresh", *UNATTENDED)
    theirs = built.state()
    built.succeed("up", "--yes", "--expect-no-changes")
    built.succeed("refresh", "--yes")

    assert differences(theirs, built.state()) == []


def test_each_keeps_to_the_protection_that_the_other_one_gave(built, pulumi):
    urn = next(each["urn"] for each in built.state()["resources"] if each["type"] == "aws:ec2/flowLog:FlowLog")
    pulumi.succeed("state", "protect", urn, "--yes")
    refused_here = built("state", "delete", urn, "--yes")
    exported = built.succeed("state", "export")
    pulumi.succeed("state", "unprotect", urn, "--yes")
    file = built.root / "exported.json"
    file.write_text(exported)
    built.succeed("state", "import", "--file", str(file))
    refused_there = pulumi("state", "delete", urn, "--yes")
    built.succeed("state", "unprotect", urn, "--yes")

    for refused in (refused_here, refused_there):
        assert refused.returncode == 1
        assert "protect" in refused.stdout + refused.stderr
    pulumi.succeed("preview", "--expect-no-changes")


def test_it_destroys_what_we_have_built(built, pulumi):
    pulumi.succeed("destroy", *UNATTENDED)

    assert left_in_the_cloud(built) == ([], [])
    assert built.state().get("resources", []) == []
    built.succeed("destroy", "--yes")
