"""Who may talk to whom on which port: security groups and what reaches them, from left to right."""

from __future__ import annotations

from collections.abc import Iterable

from tap.graph.canvas import HEADER, PAD, Canvas
from tap.graph.metrics import TITLE, width, wrap
from tap.graph.picture import Box, LegendEntry, Picture, Rect, Row
from tap.graph.topology import INTERNET, Rule, SecurityGroup, Topology
from tap.graph.views.columns import Layout, box_of, lay_out
from tap.graph.views.levels import Edge, Node
from tap.graph.words import security_sentences

WIDTH = 208
_RANGE = "range "
"""What the key of a range begins with: it is no thing of the state."""

_LEGEND = (
    LegendEntry("line alert", "from the internet"),
    LegendEntry("line allow", "allowed, in the arrow's direction"),
    LegendEntry("box group", "security group"),
    LegendEntry("box range", "addresses outside of the stack"),
)


def security_picture(topology: Topology) -> Picture:
    groups = [group for vpc in topology.vpcs for group in vpc.groups]
    edges = _edges(groups)
    nodes = [*_sources(edges, groups), *_groups(groups, edges)]
    layout = lay_out(nodes, edges, column_width=WIDTH, x=20, y=HEADER + PAD + 20)
    canvas = Canvas(topology)
    right, bottom = _frame(canvas, topology, nodes, layout)
    for node in nodes:
        canvas.box(box_of(node, layout.rects[node.key]))
    for led in layout.leads:
        ends = (led.edge.source, led.edge.target)
        canvas.line(led.edge.kind, led.points, ends, label=led.label, by=led.edge.by)
    return Picture(
        "security",
        "Who may talk to whom",
        right + 20,
        bottom + 20,
        tuple(canvas.boxes),
        tuple(canvas.lines),
        _LEGEND,
        tuple(security_sentences(topology)),
    )


def _frame(canvas: Canvas, topology: Topology, nodes: Iterable[Node], layout: Layout) -> tuple[int, int]:
    """The VPC around its groups, where there is one; how far the picture reaches."""
    inside = [layout.rects[node.key] for node in nodes if node.column]
    if len(topology.vpcs) != 1 or not inside:
        return max(layout.right, 400), max(layout.bottom, 80)
    vpc = topology.vpcs[0]
    left = layout.columns[0][1] + PAD
    least = width(vpc.label, TITLE, bold=True) + width(vpc.cidr, mono=True) + 80
    frame = Rect(left, 20, max(layout.right + PAD - left, least), layout.bottom + PAD - 20)
    canvas.box(Box(vpc.key, "vpc", frame, vpc.label, note=vpc.cidr, icon="vpc", container=True, about="VPC"))
    return frame.right, frame.bottom


def _edges(groups: Iterable[SecurityGroup]) -> list[Edge]:
    """One per pair and direction of those who begin to talk; its label has all the ports."""
    found: dict[tuple[str, str], list[Rule]] = {}
    known = {group.key for group in groups}
    for group in groups:
        for rule in group.rules:
            if rule.inward:
                source = rule.peer if rule.peer in known or rule.peer == INTERNET else _RANGE + rule.source
                found.setdefault((source, group.key), []).append(rule)
    return [
        Edge(
            source,
            target,
            together(rule.ports for rule in rules),
            "alert" if source == INTERNET else "allow",
            tuple(rule.key for rule in rules),
        )
        for (source, target), rules in found.items()
    ]


def together(ports: Iterable[str]) -> str:
    """`TCP 80, 443`: a protocol is named once."""
    by_protocol: dict[str, list[str]] = {}
    for text in ports:
        protocol, _, numbers = text.partition(" ")
        by_protocol.setdefault(protocol, []).append(numbers)
    return "; ".join(
        f"{protocol} {', '.join(dict.fromkeys(sorted(numbers, key=_port)))}".strip()
        for protocol, numbers in sorted(by_protocol.items())
    )


def _port(text: str) -> tuple[int, str]:
    first = text.partition("-")[0]
    return (int(first) if first.isdecimal() else 0, text)


def _sources(edges: Iterable[Edge], groups: Iterable[SecurityGroup]) -> list[Node]:
    inside = {group.key for group in groups}
    outside = sorted({edge.source for edge in edges} - inside, key=lambda key: (key != INTERNET, key))
    return [_internet() if key == INTERNET else _range(key) for key in outside]


def _internet() -> Node:
    return Node(INTERNET, 0, "internet", "Internet", rows=(Row("anyone, from anywhere"),), icon="internet")


def _range(key: str) -> Node:
    source = key.removeprefix(_RANGE)
    return Node(key, 0, "range", source, rows=(Row("addresses"),), icon="range", about=f"addresses {source}")


def _groups(groups: list[SecurityGroup], edges: list[Edge]) -> list[Node]:
    ranks = _ranks(groups, edges)
    reached = {edge.target for edge in edges}
    talking = {edge.source for edge in edges}
    order = sorted(
        groups, key=lambda group: (group.default, group.key not in reached | talking, _place(group, edges), group.label)
    )
    return [
        Node(
            group.key,
            ranks[group.key],
            "group",
            group.label,
            rows=(*map(Row, wrap(group.description or "no description", WIDTH - 24)), *_outward(group)),
            icon="shield",
            about=f"security group {group.label}",
        )
        for group in order
    ]


def _place(group: SecurityGroup, edges: Iterable[Edge]) -> int:
    """Groups that the internet reaches stand above the others."""
    return min((edge.source != INTERNET for edge in edges if edge.target == group.key), default=True)


def _outward(group: SecurityGroup) -> Iterable[Row]:
    if not group.rules:
        yield Row("nothing in, nothing out")
        return
    out = [rule for rule in group.rules if not rule.inward]
    if not out:
        yield Row("out: nothing")
    for rule in out[:3]:
        where = "anywhere" if rule.peer == INTERNET else "a group" if rule.peer else rule.source
        yield Row(f"out: {rule.ports} to {where}")
    if len(out) > 3:
        yield Row(f"out: {len(out) - 3} rules more")


def _ranks(groups: list[SecurityGroup], edges: list[Edge]) -> dict[str, int]:
    """The column of each group: one behind the last of those that lead to it. A ring is opened at its first group."""
    sources: dict[str, set[str]] = {group.key: set() for group in groups}
    for edge in edges:
        if edge.source in sources and edge.source != edge.target:
            sources[edge.target].add(edge.source)
    ranks: dict[str, int] = {}
    while len(ranks) < len(sources):
        left = [key for key in sources if key not in ranks]
        free = [key for key in left if sources[key] <= ranks.keys()] or left[:1]
        for key in free:
            ranks[key] = 1 + max((ranks[source] for source in sources[key] if source in ranks), default=0)
    return ranks
