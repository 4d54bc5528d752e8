"""What is open to everybody: ranges, ports, buckets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Network, ip_network

ADMIN_PORTS = {
    20: "FTP data",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    135: "Windows RPC",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server browser",
    1521: "Oracle",
    2375: "Docker",
    2376: "Docker with TLS",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5601: "Kibana",
    5985: "WinRM",
    5986: "WinRM with TLS",
    6379: "Redis",
    9200: "Elasticsearch",
    9300: "Elasticsearch transport",
    11211: "Memcached",
    27017: "MongoDB",
}
"""Port -> by what. Ports that a machine or its data are administered by (AWS Security Hub's EC2.13, EC2.14 and EC2.19
name most of them). A port on which a web application answers, such as 8080, is not one."""

PUBLIC_ACCESS_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

_PORTED = frozenset({"tcp", "6", "udp", "17"})
_EVERYTHING = frozenset({"-1", "all", ""})
_GLOBAL_IPV6 = IPv6Network("2000::/3")


def is_anywhere(cidr: str | None) -> bool:
    """Whether that range is the whole internet, or half of it: two halves are a way to spell the whole.

    False for None, for what is no range (a prefix list's or group's id), and for every narrower range.
    """
    try:
        network = ip_network(cidr or "", strict=False)
    except ValueError:
        return False
    if isinstance(network, IPv6Network):
        return network.prefixlen <= _GLOBAL_IPV6.prefixlen and network.overlaps(_GLOBAL_IPV6)
    return network.prefixlen <= 1


def open_admin_ports(
    protocol: str | int | None, from_port: int | None, to_port: int | None, cidr: str | None
) -> tuple[int, ...]:
    """The admin ports that a rule of a security group or a NACL opens to anywhere, in order; () if it opens none.

    `protocol` as AWS spells it: a name, an IANA number, or -1 for all. Ports that are missing, or -1, are all ports.
    """
    spelled = "" if protocol is None else str(protocol).lower()
    if not is_anywhere(cidr) or spelled not in _PORTED | _EVERYTHING:
        return ()
    if spelled in _EVERYTHING or from_port in (None, -1) or to_port in (None, -1):
        return tuple(ADMIN_PORTS)
    first, last = int(from_port or 0), int(to_port or 0)
    return tuple(port for port in ADMIN_PORTS if first <= port <= last)


def named_ports(ports: tuple[int, ...], most: int = 4) -> str:
    """Those ports in words: "22 (SSH), 3389 (RDP)"; of more than `most`, the first ones and how many more."""
    said = ", ".join(f"{port} ({ADMIN_PORTS[port]})" if port in ADMIN_PORTS else str(port) for port in ports[:most])
    return said if len(ports) <= most else f"{said} and {len(ports) - most} more"


def missing_public_access_blocks(blocks: Mapping[str, object] | None) -> tuple[str, ...]:
    """Which of the four public-access blocks are not on. Keys as Pulumi (`blockPublicAcls`) or boto3 spells them."""
    have = {key[:1].lower() + key[1:]: value for key, value in (blocks or {}).items()}
    return tuple(block for block in PUBLIC_ACCESS_BLOCKS if have.get(block) is not True)
