"""What counts as open to everybody."""

import pytest

from tap.posture.exposure import (
    ADMIN_PORTS,
    PUBLIC_ACCESS_BLOCKS,
    is_anywhere,
    missing_public_access_blocks,
    named_ports,
    open_admin_ports,
)


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "0:0:0:0:0:0:0:0/0"])
def test_the_whole_internet_in_every_spelling_is_anywhere(cidr):
    assert is_anywhere(cidr)


@pytest.mark.parametrize(
    "cidr", ["10.0.0.0/8", "0.0.0.0/2", "203.0.113.7/32", "fc00::/7", "4000::/3", "pl-63a5400a", "", None]
)
def test_a_narrower_range_or_no_range_is_not_anywhere(cidr):
    assert not is_anywhere(cidr)


@pytest.mark.parametrize(
    ("protocol", "first", "last", "found"),
    [
        ("tcp", 22, 22, (22,)),
        ("6", 22, 22, (22,)),
        (6, 20, 23, (20, 21, 22, 23)),
        ("udp", 3389, 3389, (3389,)),
        ("tcp", 80, 80, ()),
        ("tcp", 8080, 8080, ()),
        ("tcp", 23, 22, ()),
        ("icmp", -1, -1, ()),
        ("icmp", 8, 22, ()),
    ],
)
def test_the_admin_ports_in_an_open_range_are_named(protocol, first, last, found):
    assert open_admin_ports(protocol, first, last, "0.0.0.0/0") == found


@pytest.mark.parametrize(
    ("protocol", "ports"), [("-1", (None, None)), (-1, (0, 0)), ("tcp", (-1, -1)), ("all", (0, 0))]
)
def test_all_protocols_and_ports_that_are_not_said_are_all_admin_ports(protocol, ports):
    assert open_admin_ports(protocol, *ports, "::/0") == tuple(ADMIN_PORTS)


def test_a_rule_for_a_narrower_range_opens_nothing_to_anywhere():
    assert open_admin_ports("-1", None, None, "10.0.0.0/8") == ()
    assert open_admin_ports("tcp", 22, 22, None) == ()


def test_many_ports_are_named_by_the_first_ones():
    assert named_ports((22, 3389)) == "22 (SSH), 3389 (RDP)"
    assert named_ports(tuple(ADMIN_PORTS), most=1) == f"20 (FTP data) and {len(ADMIN_PORTS) - 1} more"


def test_every_public_access_block_that_is_not_on_is_missing():
    on = dict.fromkeys(PUBLIC_ACCESS_BLOCKS, True)
    boto3 = {key[0].upper() + key[1:]: value for key, value in on.items()}

    assert missing_public_access_blocks(on) == missing_public_access_blocks(boto3) == ()
    assert missing_public_access_blocks(on | {"ignorePublicAcls": False}) == ("ignorePublicAcls",)
    assert missing_public_access_blocks(on | {"blockPublicAcls": "unknown"}) == ("blockPublicAcls",)
    assert missing_public_access_blocks(None) == PUBLIC_ACCESS_BLOCKS
