"""The embedded AWS ends, between two runs or in the middle of one: that is told, and the next run builds anew."""

from __future__ import annotations

import os
import signal

from tests.integration.inventory import inventory, named
from tests.integration.project import SMALL, Project

BUILT_ANEW = "The embedded AWS was started anew since this state was written"


def test_after_a_restart_up_says_so_and_builds_everything_anew_and_destroy_has_nothing_to_delete(project: Project):
    project.configure(**SMALL)
    project.start_aws()
    first = project.document("up")
    before = inventory(project.aws)
    project.succeed("local", "stop")
    again = project("up")
    after = inventory(project.aws)
    os.kill(project.aws_pid, signal.SIGKILL)
    destroyed = project("destroy")

    assert again.returncode == 0
    assert BUILT_ANEW in again.stdout
    assert f"+ {first['changeSummary']['create']} created" in again.stdout
    assert {kind: len(things) for kind, things in after.items()} == {kind: len(each) for kind, each in before.items()}
    assert after["us-east-1 vpc"].keys() != before["us-east-1 vpc"].keys()
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert "started anew" in destroyed.stdout
    assert project.ids() == {}


def test_an_aws_that_is_killed_during_an_up_is_one_clear_error_and_the_next_up_converges(project: Project):
    project.configure(**SMALL)
    project.start_aws()
    pid = project.aws_pid
    project.hold()
    with project.running("up") as up:
        project.wait_until_held()
        os.kill(pid, signal.SIGKILL)
        project.let_go()
        code = up.end()
    again = project("up")
    settled = project.document("up", "--expect-no-changes")

    assert code == 1
    assert "Traceback" not in up.shown
    assert "connect" in up.shown.lower()
    assert again.returncode == 0, again.stdout + again.stderr
    assert len([each for each in named(inventory(project.aws))["us-east-1 vpc"] if each == "tap-vpc-local"]) == 1
    assert settled["changeSummary"].keys() == {"same"}
