"""What the workflows promise and no linter knows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tap.cli.main import tap
from tests.workflows.linters import ACTIONS, ROOT, WORKFLOWS, scripts

ALL = (*WORKFLOWS, *ACTIONS)
TAP = ".venv/bin/tap "
LINES = [line for path in ALL for script in scripts(path) for line in script.strip().splitlines()]


def document(name: str) -> dict[Any, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path.stem, name, job) for path in WORKFLOWS for name, job in document(path.stem)["jobs"].items()]


def used(path: Path) -> list[str]:
    return re.findall(r"uses: (.*)", path.read_text())


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_action_is_pinned_by_its_whole_hash_with_the_version_beside_it(path):
    foreign = [line for line in used(path) if not line.startswith("$/.github/actions/")]

    assert foreign
    assert [line for line in foreign if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_one_action_has_one_hash_everywhere():
    pins = {line for path in ALL for line in used(path) if not line.startswith("$/")}

    assert len(pins) == len({line.partition("@")[0] for line in pins})


@pytest.mark.parametrize("line", LINES)
def test_every_step_is_one_command_of_make_or_tap(line):
    assert re.match(r"make [a-z]+$|\.venv/bin/tap |mkdir previews\b", line)


@pytest.mark.parametrize("line", sorted({line for line in LINES if line.startswith(TAP)}))
def test_every_command_line_of_tap_is_one_that_tap_takes(line):
    words = shlex.split(line.partition(" > ")[0].removeprefix(TAP))
    command, context = tap, click.Context(tap)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]

    assert command.make_context("tap", words, parent=click.Context(tap))


@pytest.mark.parametrize("makes", sorted({line for line in LINES if line.startswith("make ")}))
def test_every_target_of_make_is_there(makes):
    assert re.search(rf"^{makes.removeprefix('make ')}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(("workflow", "name", "job"), jobs(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_job_ends_in_time_and_has_the_permissions_that_it_names(workflow, name, job):
    writing = {permission for permission, level in job["permissions"].items() if level == "write"}
    allowed = {
        ("deploy", "deploy"): {"contents", "id-token"},
        ("deploy", "rollback"): {"contents", "id-token"},
        ("comment", "comment"): {"pull-requests"},
    }

    assert 0 < job["timeout-minutes"] <= 55
    assert document(workflow)["permissions"] == {}
    assert writing <= allowed.get((workflow, name), {"id-token"})


@pytest.mark.parametrize("name", ["deploy", "drift"])
def test_whatever_works_on_the_stack_is_in_one_queue_that_drops_nobody(name):
    assert document(name)["concurrency"] == {"group": "stack-prod", "queue": "max", "cancel-in-progress": False}


def test_the_rollback_is_in_the_run_of_its_deploy():
    deploy = document("deploy")["jobs"]

    assert deploy["rollback"]["needs"] == "deploy"
    assert deploy["deploy"]["environment"] == "prod"
    assert list(deploy) == ["lint", "test", "preview", "deploy", "rollback"]
    assert [deploy[name]["needs"] for name in ("test", "preview", "deploy")] == ["lint", "test", "preview"]


def test_a_message_to_slack_never_decides_and_is_all_that_knows_the_webhook():
    steps = [step for _, _, job in jobs() for step in job["steps"]]
    telling = [step for step in steps if "notify slack" in step.get("run", "")]

    assert len(telling) == 6
    assert all(step["continue-on-error"] is True for step in telling)
    assert [step for step in steps if "SLACK_WEBHOOK_URL" in str(step)] == telling
    assert sum(path.read_text().count("secrets.SLACK_WEBHOOK_URL") for path in ALL) == len(telling)


@pytest.mark.parametrize("name", ["deploy", "rollback", "drift"])
def test_what_works_on_the_stack_ends_before_its_job_so_that_slack_is_told(name):
    (job,) = [job for _, each, job in jobs() if each == name]
    works = [step for step in job["steps"] if re.search(r"tap (deploy|rollback|verify|refresh) ", step.get("run", ""))]

    assert works
    assert sum(step["timeout-minutes"] for step in works) < job["timeout-minutes"]


def test_keys_of_aws_are_given_to_the_action_that_signs_in_and_to_nothing_else():
    for _, _, job in jobs():
        knowing = [step for step in job["steps"] if "secrets.AWS_" in str(step)]
        assert [step["uses"] for step in knowing] in ([], ["$/.github/actions/aws"])
        assert "secrets.AWS_" not in str({name: part for name, part in job.items() if name != "steps"})


def test_a_pull_request_of_a_fork_gets_no_secret_and_no_token_that_may_write():
    request, comment = document("pull-request"), document("comment")

    assert list(request[True]) == ["pull_request"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in request["jobs"]["preview-aws"]["if"]
    assert [name for name, job in request["jobs"].items() if "secrets." in str(job)] == ["preview-aws"]
    # The one workflow that may write checks out the default branch: without `ref`, that is what workflow_run means.
    checkouts = [step for step in comment["jobs"]["comment"]["steps"] if "checkout" in step.get("uses", "")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}]
    assert "secrets." not in str(comment)
    assert not [path.name for path in WORKFLOWS if "pull_request_target" in path.read_text()]


def test_the_pulumi_cli_is_that_of_the_locked_sdk():
    (locked,) = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    (installed,) = re.findall(
        r"pulumi-version: (\S+)", (ROOT / ".github" / "actions" / "aws" / "action.yml").read_text()
    )

    assert installed == locked
