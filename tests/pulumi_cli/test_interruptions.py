"""One is killed in the middle of a creation, and the other one comes: nothing is lost, nothing made twice unseen."""

from __future__ import annotations

import os
import signal

import pytest

from tests.integration.gateway import gateway_to
from tests.pulumi_cli.cli import UNATTENDED

pytestmark = [pytest.mark.pulumi_cli, pytest.mark.timeout(1200)]

FIRST = """
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.1.0.0/16")
"""
PROGRAM = f'{FIRST}aws.ec2.InternetGateway("gateway", vpc_id=vpc.id)\n'
HELD = "CreateInternetGateway"


@pytest.fixture
def project(new_project):
    project = new_project()
    (project.root / "__main__.py").write_text(FIRST)
    project.succeed("up", "--yes")
    (project.root / "__main__.py").write_text(PROGRAM)
    return project


@pytest.fixture
def gateway(project):
    """Nothing but AWS's answer to the gateway's creation does not come."""
    with gateway_to(project.aws.endpoint) as gateway:
        gateway.hold(HELD)
        yield gateway


def through(gateway):
    """The options with which `tap` goes by the gateway too."""
    return "--endpoint", gateway.endpoint


def killed_tap(project, gateway):
    """The process of a `tap up` that was killed when AWS had made the gateway, and it had not heard of it."""
    with project.running("up", "--yes", "--skip-preview", *through(gateway)) as up:
        assert gateway.held.wait(60)
        os.killpg(up.process.pid, signal.SIGKILL)
        up.end()
    gateway.let_go()
    return up.process.pid


def gateways(project):
    return [
        each["InternetGatewayId"] for each in project.aws.client("ec2").describe_internet_gateways()["InternetGateways"]
    ]


def vpcs(project):
    ours = {"Name": "cidr", "Values": ["10.1.0.0/16"]}
    return [each["VpcId"] for each in project.aws.client("ec2").describe_vpcs(Filters=[ours])["Vpcs"]]


def test_a_killed_tap_keeps_the_cli_out_until_its_work_is_in_the_state(project, pulumi_of, gateway):
    before = gateways(project)
    pid = killed_tap(project, gateway)
    pulumi = pulumi_of(project)
    refused = pulumi("up", *UNATTENDED)
    project.succeed("cancel")
    pending = pulumi.document("stack", "export")["deployment"]["pending_operations"]
    held = pulumi.document("stack", "export")["deployment"]["resources"]
    project.succeed("up", "--yes", "--skip-preview", *through(gateway))

    assert refused.returncode == 1
    assert "the stack is currently locked by 1 lock(s)" in refused.stderr
    assert f"(pid {pid})" in refused.stderr
    assert [(each["type"], each["resource"]["urn"].rpartition("::")[2]) for each in pending] == [
        ("creating", "gateway")
    ]
    assert {each["id"] for each in held if each["type"] == "aws:ec2/vpc:Vpc"} == set(vpcs(project))
    assert len(vpcs(project)) == 1
    assert len(gateways(project)) == len(before) + 1


def test_a_killed_tap_is_finished_by_the_next_one_after_the_cli_was_refused(project, pulumi_of, gateway):
    before = gateways(project)
    killed_tap(project, gateway)
    pulumi = pulumi_of(project)
    refused = pulumi("up", *UNATTENDED)
    project.succeed("up", "--yes", *through(gateway))

    assert refused.returncode == 1
    assert len(gateways(project)) == len(before) + 1
    pulumi.succeed("preview", "--expect-no-changes", TAP_TEST_ENDPOINT=gateway.endpoint)


def test_a_killed_cli_keeps_us_out_until_its_dead_lock_is_cancelled(project, pulumi_of, gateway):
    pulumi = pulumi_of(project)
    process = pulumi.start("up", *UNATTENDED, TAP_TEST_ENDPOINT=gateway.endpoint)
    assert gateway.held.wait(120)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    gateway.let_go()
    refused = project("up", "--yes", *through(gateway))
    project.succeed("cancel")
    again = project("up", "--yes", *through(gateway))

    assert refused.returncode == 1
    assert f"(pid {process.pid})" in refused.stdout + refused.stderr
    assert again.returncode == 0, again.stdout + again.stderr
    assert "pending operations" in again.stdout + again.stderr
    assert len(vpcs(project)) == 1


def test_a_cli_that_works_keeps_us_out_and_we_keep_it_out(project, pulumi_of, gateway):
    pulumi = pulumi_of(project)
    process = pulumi.start("up", *UNATTENDED, TAP_TEST_ENDPOINT=gateway.endpoint)
    assert gateway.held.wait(120)
    refused = [project("up", "--yes", *through(gateway)), project("cancel")]
    gateway.let_go()
    code = process.wait(120)

    for ended in refused:
        assert ended.returncode == 1
        assert f"(pid {process.pid})" in ended.stdout + ended.stderr
    assert code == 0
    project.succeed("up", "--yes", "--expect-no-changes", *through(gateway))
