from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.integration.project import Project, project_in
from tests.pulumi_cli.cli import PulumiCli


@pytest.fixture(scope="module")
def new_project(tmp_path_factory, warm) -> Iterator[Callable[[], Project]]:
    """Makes a project with an embedded AWS of its own."""
    with ExitStack() as stack:

        def make() -> Project:
            project = stack.enter_context(project_in(tmp_path_factory.mktemp("handed-over") / "project"))
            project.use_python_of(warm.programs)
            project.start_aws()
            return project

        yield make


@pytest.fixture(scope="module")
def pulumi_of(tmp_path_factory) -> Callable[[Project], PulumiCli]:
    return lambda project: PulumiCli(project, tmp_path_factory.mktemp("pulumi-home"))


@pytest.fixture(scope="module")
def built(new_project) -> Project:
    """The stack `local` as `tap up` has built it."""
    project = new_project()
    project.succeed("up", "--yes")
    return project


@pytest.fixture(scope="module")
def pulumi(built, pulumi_of) -> PulumiCli:
    return pulumi_of(built)
