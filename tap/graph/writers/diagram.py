"""What the text formats have in common: the topology as nested groups of nodes, and edges between nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tap.graph.inventory import Change
from tap.graph.topology import INTERNET, Subnet, Topology, Vpc

_RANGE = "range "
"""What the key of addresses outside of the stack begins with."""


@dataclass(frozen=True, slots=True)
class Node:
    """lines: of its text, the title first."""

    key: str
    lines: tuple[str, ...]
    change: Change = Change.SAME


@dataclass(frozen=True, slots=True)
class Group:
    """A frame with nodes and further frames in it. key: as an edge may name it."""

    key: str
    title: str
    nodes: tuple[Node, ...] = ()
    groups: tuple[Group, ...] = ()
    change: Change = Change.SAME


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    title: str
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...] = field(default=())


def diagram_of(topology: Topology) -> Diagram:
    """All of the topology but the rules of security groups, which have an edge each from whom they let in."""
    return _Diagram(topology).whole()


class _Diagram:
    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def whole(self) -> Diagram:
        topology = self._topology
        inventory = topology.inventory
        ranges = {rule.source for vpc in topology.vpcs for group in vpc.groups for rule in group.rules if rule.inward}
        outside = [Node(INTERNET, ("Internet",)), *(Node(_RANGE + one, (one,)) for one in sorted(ranges))]
        roles = [self._node(role.key, *(f"assumed by {name}" for name in role.trusted)) for role in topology.roles]
        others = [self._node(key, topology.things[key].type) for key in topology.others]
        groups = [self._region(region) for region in topology.regions]
        groups += [Group(title, title, tuple(nodes)) for title, nodes in (("IAM", roles), ("Others", others)) if nodes]
        there = {*_keys(groups), *(node.key for node in outside)}
        edges = dict.fromkeys(edge for edge in self._edges() if edge.source in there and edge.target in there)
        used = {key for edge in edges for key in (edge.source, edge.target)}
        title = f"{inventory.project} {inventory.stack}"
        return Diagram(title, tuple(node for node in outside if node.key in used), tuple(groups), tuple(edges))

    def _node(self, key: str, *lines: str, title: str = "") -> Node:
        change = self._topology.change(key)
        shown = title or self._topology.labels[key]
        marked = f"{change.symbol} {shown}" if change.symbol else shown
        return Node(key, (marked, *(line for line in lines if line)), change)

    def _region(self, region: str) -> Group:
        topology = self._topology
        # What has no region is where the stack is at home.
        here = (region, "") if region == topology.home else (region,)
        vpcs = [self._vpc(vpc) for vpc in topology.vpcs if vpc.region in here or region == topology.home]
        buckets = [self._node(one.key, *one.features) for one in topology.buckets if one.region in here]
        watch = [self._node(one.key, one.condition) for one in topology.alarms if one.region in here]
        keys = [self._key(key.key) for key in topology.keys if key.region in here]
        bare = [one.key for one in topology.log_groups if not one.encrypted_by and one.region in here]
        bare += [one.key for one in topology.topics if not one.encrypted_by and one.region in here]
        nodes = [*buckets, *watch, *map(self._node, bare)]
        return Group(f"region {region}", region or "region not known", tuple(nodes), (*vpcs, *keys))

    def _key(self, key: str) -> Group:
        topology = self._topology
        logs = [self._node(one.key, one.name, one.retention) for one in topology.log_groups if one.encrypted_by == key]
        topics = [self._node(one.key) for one in topology.topics if one.encrypted_by == key]
        nodes = (*logs, *topics) or (Node(f"{key} empty", ("encrypts nothing here",)),)
        return Group(key, self._title(key, "encrypts"), nodes, change=topology.change(key))

    def _title(self, key: str, more: str = "") -> str:
        symbol = self._topology.change(key).symbol
        return " ".join(part for part in (symbol, self._topology.labels.get(key, "VPC"), more) if part)

    def _vpc(self, vpc: Vpc) -> Group:
        zones = tuple(
            Group(f"{vpc.key} zone {zone.name}", zone.name, groups=tuple(self._subnet(one) for one in zone.subnets))
            for zone in vpc.zones
        )
        nodes = [self._node(key, title="Internet gateway") for key in vpc.gateways]
        nodes += [self._node(one.key, f"{one.kind} endpoint of {one.service}") for one in vpc.endpoints]
        nodes += [self._node(one.key, one.description) for one in vpc.groups]
        key = vpc.key or f"no VPC {vpc.region}"
        return Group(key, self._title(vpc.key, vpc.cidr), tuple(nodes), zones, self._topology.change(vpc.key))

    def _subnet(self, subnet: Subnet) -> Group:
        change = self._topology.change(subnet.key)
        title = " ".join(part for part in (change.symbol, subnet.tier, subnet.cidr) if part)
        inside = tuple(self._node(nat.key, title="NAT gateway") for nat in subnet.nats)
        return Group(subnet.key, title, inside or (self._node(f"{subnet.key} inside", title=subnet.label),), (), change)

    def _edges(self) -> Iterator[Edge]:
        topology = self._topology
        for vpc in topology.vpcs:
            yield from _network_edges(vpc)
            for log in topology.flow_logs:
                if log.key in vpc.flow_logs:
                    yield Edge(vpc.key, log.target, "flow logs")
        for bucket in topology.buckets:
            yield from (Edge(bucket.key, replica, "replication") for replica in bucket.replicas)
            if bucket.logs:
                yield Edge(bucket.key, bucket.logs, "access logs")
            if bucket.encrypted_by:
                yield Edge(bucket.encrypted_by, bucket.key, "encrypts")
        for alarm in topology.alarms:
            yield from (Edge(alarm.key, topic, "notifies") for topic in alarm.topics)


def _network_edges(vpc: Vpc) -> Iterator[Edge]:
    for gateway in vpc.gateways:
        yield Edge(INTERNET, gateway)
    for subnet in vpc.subnets:
        table = vpc.table(subnet.table)
        for route in table.routes if table else ():
            yield Edge(subnet.key, route.target, route.destination)
        for endpoint in vpc.endpoints:
            if subnet.table in endpoint.tables:
                yield Edge(subnet.key, endpoint.key, endpoint.service)
    for group in vpc.groups:
        for rule in group.rules:
            if rule.inward:
                yield Edge(rule.peer or _RANGE + rule.source, group.key, rule.ports)


def _keys(groups: list[Group]) -> Iterator[str]:
    for group in groups:
        yield group.key
        yield from (node.key for node in group.nodes)
        yield from _keys(list(group.groups))
