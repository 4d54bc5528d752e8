"""What there is of a network, as the cloud has it. Field by field what EC2 describes, cut down to what is judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vpc:
    """cidrs: all ranges that are associated, IPv6 ones too."""

    id: str
    cidrs: tuple[str, ...]
    dns_support: bool = True
    dns_hostnames: bool = True


@dataclass(frozen=True, slots=True)
class Subnet:
    """cidrs: the IPv4 range first, then IPv6 ones. public_ip: instances get a public address when they start."""

    id: str
    vpc: str
    zone: str
    cidrs: tuple[str, ...]
    public_ip: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """destination: a CIDR, or the id of a prefix list. target: `local`, or the id of what it goes to, "" if none."""

    destination: str
    target: str
    blackhole: bool = False
    propagated: bool = False


@dataclass(frozen=True, slots=True)
class RouteTable:
    """subnets: those associated by name. main: also every subnet of the VPC that is associated with none."""

    id: str
    vpc: str
    main: bool
    subnets: tuple[str, ...]
    routes: tuple[Route, ...]
    gateways: tuple[str, ...] = ()
    """Gateways whose incoming traffic it routes (edge associations)."""


@dataclass(frozen=True, slots=True)
class InternetGateway:
    """vpcs: where it is attached."""

    id: str
    vpcs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NatGateway:
    """state: available, pending, failed, deleting or deleted. address: its Elastic IP's allocation id.

    public: it goes out through an internet gateway; a private one reaches other networks only.
    """

    id: str
    vpc: str
    subnet: str
    state: str
    public: bool = True
    address: str = ""
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """kind: Gateway (then tables) or Interface (then subnets and groups). service: `com.amazonaws.us-east-1.s3`."""

    id: str
    vpc: str
    kind: str
    service: str
    state: str
    tables: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AclEntry:
    """protocol: `-1`, or an IANA number as text. ports: None where the protocol has none, or for all of them."""

    number: int
    egress: bool
    allow: bool
    protocol: str
    cidr: str
    ports: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    id: str
    vpc: str
    default: bool
    subnets: tuple[str, ...]
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """One rule of a security group: what `peer` (a CIDR, a prefix list's id or a group's id) may do.

    protocol: `-1`, `tcp`, `udp`, `icmp`, `icmpv6`, or an IANA number as text. ports: None for all of them.
    """

    id: str
    group: str
    egress: bool
    protocol: str
    peer: str
    ports: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    id: str
    vpc: str
    name: str
    rules: tuple[SecurityRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface: something that is really there, of a gateway, an endpoint, an instance."""

    id: str
    subnet: str
    kind: str
    private_ip: str
    public_ip: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrefixList:
    id: str
    cidrs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Of the VPCs that the state claims, everything; what the state has elsewhere, and is not here, is missing."""

    vpcs: tuple[Vpc, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    tables: tuple[RouteTable, ...] = ()
    gateways: tuple[InternetGateway, ...] = ()
    nats: tuple[NatGateway, ...] = ()
    addresses: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    acls: tuple[NetworkAcl, ...] = ()
    groups: tuple[SecurityGroup, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    prefix_lists: tuple[PrefixList, ...] = ()
