"""Copies of the project for the tests of a module and for single tests, and one built stack for all that only look."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.integration.built import Built
from tests.integration.inventory import inventory
from tests.integration.project import Project, project_in


@pytest.fixture
def project(tmp_path) -> Iterator[Project]:
    """A project for one test."""
    with project_in(tmp_path / "project") as project:
        yield project


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory) -> Iterator[Project]:
    """One project for all tests of a module."""
    with project_in(tmp_path_factory.mktemp("shared") / "project") as project:
        yield project


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Iterator[Built]:
    """The stack `local` as it comes, for tests that change nothing in it."""
    with project_in(tmp_path_factory.mktemp("built") / "project") as project:
        aws = project.start_aws()
        before = inventory(aws)
        project.succeed("up")
        outputs = json.loads(project.succeed("outputs", "--json"))
        yield Built(project, aws, outputs, before, inventory(aws))
