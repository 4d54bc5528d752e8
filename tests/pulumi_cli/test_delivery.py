"""`tap deploy` and `tap rollback --engine pulumi` with the real Pulumi CLI, on the project's own embedded AWS."""

from __future__ import annotations

import json
import os
import signal
import threading

import pytest

from tests.delivery.drill_program import FAILING_CREATE, GATEWAY, PROGRAM, more
from tests.delivery.repositories import commit_all, git
from tests.integration.gateway import gateway_to
from tests.integration.inventory import inventory, named
from tests.pulumi_cli.cli import UNATTENDED

pytestmark = [pytest.mark.pulumi_cli, pytest.mark.timeout(1200)]


class Lane:
    """A project in a repository, its stack `local` in a `file://` backend, `tap` over the Pulumi CLI."""

    def __init__(self, project, pulumi):
        self.project = project
        self.pulumi = pulumi
        git(project.root, "init", "--quiet", "--initial-branch", "main")
        (project.root / ".gitignore").write_text(".tap/\n__pycache__/\n.venv\nresult.json\n")

    def commit(self, program, message):
        (self.project.root / "__main__.py").write_text(program)
        return commit_all(self.project.root, message)

    def __call__(self, command, *arguments, **more):
        words = [command, "--engine", "pulumi", "--yes", "--json", "--result", "result.json", *arguments]
        environment = self.pulumi.environment(
            AWS_ENDPOINT_URL=self.project.aws.endpoint,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",  # noqa: S106  - the embedded AWS's
            AWS_REGION="us-east-1",
            **more,
        )
        ended = self.project(*words, **environment)
        return ended, json.loads((self.project.root / "result.json").read_text())

    def lock_holder(self):
        [lock] = (self.project.root / ".tap" / ".pulumi" / "locks").rglob("*.json")
        return json.loads(lock.read_bytes())["pid"]

    def cloud(self):
        return named(inventory(self.project.aws))


@pytest.fixture
def lane(new_project, pulumi_of):
    project = new_project()
    pulumi = pulumi_of(project)
    lane = Lane(project, pulumi)
    lane.commit(PROGRAM, "A")
    pulumi.begin()
    commit_all(project.root, "the stack's configuration")
    ended, result = lane("deploy")
    assert (ended.returncode, result["result"]) == (0, "succeeded"), ended.stdout + ended.stderr
    return lane


def test_a_failed_deploy_is_rolled_back_to_the_release_before_it(lane):
    before = lane.cloud()
    lane.commit(more(FAILING_CREATE), "B")
    deployed, told = lane("deploy")
    rolled_back, result = lane("rollback")

    assert (deployed.returncode, told["result"], told["stage"]) == (1, "failed", "up"), deployed.stdout
    assert (rolled_back.returncode, result["result"]) == (0, "succeeded"), rolled_back.stdout + rolled_back.stderr
    assert lane.cloud() == before


def test_what_a_killed_cli_left_is_told_and_its_hint_is_the_way_out(lane):
    before = lane.cloud()
    lane.commit(more(GATEWAY), "B")
    with gateway_to(lane.project.aws.endpoint) as gateway:
        gateway.hold("CreateInternetGateway")
        deployed = []
        thread = threading.Thread(
            target=lambda: deployed.append(lane("deploy", TAP_TEST_ENDPOINT=gateway.endpoint)), daemon=True
        )
        thread.start()
        assert gateway.held.wait(180)
        in_flight, told_in_flight = lane("rollback")
        os.kill(lane.lock_holder(), signal.SIGKILL)
        thread.join(120)
        gateway.let_go()
    refused, told = lane("rollback")
    [command] = [
        line.split() for line in told["error"]["message"].splitlines() if line.strip().startswith("pulumi import")
    ]
    made = lane.project.aws.client("ec2").describe_internet_gateways()["InternetGateways"]
    words = [made[-1]["InternetGatewayId"] if word == "ID" else word for word in command[1:]]
    lane.pulumi.succeed(*[word for word in words if word not in ("--stack", "local")], "--yes", "--skip-preview")
    lane.pulumi.succeed("refresh", "--clear-pending-creates", *UNATTENDED)
    rolled_back, result = lane("rollback")

    assert (in_flight.returncode, told_in_flight["error"]["name"]) == (1, "state_locked")
    assert deployed[0][0].returncode != 0
    assert (refused.returncode, told["stage"]) == (12, "refresh"), told
    assert "--clear-pending-creates" in json.loads(refused.stdout)["error"]["hint"]
    assert (rolled_back.returncode, result["result"]) == (0, "succeeded"), rolled_back.stdout + rolled_back.stderr
    assert lane.cloud() == before
