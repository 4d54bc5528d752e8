"""The real Pulumi CLI and `tap`, each from nothing, each over the other's work: they come to the same."""

from __future__ import annotations

import pytest

from soak.edited_program import AFTER, BEFORE
from tests.pulumi_cli.cli import UNATTENDED, left_in_the_cloud
from tests.pulumi_cli.deployments import differences, without_ids

pytestmark = [pytest.mark.pulumi_cli, pytest.mark.timeout(1200)]


def write(project, program):
    for name, text in program.items():
        (project.root / name).write_text(text)


@pytest.fixture(scope="module")
def by_tap(new_project):
    project = new_project()
    project.succeed("up", "--yes")
    return project


@pytest.fixture(scope="module")
def by_pulumi(new_project, pulumi_of):
    project = new_project()
    pulumi = pulumi_of(project)
    pulumi.begin()
    pulumi.succeed("up", *UNATTENDED)
    return project


def test_the_stack_that_each_builds_is_the_same(by_tap, by_pulumi):
    assert differences(without_ids(by_pulumi.state()), without_ids(by_tap.state())) == []


def test_we_find_nothing_to_do_in_what_it_has_built_and_take_it_away(by_pulumi):
    by_pulumi.succeed("up", "--yes", "--expect-no-changes")
    by_pulumi.succeed("destroy", "--yes")

    assert left_in_the_cloud(by_pulumi) == ([], [])


@pytest.mark.parametrize("first", ["tap", "pulumi"])
def test_every_kind_of_change_by_one_is_nothing_to_do_for_the_other(first, new_project, pulumi_of):
    project = new_project()
    pulumi = pulumi_of(project)
    runs = {
        "tap": lambda *more: project.succeed("up", "--yes", *more),
        "pulumi": lambda *more: pulumi.succeed("up", *UNATTENDED, *more),
    }
    other = "pulumi" if first == "tap" else "tap"
    write(project, BEFORE)
    pulumi.begin()
    runs[first]()
    runs[other]("--expect-no-changes")
    write(project, AFTER)
    runs[other]()
    runs[first]("--expect-no-changes")
    project.succeed("destroy", "--yes")

    assert project.state().get("resources", []) == []
