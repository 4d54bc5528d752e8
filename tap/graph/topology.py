"""What a stack is made of, as a person would draw it: things in their places, and how they hang together.

Every `key` is that of a thing of the inventory; `label` is its name without what all names share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tap.graph.inventory import Change, Inventory, Thing

EVERYWHERE = ("0.0.0.0/0", "::/0")
"""The ranges that are all addresses."""

INTERNET = "internet"
"""The key of the one thing that is in every picture and in no state."""


@dataclass(frozen=True, slots=True)
class Nat:
    """A NAT gateway. public: False for one without an address of the internet's."""

    key: str
    label: str
    zone: str
    public: bool


@dataclass(frozen=True, slots=True)
class Subnet:
    """tier: "public" or "private". table: the key of its route table, "" for the VPC's own."""

    key: str
    label: str
    cidr: str
    tier: str
    zone: str
    table: str
    nats: tuple[Nat, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """An availability zone and its subnets, the public ones first."""

    name: str
    subnets: tuple[Subnet, ...]

    def tier(self, tier: str) -> tuple[Subnet, ...]:
        return tuple(subnet for subnet in self.subnets if subnet.tier == tier)


@dataclass(frozen=True, slots=True)
class Route:
    """destination: a range, or what else is reached. target: the key of where it goes; words: how to call that."""

    key: str
    destination: str
    target: str
    words: str


@dataclass(frozen=True, slots=True)
class RouteTable:
    key: str
    label: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint. kind: Gateway or Interface; tables: the route tables that lead to it."""

    key: str
    label: str
    service: str
    kind: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a security group lets through. inward: from the peer. ports: `TCP 443`, `everything`.

    peer: the key of another group, INTERNET, or "" where `source` says it all (a range, a prefix list).
    """

    key: str
    inward: bool
    ports: str
    peer: str
    source: str


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    key: str
    label: str
    description: str
    rules: tuple[Rule, ...]
    default: bool


@dataclass(frozen=True, slots=True)
class Vpc:
    """key "": a network of which the state holds parts, and not the VPC itself."""

    key: str
    label: str
    cidr: str
    region: str
    zones: tuple[Zone, ...]
    gateways: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    tables: tuple[RouteTable, ...]
    groups: tuple[SecurityGroup, ...]
    flow_logs: tuple[str, ...]

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        return tuple(subnet for zone in self.zones for subnet in zone.subnets)

    @property
    def nats(self) -> tuple[Nat, ...]:
        return tuple(nat for subnet in self.subnets for nat in subnet.nats)

    def table(self, key: str) -> RouteTable | None:
        return next((table for table in self.tables if table.key == key), None)


@dataclass(frozen=True, slots=True)
class Bucket:
    """features: short words (`versioned`). replicas, logs: keys of the buckets that get its objects, its logs."""

    key: str
    label: str
    region: str
    features: tuple[str, ...]
    replicas: tuple[str, ...]
    logs: str
    encrypted_by: str


@dataclass(frozen=True, slots=True)
class LogGroup:
    """name: AWS's own, which is a path."""

    key: str
    label: str
    name: str
    region: str
    retention: str
    encrypted_by: str


@dataclass(frozen=True, slots=True)
class Topic:
    """subscribers: key and words of each subscription."""

    key: str
    label: str
    region: str
    subscribers: tuple[tuple[str, str], ...]
    encrypted_by: str


@dataclass(frozen=True, slots=True)
class Alarm:
    key: str
    label: str
    region: str
    condition: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    key: str
    label: str
    region: str
    rotates: bool


@dataclass(frozen=True, slots=True)
class Role:
    """trusted: who may assume it; used_by: keys of what names it."""

    key: str
    label: str
    trusted: tuple[str, ...]
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowLog:
    """Where a VPC's flow log goes: the key of a log group or bucket, "" for what is not in the state."""

    key: str
    label: str
    traffic: str
    target: str


@dataclass(frozen=True, slots=True)
class Topology:
    """A whole stack. parts: key of a thing -> keys of the side resources that are drawn as part of it.

    others: keys of what has no place of its own in a picture; machinery (providers, components) is in none.
    """

    inventory: Inventory
    home: str
    vpcs: tuple[Vpc, ...]
    flow_logs: tuple[FlowLog, ...]
    buckets: tuple[Bucket, ...]
    log_groups: tuple[LogGroup, ...]
    topics: tuple[Topic, ...]
    alarms: tuple[Alarm, ...]
    keys: tuple[EncryptionKey, ...]
    roles: tuple[Role, ...]
    others: tuple[str, ...]
    labels: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    things: Mapping[str, Thing] = field(default_factory=dict)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region in which something is, the stack's own first."""
        found = {each.region for each in self.vpcs} | {each.region for each in self.buckets}
        found |= {each.region for each in self.log_groups} | {each.region for each in self.topics}
        found |= {each.region for each in self.alarms} | {each.region for each in self.keys}
        away = sorted(found - {self.home, ""})
        return (self.home, *away)

    def change(self, key: str) -> Change:
        """What happens to a thing; a change of a part alone is an update of the whole."""
        thing = self.things.get(key)
        if thing is None:
            return Change.SAME
        changed_part = any(self.things[part].change is not Change.SAME for part in self.parts.get(key, ()))
        return Change.UPDATE if thing.change is Change.SAME and changed_part else thing.change
