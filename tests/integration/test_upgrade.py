"""A stack that an earlier release made previews without anything made, replaced or deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.project import Project, steps

RELEASES = sorted((Path(__file__).parent / "data").glob("release-*"))
CONFIGURED = {"local": {}, "prod": {"availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}}


@pytest.mark.parametrize("stack", CONFIGURED)
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_stack_of_an_earlier_release_is_kept_or_updated_in_place(project: Project, release: Path, stack):
    project.configure(stack, **CONFIGURED[stack])
    path = project.state_path(stack)
    path.parent.mkdir(parents=True)
    path.write_bytes((release / f"{stack}.json").read_bytes())
    project.start_aws()
    made = project.ids(stack)
    document = project.document("preview", "--stack", stack, PULUMI_CONFIG_PASSPHRASE=release.name)

    assert len(made) > 60
    assert made.keys() <= {step["urn"].rpartition("::")[2] for step in document["steps"]}
    assert set(steps(document).values()) <= {"update"}
    assert document["changeSummary"].keys() <= {"same", "update"}
    assert document["changeSummary"]["same"] > 60
