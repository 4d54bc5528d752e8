"""Exit codes and texts are those of Pulumi's CLI with a `file://` backend."""

from __future__ import annotations

import pytest

from tests.integration.gateway import gateway_to
from tests.integration.project import SMALL, Project


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("up", "--yes", "-s", "nosuch"), 6, "error: no stack named 'nosuch' found\n"),
        (("preview", "-s", "nosuch"), 6, "error: no stack named 'nosuch' found\n"),
        (("destroy", "--yes", "-s", "nosuch"), 6, "error: no stack named 'nosuch' found\n"),
        (("outputs", "-s", "nosuch"), 6, "error: no stack named 'nosuch' found\n"),
        (("up", "--nope"), 1, "error: unknown flag: --nope\n"),
        (("outputs", "nope"), 1, "error: current stack does not have output property 'nope'\n"),
        (
            ("up", "-s", "prod"),
            2,
            "error: --yes or --skip-preview or --preview-only must be passed in to proceed "
            "when running in non-interactive mode\n",
        ),
        (
            ("destroy", "-s", "dev"),
            2,
            "error: --yes or --skip-preview or --preview-only must be passed in to proceed "
            "when running in non-interactive mode\n",
        ),
        (
            ("destroy", "--yes", "--preview-only"),
            1,
            "error: --yes and --preview-only cannot be used together\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_can_not_begin_is_refused_with_pulumis_code_and_words(project: Project, arguments, code, text):
    ended = project(*arguments)

    assert ended.returncode == code
    assert ended.stderr.startswith(text)
    assert "Traceback" not in ended.stdout + ended.stderr


def test_changes_that_were_not_expected_exit_with_7_and_a_failing_target_with_1(project: Project):
    project.configure(**SMALL)
    project.start_aws()
    preview = project("preview", "--expect-no-changes")
    up = project("up", "--expect-no-changes")
    target = project("up", "--target", "urn:pulumi:local::tap::aws:ec2/vpc:Vpc::nope")

    assert (preview.returncode, up.returncode) == (7, 7)
    assert preview.stderr == "error: no changes were expected for preview but changes were proposed\n"
    assert up.stderr == "error: no changes were expected for update but changes were proposed\n"
    assert "tap-vpc-local" in project.ids()  # the update has been made
    assert target.returncode == 1
    assert "Target 'urn:pulumi:local::tap::aws:ec2/vpc:Vpc::nope' could not be found in the stack." in target.stdout


def test_a_stack_that_another_tap_holds_is_locked_and_a_preview_does_not_mind(project: Project):
    project.configure(**SMALL)
    aws = project.start_aws()
    with gateway_to(aws.endpoint) as gateway:
        through = ("--endpoint", gateway.endpoint, "--yes", "--skip-preview")
        gateway.hold("CreateVpc")
        with project.running("up", *through) as holder:
            assert gateway.held.wait(60)
            locked = project("destroy")
            preview = project("preview", "--endpoint", gateway.endpoint)
            gateway.let_go()
            code = holder.end()

    assert locked.returncode == 1
    assert locked.stderr.startswith("error: the stack is currently locked by 1 lock(s). Either wait for the other ")
    assert f"(pid {holder.process.pid}) at " in locked.stderr
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert code == 0, holder.shown
