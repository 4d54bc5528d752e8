"""Copies of the project for single tests, and what there is after one `tap up` for all tests that only look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest

from tests.integration.built import Built
from tests.integration.inventory import inventory
from tests.integration.project import ROOT, Project, project_in
from tests.integration.stories import told_once


@pytest.fixture
def cold_project(tmp_path) -> Iterator[Project]:
    """A project for one test; each process is started as a user would, its embedded AWS too."""
    with project_in(tmp_path / "project") as project:
        yield project


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Built:
    """The stack `local` as it comes, each process started as a user would."""
    return told_once(tmp_path_factory, "built", partial(_build, tmp_path_factory))


def _build(folders: pytest.TempPathFactory) -> Built:
    with project_in(folders.mktemp("built") / "project") as project:
        aws = project.start_aws()
        before = inventory(aws)
        project.succeed("up", "--policy-pack", str(ROOT / "policy"))  # which it passes, with all of its outputs
        return Built(
            json.loads(project.succeed("outputs", "--json")),
            before,
            inventory(aws),
            {view: project.succeed("graph", "--format", "svg", "--view", view) for view in ("topology", "security")},
            project.document("graph"),
        )
