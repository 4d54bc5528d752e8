"""The address plan: a closed form of the VPC's range and the zone's own letter."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap.stack.addressing import SLOT_LETTERS, parse_zone, plan, slots_in, subnet_prefix

ZONES = [f"us-east-1{letter}" for letter in SLOT_LETTERS]


@st.composite
def vpcs(draw) -> str:
    prefix = draw(st.integers(16, 24))
    return str(IPv4Network((draw(st.integers(10 << 16, (11 << 16) - 1)) << 8 & -(1 << 32 - prefix), prefix)))


def zones_of(vpc: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ZONES[: slots_in(vpc)]), unique=True, min_size=1)


def test_the_contracts_vpc_is_cut_by_the_contracts_formula():
    plans = plan("10.0.0.0/16", ZONES)

    assert [one.public_cidr for one in plans] == [f"10.0.{i + 1}.0/24" for i in range(8)]
    assert [one.private_cidr for one in plans] == [f"10.0.{i + 10}.0/24" for i in range(8)]


@given(st.data())
def test_subnets_lie_inside_the_vpc_and_never_overlap(data):
    vpc = data.draw(vpcs())
    plans = plan(vpc, data.draw(zones_of(vpc)))
    subnets = [IPv4Network(cidr) for one in plans for cidr in (one.public_cidr, one.private_cidr)]

    assert all(subnet.subnet_of(IPv4Network(vpc)) and subnet.prefixlen <= 28 for subnet in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)


@given(st.data())
def test_a_zones_subnets_do_not_depend_on_the_other_zones_or_their_order(data):
    vpc = data.draw(vpcs())
    some, others = data.draw(zones_of(vpc)), data.draw(zones_of(vpc))
    before = {one.zone: one for one in plan(vpc, some)}
    after = {one.zone: one for one in plan(vpc, others)}

    assert all(before[zone] == after[zone] for zone in before.keys() & after.keys())
    assert list(before) == some


@pytest.mark.parametrize(
    ("vpc", "subnet", "slots"),
    [(16, 24, 8), (19, 24, 8), (20, 25, 8), (23, 28, 8), (24, 28, 6), (25, 28, 0), (28, 28, 0)],
)
def test_smaller_vpcs_get_smaller_subnets_down_to_what_aws_allows(vpc, subnet, slots):
    assert subnet_prefix(vpc) == subnet
    assert slots_in(f"10.0.0.0/{vpc}") == slots


def test_a_slot_without_room_is_refused_not_moved():
    with pytest.raises(ValueError, match="no room for block 16"):
        plan("10.0.0.0/24", ["us-east-1g"])


@pytest.mark.parametrize("zone", ["us-east-1", "us-east-1z", "us-east-1-bos-1a", "", "useast1a"])
def test_a_name_without_a_slot_is_refused(zone):
    with pytest.raises(ValueError, match="no slot"):
        plan("10.0.0.0/16", [zone])


@pytest.mark.parametrize("zone", ["us-gov-west-1b", "ap-southeast-2c", "eusc-de-east-1a", "us-isof-south-1a"])
def test_zones_of_every_partition_are_understood(zone):
    name = parse_zone(zone)

    assert (name.region, name.letter) == (zone[:-1], zone[-1])
