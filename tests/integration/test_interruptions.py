"""Ctrl-C and worse in the middle of an up: what was made is known, and the next up goes on from there."""

from __future__ import annotations

from tests.conftest import Account
from tests.integration.gateway import gateway_to
from tests.integration.inventory import inventory, tags_of
from tests.integration.project import SMALL, Project

ONE_AT_A_TIME = ("--parallel", "1")
"""Only what is held is in flight when the run ends."""


def _names(aws: Account) -> list[str]:
    """The `Name` tags of everything in EC2, with repetitions; the names of everything else can not be there twice."""
    names = []
    for kind, things in inventory(aws).items():
        if kind.startswith("us-east-1 ") and kind.endswith(("vpc", "subnet", "table", "gateway", "group", "rule")):
            names += [tags_of(each.get("Tags") or []).get("Name", "") for each in things.values()]
    return sorted(name for name in names if name.startswith("tap-"))


def _is_told(shown: str, name: str) -> bool:
    """Whether a run says that it found an operation begun whose end is not known, and of what."""
    said = ("with 1 pending operations from previous deployment", "an earlier run was interrupted while it created")
    return any(text in shown for text in said) and name in shown.partition("Diagnostics:")[2]


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def test_ctrl_c_once_finishes_what_is_in_flight_and_the_next_up_makes_the_rest(project: Project):
    project.configure(**SMALL)
    aws = project.start_aws()
    project.hold()
    with project.running("up") as up:
        project.wait_until_held()
        up.interrupt()
        up.wait_for("^C received; cancelling.")
        project.let_go()
        code = up.end()
    ids, pending = project.ids(), project.state().get("pending_operations", [])
    made = _names(aws)
    rest = project.document("up")
    settled = project.document("up", "--expect-no-changes")

    assert code == 1
    assert "^C received; cancelling." in up.shown
    assert "update canceled" in up.shown
    assert "`tap up` goes on from there" in up.shown
    assert "Traceback" not in up.shown
    assert pending == []
    assert set(made) <= ids.keys()
    assert rest["changeSummary"].get("create", 0) > 0
    assert settled["changeSummary"].keys() == {"same"}
    assert _twice(_names(aws)) == set()


def test_ctrl_c_twice_ends_at_once_and_the_next_up_says_which_operation_it_knows_nothing_of(project: Project):
    project.configure(**SMALL)
    aws = project.start_aws()
    with gateway_to(aws.endpoint) as gateway:
        through = ("--endpoint", gateway.endpoint, "--yes", "--skip-preview", *ONE_AT_A_TIME)
        gateway.hold("CreateInternetGateway")
        with project.running("up", *through) as up:
            assert gateway.held.wait(60)
            up.interrupt()
            up.wait_for("^C received; cancelling.")
            up.interrupt()
            code = up.end()
        gateway.let_go()
        again = project("up", *through)
        settled = project.document("up", *through, "--expect-no-changes")
    names = _names(aws)

    assert code == 8
    assert "^C received; terminating" in up.shown
    assert "Traceback" not in up.shown
    assert again.returncode == 0, again.stdout + again.stderr
    assert _is_told(again.stdout, "tap-igw-local")
    assert settled["changeSummary"].keys() == {"same"}
    # What AWS had made when nobody listened any more is taken over where it can be told; where it can not, it is there
    # beside its successor, as with Pulumi, and that is what is warned of.
    assert _twice(names) <= {"tap-igw-local"}


def test_a_tap_that_is_killed_leaves_a_state_from_which_the_next_up_converges(project: Project):
    project.configure(**SMALL)
    aws = project.start_aws()
    with gateway_to(aws.endpoint) as gateway:
        through = ("--endpoint", gateway.endpoint, "--yes", "--skip-preview", *ONE_AT_A_TIME)
        gateway.hold("CreateRouteTable")
        with project.running("up", *through) as up:
            assert gateway.held.wait(60)
            up.process.kill()
            up.end()
        gateway.let_go()
        again = project("up", *through)
        settled = project.document("up", *through, "--expect-no-changes")
    twice = _twice(_names(aws))

    assert again.returncode == 0, again.stdout + again.stderr
    assert _is_told(again.stdout, "-rt-")
    assert settled["changeSummary"].keys() == {"same"}
    assert len(twice) <= 1
    assert twice <= {"tap-public-rt-local", "tap-private-rt-us-east-1a-local", "tap-private-rt-us-east-1b-local"}
