"""Zones and cost switches come and go; what they do not concern stays as it is, ids included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.integration.home import Home
from tests.integration.inventory import Inventory, inventory
from tests.integration.project import Project, steps
from tests.integration.stories import told_once

TWO = ["us-east-1a", "us-east-1b"]
NEW = "us-east-1c"


@dataclass(repr=False)
class Stage:
    """One `tap up`: what the preview announced, what was done, what there is then, and what is put out."""

    preview: dict[str, str]
    done: dict[str, str]
    inventory: Inventory
    outputs: dict[str, Any]


def _stage(project: Project, *, previewed: bool = False, **settings: object) -> Stage:
    project.configure(**settings)
    preview = steps(project.document("preview")) if previewed else {}
    document = project.document("up")
    return Stage(preview, steps(document), inventory(project.aws), document["outputs"])


def _tell_zones(home: Home) -> dict[str, Stage]:
    """Two zones, a third, and two again."""
    few = {"enable_flow_logs": False, "enable_cross_region_replication": False}
    with home.project() as project:
        project.start_aws()
        return {
            "two": _stage(project, **few, availability_zones=TWO),
            "three": _stage(project, **few, availability_zones=[NEW, *TWO], previewed=True),
            "two again": _stage(project, **few, availability_zones=TWO, previewed=True),
        }


def _tell_switches(home: Home) -> dict[str, Stage]:
    """Everything, then less and less, then everything again."""
    with home.project() as project:
        project.start_aws()
        return {
            "all": _stage(project),
            "single": _stage(project, nat_gateways="single", enable_flow_logs=False, previewed=True),
            "none": _stage(project, nat_gateways="none", enable_flow_logs=False, enable_cross_region_replication=False),
            "all again": _stage(project),
        }


@pytest.fixture(scope="session")
def zones(tmp_path_factory, home) -> dict[str, Stage]:
    return told_once(tmp_path_factory, "zones", partial(_tell_zones, home))


@pytest.fixture(scope="session")
def switches(tmp_path_factory, home) -> dict[str, Stage]:
    return told_once(tmp_path_factory, "switches", partial(_tell_switches, home))


def test_a_new_zone_gets_the_ranges_of_its_letter_wherever_it_stands_in_the_list(zones):
    three = zones["three"]
    subnets = three.inventory["us-east-1 subnet"]
    public, private = (
        [subnets[id_]["CidrBlock"] for id_ in three.outputs[key]] for key in ("public_subnet_ids", "private_subnet_ids")
    )

    assert public == ["10.0.3.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    assert private == ["10.0.12.0/24", "10.0.10.0/24", "10.0.11.0/24"]
    assert [subnets[id_]["AvailabilityZone"] for id_ in three.outputs["public_subnet_ids"]] == [NEW, *TWO]


@pytest.mark.parametrize(("stage", "operation"), [("three", "create"), ("two again", "delete")])
def test_a_zones_coming_and_going_touches_no_other_zones_resources(zones, stage, operation):
    done = zones[stage].done
    others = {name: op for name, op in done.items() if NEW not in name}
    parts = ("public-subnet", "private-subnet", "nat-eip", "nat", "private-rt", "private-default-route")

    assert done == zones[stage].preview
    assert {name for name in done if NEW in name} == {
        *(f"tap-{part}-{NEW}-local" for part in parts),
        *(f"tap-{kind}-rta-{NEW}-local" for kind in ("public", "private")),
    }
    assert {op for name, op in done.items() if NEW in name} == {operation}
    assert others == {"tap-s3-endpoint-local": "update"}  # it lists the private tables of all zones


def test_what_was_there_stays_the_same_things_while_a_zone_comes_and_goes(zones):
    before, with_zone, after = (zones[stage].inventory for stage in ("two", "three", "two again"))
    gone = {(kind, id_) for kind, things in before.items() for id_ in things if id_ not in with_zone[kind]}
    left = {(kind, id_) for kind, things in after.items() for id_ in things if id_ not in before[kind]}

    assert gone == left == set()
    assert after == before


def test_a_single_nat_gateway_serves_both_zones_and_the_other_is_gone(switches):
    stage = switches["single"]
    (gateway,) = stage.inventory["us-east-1 nat gateway"].values()
    ways_out = {
        route["NatGatewayId"]
        for table in stage.inventory["us-east-1 route table"].values()
        for route in table["Routes"]
        if route.get("NatGatewayId")
    }

    assert ways_out == {gateway["NatGatewayId"]}
    assert gateway["NatGatewayId"] in switches["all"].inventory["us-east-1 nat gateway"]
    assert stage.done == stage.preview
    assert stage.done == {
        "tap-private-default-route-us-east-1b-local": "update",
        "tap-nat-us-east-1b-local": "delete",
        "tap-nat-eip-us-east-1b-local": "delete",
        "tap-vpc-flow-log-local": "delete",
    }


def test_without_nat_gateways_and_replication_nothing_of_them_is_left(switches):
    stage = switches["none"]
    routes = [each for table in stage.inventory["us-east-1 route table"].values() for each in table["Routes"]]

    assert stage.inventory["us-east-1 nat gateway"] == {}
    assert stage.inventory["us-east-1 address"] == {}
    assert [each for each in routes if each.get("NatGatewayId")] == []
    assert stage.outputs["s3_bucket_names"].keys() == {"app", "logs"}
    assert sorted(each["region"] for each in stage.inventory["bucket"].values()) == ["us-east-1", "us-east-1"]
    assert [each["replication"] for each in stage.inventory["bucket"].values()] == [None, None]
    assert [name for name in stage.inventory["role"] if "replication" in name] == []
    assert set(stage.done.values()) == {"delete"}


def test_without_flow_logs_their_role_and_group_stay(switches):
    stage = switches["single"]

    assert stage.inventory["us-east-1 flow log"] == {}
    assert [name for name in stage.inventory["role"] if "flow-logs" in name]
    assert "/tap/local/infrastructure" in stage.inventory["us-east-1 log group"]


def test_switched_on_again_there_are_as_many_things_as_before_and_the_rest_never_changed(switches):
    first, last = switches["all"].inventory, switches["all again"].inventory
    unconcerned = ("vpc", "subnet", "route table", "internet gateway", "security group", "security group rule")
    unconcerned += ("vpc endpoint", "key", "alias", "log group", "alarm", "topic")

    assert {kind: len(things) for kind, things in last.items()} == {kind: len(each) for kind, each in first.items()}
    for kind in unconcerned:
        assert last[f"us-east-1 {kind}"].keys() == first[f"us-east-1 {kind}"].keys()
    assert set(switches["all again"].done.values()) == {"create"}
    assert last["bucket"] == first["bucket"] | {key: each for key, each in last["bucket"].items() if "-app-" in key}
