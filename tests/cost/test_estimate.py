"""What a stack costs, from its resources: TapStack's own, and what is priced by its properties or not at all."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import tap_stack
from tap.cost.estimate import about, about_change, dollars, estimate
from tap.cost.meters import FREE, HOURS
from tap.cost.prices import OWN_FILE, STALE_DAYS, UNITS, load_prices, read_prices, stale
from tap.cost.switches import switches
from tap.cost.usage import load_usage
from tap.engine.model import Resource
from tests.cost.recorded import stack

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 12, 1)
PRICES, USAGE = load_prices(None, TODAY), load_usage(None)


@pytest.fixture(scope="module")
def stacks() -> dict[str, list[Resource]]:
    """By the choice of NAT gateways, in two zones."""
    return {choice: stack(nat_gateways=choice) for choice in ("per-az", "single", "none")}


def cost(resources):
    return estimate(resources, PRICES, USAGE)


def one(type: str, region: str = "us-east-1", **inputs) -> Resource:
    return Resource(f"urn:pulumi:s::p::{type}::one", True, type, inputs={"region": region, **inputs})


def test_everything_in_the_stack_is_priced_or_known_to_be_free(stacks):
    found = cost(stacks["per-az"])

    assert found.not_priced == {}
    assert {line.what: (line.count, dollars(line.amount)) for line in found.fixed} == {
        "NAT gateways": (2, "$66"),
        "Public IPv4 addresses": (2, "$7"),
        "KMS keys": (2, "$2"),
        "Alarms": (1, "under $1"),
    }
    assert found.fixed_sum == 2 * HOURS * (Decimal("0.045") + Decimal("0.005")) + 2 + Decimal("0.1")
    assert {line.region for line in found.by_use if line.what == "Storage in buckets"} == {"us-east-1", "us-west-2"}


def test_the_readme_says_what_tap_cost_says(stacks):
    rows = re.findall(r"^\| `nat_gateways: (\S+)` \|[^|]*\| (about \$\d+) \|", (ROOT / "README.md").read_text(), re.M)

    assert dict(rows) == {choice: about(cost(resources).fixed_sum) for choice, resources in stacks.items()}


def test_the_stacks_own_docstring_says_what_tap_cost_says(stacks):
    told = re.findall(r"\$\d+", tap_stack.TapStackArgs.__doc__ or "")
    lines = {line.what: line for line in cost(stacks["single"]).fixed}
    without = cost(stacks["none"]).fixed_sum
    gateways = {choice: dollars(cost(resources).fixed_sum - without) for choice, resources in stacks.items()}

    assert told[:5] == [
        dollars(lines["NAT gateways"].amount),
        dollars(lines["Public IPv4 addresses"].amount),
        *(gateways[choice] for choice in ("per-az", "single", "none")),
    ]
    assert told[5] == "$1"


def test_each_switch_is_priced_as_the_stack_with_that_setting_is(stacks):
    for now, resources in stacks.items():
        offered = {each.setting: each for each in switches(resources, PRICES, USAGE)}
        for then in set(stacks) - {now}:
            switch = offered[f"nat_gateways: {then}"]

            assert switch.fixed == cost(stacks[then]).fixed_sum - cost(resources).fixed_sum
            assert switch.by_use == cost(stacks[then]).use_sum - cost(resources).use_sum
        assert f"nat_gateways: {now}" not in offered


def test_the_switches_of_the_data_save_what_is_used_and_nothing_fixed(stacks):
    offered = {each.setting: each for each in switches(stacks["single"], PRICES, USAGE)}
    unreplicated = cost(stack(nat_gateways="single", enable_cross_region_replication=False))
    without_flow_logs = cost(stack(nat_gateways="single", enable_flow_logs=False))
    now = cost(stacks["single"]).use_sum

    assert offered["enable_cross_region_replication: false"].by_use == unreplicated.use_sum - now < 0
    assert offered["enable_flow_logs: false"].by_use == without_flow_logs.use_sum - now < 0
    assert all(switch.fixed == 0 for setting, switch in offered.items() if not setting.startswith("nat_"))


def test_no_other_stack_is_told_of_tapstacks_switches():
    assert switches([one("aws:ec2/natGateway:NatGateway")], PRICES, USAGE) == []


@pytest.mark.parametrize(
    ("resource", "what"),
    [
        (one("aws:ec2/instance:Instance"), "aws:ec2/instance:Instance"),
        (one("gcp:storage/bucket:Bucket"), "gcp:storage/bucket:Bucket"),
        (one("aws:ec2/natGateway:NatGateway", "eu-west-1"), "NAT gateways in eu-west-1"),
        (one("aws:cloudwatch/metricAlarm:MetricAlarm", period=10), "that is not of the standard resolution"),
        (one("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface"), "of the type Interface"),
        (one("aws:ec2/flowLog:FlowLog", logDestinationType="s3"), "elsewhere than to CloudWatch Logs"),
        (one("aws:sns/topicSubscription:TopicSubscription", protocol="sms"), "that is no e-mail"),
        (replace(one("aws:kms/key:Key"), inputs={}), "KMS keys in an unknown region"),
    ],
)
def test_what_has_no_price_here_is_named_and_in_no_sum(resource, what):
    found = cost([resource])

    assert any(what in missing for missing in found.not_priced)
    assert found.fixed_sum == 0


def test_what_is_only_read_and_what_is_free_costs_nothing():
    read = replace(one("aws:ec2/natGateway:NatGateway"), external=True)
    free = [one(kind) for kind in FREE]
    gateway_endpoint = one("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway")

    assert cost([read, *free, gateway_endpoint]) == cost([])


def test_an_interface_endpoint_is_paid_in_each_zone():
    endpoint = one("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface", subnetIds=["a", "b", "c"])

    assert cost([endpoint]).fixed_sum == 3 * HOURS * Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "in_words", "change"),
    [
        ("0", "$0", "nothing"),
        ("0.1", "under $1", "under $1 more"),
        ("-0.1", "under $1", "under $1 less"),
        ("36.5", "about $37", "about +$37"),
        ("-1234.4", "about $1,234", "about -$1,234"),
    ],
)
def test_money_is_told_in_whole_dollars(amount, in_words, change):
    assert about(Decimal(amount)) == in_words
    assert about_change(Decimal(amount)) == change


def test_the_table_has_every_price_and_says_which_it_could_not_back():
    own = read_prices(OWN_FILE, TODAY).rows
    unbacked = {f"{price.id} {price.region}" for price in own.values() if price.basis == "memory"}

    assert {price.id for price in own.values() if price.region == "us-east-1"} == set(UNITS)
    assert all(price.source.startswith("https://") for price in own.values())
    assert len(unbacked) == 5, "README says how many"
    assert "vended_logs_gb us-east-1" in unbacked
    assert "nat_gateway_hour us-east-1" not in unbacked


def test_a_price_is_stale_after_180_days():
    price = next(iter(PRICES.rows.values()))
    fresh = date.fromordinal(price.as_of.toordinal() + STALE_DAYS)
    old = date.fromordinal(fresh.toordinal() + 1)

    assert stale([price], fresh) == []
    assert stale([price], old) == [price]
