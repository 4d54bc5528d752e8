"""Address space and ports, cut into pieces within which no rule tells one address or port from another. Pure.

Whether a path exists is the same for all addresses of a piece. So one representative of each piece answers for the
whole address space, exactly, without trying four billion.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import pairwise

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Ports = tuple[int, int]

ALL_PORTS: Ports = (0, 65535)
EPHEMERAL_PORTS: Ports = (1024, 65535)
"""Where a client's own port lies, whatever its system (AWS's advice for network ACLs)."""

USUAL_CLIENT_PORTS: Ports = (32768, 60999)
"""Which of them Linux takes."""

_NOT_INTERNET = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
)
"""Of IPv4 (RFC 6890, without the small ranges for documentation). Of IPv6 only 2000::/3 is global."""

_GLOBAL_IPV6 = "2000::/3"
_SHOWN_OFFSET = 10  # 10.0.1.10 says more to a reader than 10.0.1.0, which no machine has


@lru_cache(maxsize=4096)
def network(cidr: str) -> Network:
    return ip_network(cidr, strict=False)


def contains(cidr: str, address: Address) -> bool:
    """False for the other family."""
    return address in network(cidr)


def lies_within(inner: str, outer: str) -> bool:
    """Whether every address of the one range is one of the other."""
    one, other = network(inner), network(outer)
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    return isinstance(one, IPv6Network) and isinstance(other, IPv6Network) and one.subnet_of(other)


@lru_cache(maxsize=65536)
def is_internet(address: Address) -> bool:
    """Whether the address is one that an internet gateway carries packets to and from."""
    if isinstance(address, IPv6Address):
        return contains(_GLOBAL_IPV6, address)
    return not any(contains(cidr, address) for cidr in _NOT_INTERNET)


def representatives(cidrs: Iterable[str]) -> list[Address]:
    """One address of every piece into which these ranges, and the bounds of the internet, cut both families."""
    found: list[Address] = []
    ranges = [network(cidr) for cidr in {*cidrs, *_NOT_INTERNET, _GLOBAL_IPV6}]
    for version, end in ((4, 2**32), (6, 2**128)):
        own = [each for each in ranges if each.version == version]
        bounds = {0, end}
        bounds |= {int(each.network_address) for each in own} | {int(each.broadcast_address) + 1 for each in own}
        for first, following in pairwise(sorted(bounds)):
            number = first + min(_SHOWN_OFFSET, following - first - 1)
            found.append(IPv4Address(number) if version == 4 else IPv6Address(number))
    return found


def pieces_of_ports(ranges: Iterable[Ports | None], within: Ports = ALL_PORTS) -> list[Ports]:
    """The pieces into which these ranges (None: all ports) cut the ports `within`, in order."""
    low, high = within
    bounds = {low, high + 1}
    for each in ranges:
        if each is not None:
            bounds |= {bound for bound in (each[0], each[1] + 1) if low < bound <= high}
    return [(first, following - 1) for first, following in pairwise(sorted(bounds))]


def merged_ports(pieces: Iterable[Ports]) -> list[Ports]:
    """The same ports in as few ranges as they take."""
    merged: list[Ports] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def covers_all(pieces: Iterable[Ports], ports: Ports) -> bool:
    return any(low <= ports[0] and ports[1] <= high for low, high in merged_ports(pieces))


def ports_text(pieces: Iterable[Ports]) -> str:
    """`80, 443, 8000-8080`, or `all ports`."""
    merged = merged_ports(pieces)
    if merged and merged[0][0] <= 1 and merged[0][1] == ALL_PORTS[1]:
        return "all ports"
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in merged)


def parse_address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def parse_range(text: str) -> str | None:
    """The range as it is written, or None for what is none."""
    try:
        network(text)
    except ValueError:
        return None
    return text
