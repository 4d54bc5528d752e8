"""Nodes in columns and edges in bundles: how tall each is and at which height it stands. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tap.graph.canvas import height
from tap.graph.picture import Rect, Row

PORT = 24
GAP = 22
_TALLEST_COMMON = 96
"""Pixels between two ends on one side of a node; between two nodes; of the height that all have, if none needs more."""

BundleName = tuple[str, str, str, bool]
"""Target, label, kind, whether it is far."""


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    column: int
    kind: str
    title: str
    note: str = ""
    rows: tuple[Row, ...] = ()
    icon: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """by: the keys of what makes the connection."""

    source: str
    target: str
    label: str
    kind: str
    by: tuple[str, ...] = ()


@dataclass(slots=True)
class Bundle:
    """Edges that enter one target together: the same label, the same looks."""

    target: str
    label: str
    kind: str
    edges: list[Edge] = field(default_factory=list)
    far: bool = False

    @property
    def name(self) -> BundleName:
        return (self.target, self.label, self.kind, self.far)


class Plan:
    """All that is known of one layout while it is made."""

    def __init__(self, nodes: Sequence[Node], edges: Sequence[Edge], column_width: int, x: int, y: int) -> None:
        self.nodes = {node.key: node for node in nodes}
        self.columns: list[list[Node]] = [[] for _ in range(max((node.column for node in nodes), default=-1) + 1)]
        for node in nodes:
            self.columns[node.column].append(node)
        self.bundles = _bundled(edges, self.nodes)
        self.width = column_width
        self.x, self.y = x, y
        self.rects: dict[str, Rect] = {}
        # Equal heights put what belongs together on one level; a single tall node does not stretch all others.
        usual = [size for size in map(self.own_size, nodes) if size <= _TALLEST_COMMON]
        self.common = max(usual, default=0)

    def into(self, key: str) -> list[Bundle]:
        return [bundle for bundle in self.bundles if bundle.target == key]

    def out_of(self, key: str) -> list[Bundle]:
        return [bundle for bundle in self.bundles if any(edge.source == key for edge in bundle.edges)]

    def size(self, node: Node) -> int:
        return max(self.own_size(node), self.common)

    def own_size(self, node: Node) -> int:
        ends = max(len(self.into(node.key)), len(self.out_of(node.key)))
        return max(height(len(node.rows)), ends * PORT + 14)


def _bundled(edges: Sequence[Edge], nodes: dict[str, Node]) -> list[Bundle]:
    found: dict[BundleName, Bundle] = {}
    for edge in edges:
        far = nodes[edge.target].column != nodes[edge.source].column + 1
        bundle = Bundle(edge.target, edge.label, edge.kind, far=far)
        found.setdefault(bundle.name, bundle).edges.append(edge)
    return list(found.values())


def heights(plan: Plan) -> dict[str, float]:
    """The top of every node: near the middle of its neighbours, in its order, and over no other."""
    tops: dict[str, float] = {}
    for column in plan.columns:
        top = 0.0
        for node in column:
            tops[node.key] = top
            top += plan.size(node) + GAP
    middle: Callable[[str], float] = lambda key: tops[key] + plan.size(plan.nodes[key]) / 2  # noqa: E731
    for order, forward in ((plan.columns, True), (plan.columns[::-1], False), (plan.columns, True)):
        for column in order:
            wanted = [_wanted(plan, node, tops[node.key], middle, forward) for node in column]
            for node, top in zip(column, _spread(wanted, [plan.size(node) + GAP for node in column]), strict=True):
                tops[node.key] = top
    highest = min(tops.values(), default=0.0)
    return {key: top - highest + plan.y for key, top in tops.items()}


def _wanted(plan: Plan, node: Node, now: float, middle: Callable[[str], float], forward: bool) -> float:
    """Where a node would be best: level with what leads to it, or with what it leads to."""
    near = [edge for bundle in plan.bundles if not bundle.far for edge in bundle.edges]
    others = [
        edge.source if forward else edge.target
        for edge in near
        if (edge.target if forward else edge.source) == node.key
    ]
    if not others:
        return now
    return sum(map(middle, others)) / len(others) - plan.size(node) / 2


def _spread(wanted: Sequence[float], steps: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones at which each is its predecessor's step behind it (isotonic regression)."""
    offsets = [sum(steps[:index]) for index in range(len(steps))]
    blocks: list[tuple[float, int]] = []  # the mean of several, and how many they are
    for place, offset in zip(wanted, offsets, strict=True):
        mean, count = place - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, more = blocks.pop()
            mean, count = (before * more + mean * count) / (more + count), count + more
        blocks.append((mean, count))
    flat = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]
