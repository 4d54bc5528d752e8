"""Lays nodes out in columns and leads lines between them along channels of their own. Pure.

A line leaves a node on its right, changes its height on a track in the channel before its target's column, and enters
the target from the left; its label stands right before the target, where no track is. A line that does not lead to the
next column (back, to itself, over a column) goes along a lane below everything. So no line crosses a box or a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tap.graph.metrics import width
from tap.graph.picture import Box, Label, Rect
from tap.graph.views.levels import GAP, PORT, Bundle, BundleName, Edge, Node, Plan, heights

_TRACK = 12
_LANE = 16
_MARGIN = 18
_SHORTEST = 30
_SNAP = 11
"""Pixels between two tracks, two lanes; before the first track; of the last, straight piece of a line without a label;
that an end is moved for a line to be straight."""


@dataclass(frozen=True, slots=True)
class Led:
    """An edge and the way of its line. The label is with one only of those that share a way's end."""

    edge: Edge
    points: tuple[tuple[int, int], ...]
    label: Label | None


@dataclass(frozen=True, slots=True)
class Layout:
    """rects: node key -> place. edges_of: x of the left and right edge of each column."""

    rects: dict[str, Rect]
    leads: tuple[Led, ...]
    right: int
    bottom: int
    columns: tuple[tuple[int, int], ...]


def lay_out(nodes: Sequence[Node], edges: Sequence[Edge], *, column_width: int, x: int, y: int) -> Layout:
    """Every node's place and every edge's way, right of x and below y. Nodes keep their order in their column."""
    plan = Plan(nodes, edges, column_width, x, y)
    tops = heights(plan)
    channels = [_channel(plan, number) for number in range(len(plan.columns) + 1)]
    edges_of_columns, right = _place(plan, tops, channels)
    bottom = max((rect.bottom for rect in plan.rects.values()), default=y)
    far = [bundle for bundle in plan.bundles if bundle.far]
    lanes = {bundle.name: bottom + _LANE * (number + 1) for number, bundle in enumerate(far)}
    leads = tuple(_leads(plan, channels, edges_of_columns, lanes))
    return Layout(plan.rects, leads, right, bottom + _LANE * len(lanes), tuple(edges_of_columns))


def box_of(node: Node, rect: Rect) -> Box:
    """A node as it is drawn."""
    return Box(node.key, node.kind, rect, node.title, node.note, node.rows, node.icon, centered=True, about=node.about)


# -- ways ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Channel:
    """The space before a column: the tracks in it by bundle, and how wide it is. number = columns: after the last."""

    tracks: dict[tuple[BundleName, str], int]
    room: int

    @property
    def width(self) -> int:
        if not self.tracks and not self.room:
            return 0
        return _MARGIN + _TRACK * len(self.tracks) + self.room


def _channel(plan: Plan, number: int) -> _Channel:
    """A bundle has a track in the channel before its target; a far one another in that after its source."""
    tracks: dict[tuple[BundleName, str], int] = {}
    entering = [bundle for bundle in plan.bundles if plan.nodes[bundle.target].column == number]
    for bundle in plan.bundles:
        leaves = bundle.far and any(plan.nodes[edge.source].column + 1 == number for edge in bundle.edges)
        if leaves:
            tracks[bundle.name, "out"] = len(tracks)
        if bundle in entering:
            tracks[bundle.name, "in"] = len(tracks)
    labels = [width(bundle.label) + 34 if bundle.label else _SHORTEST for bundle in entering]
    return _Channel(tracks, max(labels, default=0) or (_MARGIN if tracks else 0))


def _place(plan: Plan, tops: dict[str, float], channels: Sequence[_Channel]) -> tuple[list[tuple[int, int]], int]:
    x, found = plan.x, []
    for number, column in enumerate(plan.columns):
        x += channels[number].width or (GAP if number else 0)
        for node in column:
            plan.rects[node.key] = Rect(x, round(tops[node.key]), plan.width, plan.size(node))
        found.append((x, x + plan.width))
        x += plan.width
    return found, x + channels[-1].width


