"""Pictures are clear, whatever a state of the stack holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tap.graph.build import topology_of
from tap.graph.draw import VIEWS, pictures_of
from tap.graph.inventory import Change, Thing
from tap.graph.topology import INTERNET
from tests.graph.clear import faults
from tests.graph.states import RECORDED, in_zones, one_zone, recorded, with_things

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller picture with the same fault takes minutes to find
SLOW = settings(max_examples=400, phases=PHASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def all_faults(inventory):
    return [fault for picture in pictures_of(topology_of(inventory)) for fault in faults(picture)]


@pytest.mark.parametrize("name", RECORDED)
def test_the_pictures_of_recorded_stacks_are_clear(name):
    assert all_faults(recorded(name)) == []


@pytest.mark.parametrize("name", RECORDED)
def test_every_resource_is_drawn_or_part_of_what_is_drawn(name):
    topology = topology_of(recorded(name))
    drawn = {box.key for picture in pictures_of(topology) for box in picture.boxes}
    parts = {part for host, all_parts in topology.parts.items() if host in drawn for part in all_parts}

    assert topology.others == ()
    assert {thing.key for thing in topology.things.values() if thing.kind} == (drawn | parts) & topology.things.keys()


@given(st.sets(st.sampled_from("abcdefgh")), st.sampled_from(["per-az", "single", "none"]), st.randoms())
@SLOW
def test_any_zones_with_anything_missing_make_clear_pictures(letters, nats, random):
    inventory = in_zones(sorted(letters), nats)
    missing = random.choice([0, 0, 0.1, 0.5])
    things = [thing for thing in inventory.things if random.random() >= missing]

    assert all_faults(with_things(inventory, things)) == []


@given(st.randoms())
@SLOW
def test_any_changes_make_clear_pictures(random):
    inventory = in_zones("abc")
    things = [replace(thing, change=random.choice(list(Change))) for thing in inventory.things]

    assert all_faults(replace(with_things(inventory, things), diff=True)) == []


NAMES = ("app", "db", "jump", "web", "a-group-with-a-name-that-is-much-too-long-for-any-box-of-a-picture")


@given(
    st.sets(
        st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from([*NAMES, "0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"]),
            st.sampled_from([22, 80, 443, 3306, 65535]),
        ),
        max_size=14,
    )
)
@SLOW
def test_any_rules_make_a_clear_picture_rings_and_all(rules):
    vpc = Thing("vpc", "aws:ec2/vpc:Vpc", "vpc", "vpc-1", {"cidrBlock": "10.0.0.0/16"}, region="us-east-1")
    groups = [
        Thing(name, "aws:ec2/securityGroup:SecurityGroup", name, f"sg-{name}", {"vpcId": "vpc-1"}) for name in NAMES
    ]
    made = [
        Thing(
            f"{group} {peer} {port}",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            f"{group} {peer} {port}",
            properties={
                "securityGroupId": f"sg-{group}",
                "ipProtocol": "tcp",
                "fromPort": port,
                "toPort": port,
                ("cidrIpv4" if "/" in peer else "referencedSecurityGroupId"): peer if "/" in peer else f"sg-{peer}",
            },
        )
        for group, peer, port in rules
    ]
    picture = VIEWS["security"](topology_of(with_things(recorded("two"), [vpc, *groups, *made])))

    assert faults(picture) == []
    assert {(line.source.removeprefix("range "), line.target) for line in picture.lines} == {
        (INTERNET if peer == "0.0.0.0/0" else peer, group) for group, peer, _ in rules
    }


def test_what_is_not_known_is_listed_among_the_others():
    queues = [Thing(f"queue {n}", "aws:sqs/queue:Queue", f"tap-queue-{n}-local", f"q{n}") for n in range(80)]
    inventory = with_things(recorded("two"), [*recorded("two").things, *queues])
    topology = topology_of(inventory)
    picture = VIEWS["topology"](topology)

    assert len(topology.others) == 80
    assert all_faults(inventory) == []
    assert [box.note for box in picture.boxes if box.title.startswith("Others")] == ["80, 20 of them not drawn"]


def test_a_single_nat_gateway_has_a_line_from_every_private_subnet():
    picture = VIEWS["topology"](topology_of(recorded("three")))
    nats = [line.source for line in picture.lines if line.kind == "nat"]

    assert len(set(nats)) == 3
    assert len({line.target for line in picture.lines if line.kind == "nat"}) == 1


def test_a_subnet_without_a_way_out_says_so():
    rows = [row.text for box in VIEWS["topology"](topology_of(recorded("bare"))).boxes for row in box.rows]

    assert rows.count("no way to the internet") == 2


def test_the_internet_is_the_only_red_line_of_the_security_view():
    picture = VIEWS["security"](topology_of(one_zone()))
    red = {(line.source, line.label.text) for line in picture.lines if line.kind == "alert"}

    assert red == {(INTERNET, "TCP 80, 443")}
