"""Copies of the project for single tests, and what there is after one `tap up` for all tests that only look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest

from soak.warm_program import warm_programs
from soak.warm_tap import warm_taps
from tests.integration.built import Built
from tests.integration.home import Home
from tests.integration.inventory import inventory
from tests.integration.project import Project, Warm, project_in
from tests.integration.stories import told_once


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home")
    with warm_taps(folder / "tap") as tap, warm_programs(folder / "programs") as programs:
        home = Home(folder / "project", Warm(tap, programs))
        try:
            yield home
        finally:
            home.close()


@pytest.fixture
def project(home) -> Iterator[Project]:
    """A project for one test. Its runs are forks: what a start from nothing is like, `cold_project` shows."""
    with home.project() as project:
        yield project


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
        project.succeed("up")
        return Built(json.loads(project.succeed("outputs", "--json")), before, inventory(aws))