def _leads(
    plan: Plan,
    channels: Sequence[_Channel],
    columns: Sequence[tuple[int, int]],
    lanes: dict[BundleName, int],
) -> Iterable[Led]:
    leaving = _leaving(plan)
    entering = _entering(plan, leaving)
    _straighten(plan, leaving, entering)

    def track(bundle: Bundle, number: int, which: str) -> int:
        start = columns[number - 1][1] if number else plan.x
        return start + _MARGIN + _TRACK * channels[number].tracks[bundle.name, which]

    for bundle in plan.bundles:
        target = plan.rects[bundle.target]
        y, column = entering[bundle.name], plan.nodes[bundle.target].column
        last = track(bundle, column, "in")
        label = Label(bundle.label, target.x - 12, y - 6, "end", width(bundle.label)) if bundle.label else None
        for edge in bundle.edges:
            start = (plan.rects[edge.source].right, leaving[edge.source, bundle.name])
            way: list[tuple[int, int]] = [start]
            if bundle.far:
                first = track(bundle, plan.nodes[edge.source].column + 1, "out")
                lane = lanes[bundle.name]
                way += [(first, start[1]), (first, lane), (last, lane)]
            else:
                way += [(last, start[1])]
            yield Led(edge, (*way, (last, y), (target.x, y)), label)
            label = None


def _leaving(plan: Plan) -> dict[tuple[str, BundleName], int]:
    """The height at which a bundle leaves a node."""
    found = {}
    for key, rect in plan.rects.items():
        bundles = sorted(plan.out_of(key), key=lambda bundle: (bundle.far, plan.rects[bundle.target].cy))
        for index, bundle in enumerate(bundles):
            found[key, bundle.name] = rect.cy + _offset(index, len(bundles))
    return found


def _entering(plan: Plan, leaving: dict[tuple[str, BundleName], int]) -> dict[BundleName, int]:
    """The height at which a bundle enters its target: never level with another's start, on whose line it would lie."""
    found = {}
    for key, rect in plan.rects.items():

        def above(bundle: Bundle) -> tuple[bool, float]:
            sources = [plan.rects[edge.source].cy for edge in bundle.edges]
            return bundle.far, sum(sources) / len(sources)

        column = plan.nodes[key].column
        bundles = sorted(plan.into(key), key=above)
        for index, bundle in enumerate(bundles):
            own = {leaving[edge.source, bundle.name] for edge in bundle.edges if not bundle.far}
            taken = {
                y for (source, name), y in leaving.items() if plan.nodes[source].column + 1 == column and y not in own
            }
            wanted = rect.cy + _offset(index, len(bundles))
            tries = (wanted + step * sign for step in range(0, 9) for sign in (1, -1))
            found[bundle.name] = next((y for y in tries if all(abs(y - other) > 3 for other in taken)), wanted)
    return found


def _straighten(
    plan: Plan,
    leaving: dict[tuple[str, BundleName], int],
    entering: dict[BundleName, int],
) -> None:
    """Move the start of a line that is nearly straight, unless it would come near another's."""
    for (key, name), y in list(leaving.items()):
        goal = entering[name]
        others = [other for (one, bundle), other in leaving.items() if one == key and bundle != name]
        column = plan.nodes[key].column + 1
        foreign = [
            entering[bundle.name]
            for bundle in plan.bundles
            if bundle.name != name and plan.nodes[bundle.target].column == column
        ]
        apart = all(abs(goal - other) >= _SNAP for other in others) and goal not in foreign
        if not name[3] and abs(goal - y) <= _SNAP and apart:
            leaving[key, name] = goal


def _offset(index: int, count: int) -> int:
    return PORT * index - PORT * (count - 1) // 2
