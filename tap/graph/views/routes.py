"""Where a subnet's traffic goes: subnet, route table, gateway, and what is behind it, from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tap.graph.canvas import Canvas
from tap.graph.picture import LegendEntry, Picture, Row
from tap.graph.topology import EVERYWHERE, INTERNET, RouteTable, Subnet, Topology, Vpc
from tap.graph.views.columns import box_of, lay_out
from tap.graph.views.levels import Edge, Node
from tap.graph.words import routes_sentences

WIDTH = 208
_NO_TABLE = "main table of "
_ELSEWHERE = "elsewhere "
_SERVICE = "service "
"""What keys begin with that are of no thing of the state."""

_LEGEND = (
    LegendEntry("line public", "straight to the internet gateway"),
    LegendEntry("line nat", "out through a NAT gateway, nothing in"),
    LegendEntry("line data", "to an AWS service, not through the internet"),
    LegendEntry("box public", "public subnet"),
    LegendEntry("box private", "private subnet"),
)


def routes_picture(topology: Topology) -> Picture:
    nodes = list({node.key: node for vpc in topology.vpcs for node in _nodes(vpc, topology)}.values())
    edges = [edge for vpc in topology.vpcs for edge in _edges(vpc)]
    layout = lay_out(nodes, edges, column_width=WIDTH, x=20, y=20)
    canvas = Canvas(topology)
    for node in nodes:
        canvas.box(box_of(node, layout.rects[node.key]))
    for led in layout.leads:
        ends = (led.edge.source, led.edge.target)
        canvas.line(led.edge.kind, led.points, ends, label=led.label, by=led.edge.by)
    return Picture(
        "routes",
        "Where traffic goes",
        max(layout.right, 400) + 20,
        max(layout.bottom, 40) + 20,
        tuple(canvas.boxes),
        tuple(canvas.lines),
        _LEGEND,
        tuple(routes_sentences(topology)),
    )


def _nodes(vpc: Vpc, topology: Topology) -> Iterator[Node]:
    subnets = sorted(vpc.subnets, key=lambda subnet: subnet.tier != "public")
    for subnet in subnets:
        yield _subnet(subnet)
    used = {subnet.table for subnet in subnets}
    first = [subnet.table for subnet in subnets]
    for table in sorted(vpc.tables, key=lambda one: first.index(one.key) if one.key in used else len(first)):
        yield _table(table, vpc)
    if "" in used:
        about = "the VPC's own table, not in the state"
        yield Node(_NO_TABLE + vpc.key, 1, "table", "main route table", rows=(Row("not in the state"),), about=about)
    yield from _gateways(vpc, topology)


def _gateways(vpc: Vpc, topology: Topology) -> Iterator[Node]:
    for key in vpc.gateways:
        label = topology.labels[key]
        yield Node(key, 2, "igw", "internet gateway", rows=(Row(label),), icon="gateway")
        yield Node(INTERNET, 3, "internet", "Internet", icon="internet")
    for nat in vpc.nats:
        about = f"NAT gateway {nat.label}"
        yield Node(nat.key, 2, "nat", "NAT gateway", rows=(Row(nat.zone),), icon="nat", about=about)
        if nat.public:
            yield Node(INTERNET, 3, "internet", "Internet", icon="internet")
    for endpoint in vpc.endpoints:
        rows = (Row(f"{endpoint.kind.lower()} endpoint"),)
        yield Node(endpoint.key, 2, "endpoint", endpoint.label, rows=rows, icon="endpoint")
        yield Node(_SERVICE + endpoint.service, 3, "service", endpoint.service, rows=(Row("AWS service"),), icon="aws")
    for table in vpc.tables:
        for route in table.routes:
            if not route.target:
                yield Node(_ELSEWHERE + route.words, 2, "range", route.words, rows=(Row("not in the state"),))


def _subnet(subnet: Subnet) -> Node:
    return Node(
        subnet.key,
        0,
        subnet.tier,
        subnet.tier,
        note=subnet.cidr,
        rows=(Row(subnet.zone),),
        icon="open" if subnet.tier == "public" else "lock",
        about=f"{subnet.tier} subnet {subnet.label} in {subnet.zone}",
    )


def _table(table: RouteTable, vpc: Vpc) -> Node:
    rows = [Row(f"{vpc.cidr} stays in the VPC")] if vpc.cidr else []
    if not any(route.destination in EVERYWHERE for route in table.routes):
        rows.append(Row("no way to the internet"))
    return Node(table.key, 1, "table", table.label, rows=tuple(rows), icon="table", about=f"route table {table.label}")


def _edges(vpc: Vpc) -> Iterator[Edge]:
    tables = {table.key for table in vpc.tables}
    for subnet in sorted(vpc.subnets, key=lambda one: one.tier != "public"):
        target = subnet.table if subnet.table in tables else _NO_TABLE + vpc.key
        yield Edge(subnet.key, target, "", "plain")
    nats, gateways = {nat.key for nat in vpc.nats}, set(vpc.gateways)
    ends = nats | gateways | {endpoint.key for endpoint in vpc.endpoints}
    for table in vpc.tables:
        for route in table.routes:
            target = route.target if route.target in ends else _ELSEWHERE + route.words
            if route.target in ends or not route.target:
                kind = "public" if target in gateways else "nat" if target in nats else "data"
                yield Edge(table.key, target, route.destination, kind, (route.key,))
    yield from _beyond(vpc)


def _beyond(vpc: Vpc) -> Iterable[Edge]:
    for endpoint in vpc.endpoints:
        for table in endpoint.tables:
            if vpc.table(table):
                yield Edge(table, endpoint.key, endpoint.service, "data", (endpoint.key,))
        yield Edge(endpoint.key, _SERVICE + endpoint.service, "", "data")
    for gateway in vpc.gateways:
        yield Edge(gateway, INTERNET, "", "public")
    for nat in vpc.nats:
        if nat.public:
            yield Edge(nat.key, INTERNET, "out only", "nat")
