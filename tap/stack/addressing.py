"""Cut the VPC's range into subnets. Pure: strings in, strings out.

A subnet's place is a closed form of the VPC's range and of its zone's own slot (its letter: a = 0, b = 1, ...). The
other zones, and the order in which they are listed, have no part in it, so that a zone can come or go and no other
zone's subnets are renumbered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network

SLOT_LETTERS = "abcdefgh"
"""Public blocks are 1..8 and private ones 10..17 for these: a tenth letter's public block would be a's private one."""

_PUBLIC_BLOCK = 1
_PRIVATE_BLOCK = 10
_LARGEST_SUBNET = 24  # the contract's size, wherever the VPC has room for all slots at that size
_SMALLEST_SUBNET = 28  # AWS's own limit
_BITS_FOR_ALL_SLOTS = 5  # 32 blocks hold the highest one, 17

_ZONE = re.compile(r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d{1,2})(?P<letter>[a-z])")
_LOCAL_ZONE = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}-[a-z0-9-]+")  # us-east-1-bos-1a, us-east-1-wl1-bos-wlz-1


@dataclass(frozen=True)
class ZoneName:
    """The two halves of an availability zone's name: `us-east-1a` is region `us-east-1`, letter `a`."""

    region: str
    letter: str


@dataclass(frozen=True)
class ZonePlan:
    """The ranges of one zone's public and private subnet."""

    zone: str
    public_cidr: str
    private_cidr: str


def parse_zone(zone: str) -> ZoneName | None:
    """The halves of an availability zone's name, or None for anything else (a local zone, a region, a typo)."""
    match = _ZONE.fullmatch(zone)
    return ZoneName(match["region"], match["letter"]) if match else None


def is_local_zone(zone: str) -> bool:
    """True for the names of local and wavelength zones, in which NAT gateways and most services do not exist."""
    return bool(_LOCAL_ZONE.fullmatch(zone))


def slot(zone: str) -> int:
    """The zone's own number, 0 for letter a. Raises ValueError for a name without a slot."""
    name = parse_zone(zone)
    if name is None or name.letter not in SLOT_LETTERS:
        raise ValueError(f"{zone!r} has no slot: a zone's name ends in one of the letters {SLOT_LETTERS}")
    return SLOT_LETTERS.index(name.letter)


def subnet_prefix(vpc_prefix: int) -> int:
    """The length of a subnet's prefix in a VPC with that prefix: /24 for as long as 18 of them fit, then smaller."""
    return min(_SMALLEST_SUBNET, max(_LARGEST_SUBNET, vpc_prefix + _BITS_FOR_ALL_SLOTS))


def slots_in(vpc_cidr: str) -> int:
    """How many slots, counted from letter a, have room in that range (0 if not even a has)."""
    vpc_prefix = IPv4Network(vpc_cidr).prefixlen
    blocks: int = 2 ** (subnet_prefix(vpc_prefix) - vpc_prefix)
    return max(0, min(len(SLOT_LETTERS), blocks - _PRIVATE_BLOCK))


def plan(vpc_cidr: str, zones: list[str]) -> list[ZonePlan]:
    """Each zone's two ranges, in the order of `zones`. Raises ValueError where a zone's slot has no room."""
    return [
        ZonePlan(
            zone,
            public_cidr=_block(vpc_cidr, slot(zone) + _PUBLIC_BLOCK),
            private_cidr=_block(vpc_cidr, slot(zone) + _PRIVATE_BLOCK),
        )
        for zone in zones
    ]


def _block(vpc_cidr: str, number: int) -> str:
    vpc = IPv4Network(vpc_cidr)
    prefix = subnet_prefix(vpc.prefixlen)
    if number >= 2 ** (prefix - vpc.prefixlen):
        raise ValueError(f"{vpc_cidr} has no room for block {number} of /{prefix}")
    start = int(vpc.network_address) + number * 2 ** (32 - prefix)
    return str(IPv4Network((start, prefix)))
