"""What a preview says of the bill: one line under its counts, and all of it under `tap cost --diff`."""

import io

import pytest

from tap.cli.views.json_view import JsonView
from tap.cli.views.line_view import LineView
from tap.cli.views.view import RunInfo
from tap.engine.events import Event, Summary
from tap.engine.model import Op, Step
from tests.cli.runs import created, done, resource
from tests.integration.project import project_in

PREVIEW = RunInfo("preview", "dev", planning=True)
PROGRAM = """
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
address = aws.ec2.Eip("address", domain="vpc")
key = aws.kms.Key("key")
"""


def made(type: str, name: str, **inputs: object):
    return resource(type, name, inputs={"region": "us-east-1", **inputs})


NAT = made("aws:ec2/natGateway:NatGateway", "nat")
ADDRESS = made("aws:ec2/eip:Eip", "address")
VPC = made("aws:ec2/vpc:Vpc", "vpc")
INSTANCE = made("aws:ec2/instance:Instance", "machine")


def deleted(one) -> list[Event]:
    return list(done(Step(Op.DELETE, one.urn, old=one), planning=True))


def told(*events: Event, result: str = "succeeded") -> tuple[str, float | None]:
    """The line of a plain preview that tells of money, and what the document has of it."""
    stream, document = io.StringIO(), JsonView(PREVIEW)
    with LineView(stream, PREVIEW, color=False) as view, document:
        for event in (*events, Summary({Op.CREATE: 1}, 1.0, result, True)):
            view.report(event)
            document.report(event)
        view.concluded({}, cancelled=False)
    lines = [line.strip() for line in stream.getvalue().splitlines() if "tap cost --diff" in line]
    return "".join(lines), document.document().get("monthlyCostChange")


def test_a_preview_tells_what_it_adds_to_the_bill_and_what_it_takes_off():
    new = [*created(NAT, planning=True), *created(ADDRESS, planning=True)]

    assert told(*new) == ("about +$37 a month idle (`tap cost --diff`)", 36.5)
    assert told(*deleted(NAT)) == ("about -$33 a month idle (`tap cost --diff`)", -32.85)


def test_no_change_of_the_bill_no_price_and_no_success_are_no_line():
    assert told(*created(VPC, planning=True)) == ("", 0.0)
    assert told(*created(NAT, planning=True), *created(INSTANCE, planning=True)) == ("", None)
    assert told(*created(NAT, planning=True), result="failed") == ("", None)


@pytest.fixture
def project(tmp_path, embedded_aws):
    with project_in(tmp_path / "project") as project:
        (project.root / "__main__.py").write_text(PROGRAM)
        project.flags = ("-s", "dev", "--endpoint", embedded_aws.endpoint)
        yield project


def test_cost_diff_prices_what_up_would_make_and_names_why_it_can_not(project):
    first = project.succeed("cost", "--diff", *project.flags)
    (project.root / "__main__.py").write_text("raise SystemExit(3)")
    failed = project("cost", "--diff", *project.flags)

    assert "    about $5 in all" in first
    assert "about +$5 a month idle, under $1 more for use" in first
    assert failed.returncode == 1
    assert "the preview failed: program exited with non-zero exit code: 3" in failed.stderr
