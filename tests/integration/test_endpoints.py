"""`--endpoint`: another emulator on this machine, and nothing else."""

from __future__ import annotations

import pytest

from tests.integration.gateway import gateway_to
from tests.integration.inventory import inventory, named
from tests.integration.project import SMALL, Project


def test_a_stack_is_built_in_the_emulator_that_is_named_and_refused_in_another(project: Project, embedded_aws):
    """`embedded_aws` is another project's; nothing else in these tests uses its default account."""
    project.configure(**SMALL)
    there = ("--endpoint", embedded_aws.endpoint, "--yes", "--skip-preview")
    before = inventory(embedded_aws)
    project.succeed("up", *there)
    built = named(inventory(embedded_aws))
    again = project.document("up", *there, "--expect-no-changes")
    elsewhere = project("up")
    destroyed = project("destroy", *there)

    assert "tap-vpc-local" in built["us-east-1 vpc"]
    assert again["changeSummary"].keys() == {"same"}
    assert elsewhere.returncode == 2
    assert f"the resources of the stack 'local' are in the AWS at {embedded_aws.endpoint}" in elsewhere.stderr
    assert f"--endpoint {embedded_aws.endpoint}" in elsewhere.stderr
    assert destroyed.returncode == 0, destroyed.stdout
    assert inventory(embedded_aws) == before


# None of these leads anywhere, should they be called after all: reserved names and addresses (RFC 2606, RFC 5737).
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://aws.invalid",
        "http://192.0.2.1:{port}",
        "http://0.0.0.0:{port}",
        "http://127.0.0.1.invalid:{port}",
        "http://127.0.0.1@192.0.2.1:{port}",
        "http://[::ffff:127.0.0.1]:{port}",
    ],
)
def test_an_endpoint_that_is_not_on_loopback_is_refused_before_the_first_call(project: Project, endpoint):
    with gateway_to("http://127.0.0.1:9") as gateway:
        port = gateway.endpoint.rpartition(":")[2]
        ended = project("up", "--yes", "--skip-preview", "--endpoint", endpoint.format(port=port))

    assert ended.returncode == 2
    assert ended.stderr.startswith("error: endpoint ")
    assert "is refused" in ended.stderr
    assert "hint: give an AWS emulator on this machine" in ended.stderr
    assert gateway.calls == []
    assert not project.state_path().exists()
