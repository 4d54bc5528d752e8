"""`tap deploy` and `tap rollback --engine pulumi` with the real Pulumi CLI, on the project's own embedded AWS."""

from __future__ import annotations

import json

import pytest

from tests.delivery.drill_program import FAILING_CREATE, PROGRAM, more
from tests.delivery.repositories import commit_all, git
from tests.integration.inventory import inventory, named

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

    def __call__(self, command, *arguments):
        words = [command, "--engine", "pulumi", "--yes", "--json", "--result", "result.json", *arguments]
        environment = self.pulumi.environment(
            AWS_ENDPOINT_URL=self.project.aws.endpoint,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",  # noqa: S106  - the embedded AWS's
            AWS_REGION="us-east-1",
        )
        ended = self.project(*words, **environment)
        return ended, json.loads((self.project.root / "result.json").read_text())

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
