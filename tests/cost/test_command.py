"""`tap cost` as a user runs it: over a state, over none, with files of one's own, right and wrong."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tap.engine.model import Operation, OperationType, Resource
from tap.state.store import StateStore
from tests.cost.recorded import stack, write_state
from tests.integration.project import project_in


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with project_in(tmp_path_factory.mktemp("cost") / "project") as project:
        write_state(project.root, stack(nat_gateways="single"))
        yield project


def price(**changes) -> dict:
    """A row of a price file of one's own."""
    row = {
        "id": "nat_gateway_hour",
        "region": "us-east-1",
        "unit": "hour",
        "price": 1,
        "source": "our contract",
        "as_of": "2026-01-01",
        "basis": "aws",
    }
    return row | changes


def test_it_says_what_is_fixed_what_use_adds_and_what_a_switch_would_do(project):
    told = project.succeed("cost", "-s", "dev")

    assert "The stack 'dev' on AWS, idle, a month:" in told
    assert "    about $39 in all\n" in told
    assert "if it is used as tap/cost/usage.yaml assumes:" in told
    assert "nat_gateways: per-az costs about $37 a month" in told
    assert (
        "From memory, unverified: s3_put_1k in us-east-1, s3_storage_gb in us-west-2, vended_logs_gb in us-east-1."
        in told
    )
    assert "Not priced" not in told


def test_json_has_the_lines_with_their_prices(project):
    document = project.document("cost", "-s", "dev")
    lines = {line["what"]: line for line in document["fixed"]["lines"]}

    assert lines["NAT gateways"] | {"amount": 0} == {
        "what": "NAT gateways",
        "region": "us-east-1",
        "count": 1,
        "price": "nat_gateway_hour",
        "units": 730.0,
        "amount": 0,
    }
    assert document["fixed"]["sum"] == pytest.approx(38.6)
    assert document["notPriced"] == {}
    assert {each["basis"] for each in document["prices"]} == {"aws", "third-party", "memory"}


def test_prices_and_assumptions_of_ones_own_go_over_ours_and_old_ones_are_warned_of(project, tmp_path):
    old = (datetime.now(UTC).date() - timedelta(days=181)).isoformat()
    (tmp_path / "prices.json").write_text(json.dumps({"prices": [price(as_of=old)]}))
    (tmp_path / "usage.yaml").write_text("nat_gb_per_gateway: 1000\n")
    files = ("--price-file", str(tmp_path / "prices.json"), "--usage", str(tmp_path / "usage.yaml"))
    told = project.succeed("cost", "-s", "dev", *files)

    assert "$730" in told
    assert f"if it is used as {tmp_path / 'usage.yaml'} assumes:" in told
    assert "Traffic through NAT gateways       1  us-east-1  $45" in told
    assert "warning: 1 price read more than 180 days ago: pass newer ones with --price-file" in told


def test_all_that_is_wrong_in_a_file_is_told_at_once_with_its_place(project, tmp_path):
    prices, usage = tmp_path / "prices.json", tmp_path / "usage.yaml"
    rows = [
        price(id="nat_gateway_hours"),
        price(price=-1, unit="day", as_of="2999-01-01"),
        "x",
        price(basis="me", extra=1),
    ]
    prices.write_text(json.dumps({"currency": "EUR", "prices": rows}))
    usage.write_text("flow_log_gbs: 1\nlog_gb_per_group: many\n")
    bad_prices = project("cost", "-s", "dev", "--price-file", str(prices))
    bad_usage = project("cost", "-s", "dev", "--usage", str(usage))
    prices.write_text("{")
    no_json = project("cost", "-s", "dev", "--price-file", str(prices))
    missing = project("cost", "-s", "dev", "--usage", "nowhere.yaml")

    assert [each.returncode for each in (bad_prices, bad_usage, no_json, missing)] == [2, 2, 2, 2]
    told = [line.partition(f"{prices}: ")[2] for line in bad_prices.stderr.splitlines()]
    assert [line.partition(":")[0] for line in told] == [
        "currency",
        "prices[0].id",
        "prices[1].unit",
        "prices[1].price",
        "prices[1].as_of",
        "prices[2]",
        "prices[3].extra",
        "prices[3].basis",
    ]
    assert "did you mean 'nat_gateway_hour'?" in told[1]
    assert "flow_log_gbs: there is no such assumption; did you mean 'flow_log_gb'?" in bad_usage.stderr
    assert "log_gb_per_group: a number of at least 0 is expected, found 'many'" in bad_usage.stderr
    assert "is no JSON" in no_json.stderr
    assert "nowhere.yaml: can not be read" in missing.stderr


def test_a_half_finished_state_and_none_say_so(project):
    begun = Resource("urn:pulumi:prod::tap::aws:ec2/natGateway:NatGateway::nat", True, "aws:ec2/natGateway:NatGateway")
    write_state(project.root, stack("prod")[:5], [Operation(begun, OperationType.CREATING)], "prod")

    with StateStore(project.root, "tap", "local").open("update") as killed:
        killed.start_afresh().result(timeout=10)

    assert "note: a run has not ended, or was killed" in project.succeed("cost", "-s", "local")
    assert "note: the state is half-finished" in (told := project.succeed("cost", "-s", "prod"))
    assert "not counted: nat (creating)" in told
    assert "note: the stack has no resources yet: `tap cost --diff`" in project.succeed("cost", "-s", "local")
    assert project("cost", "-s", "nowhere").returncode == 6


def test_it_imports_neither_pulumi_nor_boto3(project):
    code = (
        "import sys; from tap.cli.main import run; code = run(['cost', '-s', 'dev']); "
        "print(code, [name for name in ('pulumi', 'boto3', 'botocore', 'grpc') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.splitlines()[-1] == "0 []"
