"""The graph: what must be there before what (and leave after it). An emulator accepts any order; AWS does not."""

import pytest

from tests.stack.recorder import Recording, record

ZONES = ("us-east-1a", "us-east-1b")
CHAIN = ("versioning", "encryption", "public-access", "ownership", "policy")

MUST_AWAIT = [
    *[(f"nat-eip-{zone}", "igw") for zone in ZONES],
    *[(f"nat-{zone}", "igw") for zone in ZONES],
    *[(f"nat-{zone}", f"nat-eip-{zone}") for zone in ZONES],
    *[(f"private-default-route-{zone}", f"nat-{zone}") for zone in ZONES],
    ("public-default-route", "igw"),
    ("vpc-flow-log", "flow-logs-policy"),
    ("vpc-flow-log", "flow-logs-role"),
    ("vpc-flow-log", "infrastructure-logs"),
    ("application-logs", "logs-key"),
    ("infrastructure-logs", "logs-key"),
    ("alarms", "alarms-key"),
    ("high-cpu", "alarms"),
    ("app-bucket-replication", "app-bucket-versioning"),
    ("app-bucket-replication", "backup-bucket-versioning"),
    ("app-bucket-replication", "replication-policy"),
    ("app-bucket-lifecycle", "app-bucket-replication"),
    ("backup-bucket-lifecycle", "app-bucket-replication"),
    ("app-bucket-logging", "logs-bucket-policy"),
    ("web-in-443-anywhere-ipv4", "web-sg"),
    ("app-in-8080-web", "web-sg"),
    ("db-in-3306-app", "app-sg"),
]
"""(child, what it has to wait for), both without `tap-` and the suffix. Each says so itself: that another resource in
between waits too is that one's own affair, and may change."""


@pytest.mark.parametrize(("child", "needed"), MUST_AWAIT)
def test_is_made_after_and_deleted_before(default: Recording, child, needed):
    direct = default.named(f"tap-{child}-test").depends_on

    assert default.named(f"tap-{needed}-test").urn in direct


@pytest.mark.parametrize("role", ["app", "backup", "logs"])
def test_everything_about_a_bucket_is_one_serial_chain(default: Recording, role):
    """S3 answers 409 to concurrent changes of one bucket: of any two of its resources one has to wait for the other."""
    own = [one for one in default.cloud() if one.name.startswith(f"tap-{role}-bucket-")]
    awaited = {one.name: default.awaited_by(one) for one in own}
    free = [(a, b) for a in awaited for b in awaited if a < b and a not in awaited[b] and b not in awaited[a]]

    assert len(own) >= 6
    assert free == []


@pytest.mark.parametrize("replication", ["true", "false"])
def test_the_chain_has_its_order_with_and_without_replication(replication):
    run = record(config={"tap:enable_cross_region_replication": replication})
    own = [one for one in run.cloud() if one.name.startswith("tap-app-bucket-")]
    links = sorted(own, key=lambda one: len(run.awaited_by(one) & {other.name for other in own}))
    last = ("logging", "replication", "lifecycle") if replication == "true" else ("logging", "lifecycle")

    assert [one.name.removeprefix("tap-app-bucket-").removesuffix("-test") for one in links][1:] == [*CHAIN, *last]


def test_nothing_is_waited_for_that_is_not_there(default: Recording):
    dangling = {urn for one in default.resources.values() for urn in one.depends_on if urn not in default.resources}

    assert dangling == set()


@pytest.mark.parametrize("kind", ["FlowLog", "NatGateway", "Route", "VpcEndpoint"])
def test_holders_of_something_unique_are_deleted_before_their_replacement_is_made(default: Recording, kind):
    assert default.of_kind(kind)
    assert [one.name for one in default.of_kind(kind) if not one.delete_before_replace] == []


def test_whatever_has_a_fixed_name_is_deleted_before_its_replacement_is_made(default: Recording):
    named = [one for one in default.cloud() if one.inputs.get("name") or one.kind == "Bucket"]

    assert {one.kind for one in named} == {"Bucket", "Alias", "LogGroup", "Topic", "MetricAlarm"}
    assert [one.name for one in named if not one.delete_before_replace] == []


def test_whatever_can_be_is_replaced_before_the_old_one_is_deleted(default: Recording):
    kinds = {one.kind for one in default.cloud() if one.delete_before_replace}

    assert kinds == {
        *("FlowLog", "NatGateway", "Route", "VpcEndpoint"),
        *("Bucket", "Alias", "LogGroup", "Topic", "MetricAlarm"),
    }
