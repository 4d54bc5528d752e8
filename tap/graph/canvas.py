"""Collects the boxes and lines of one picture. Sizes of single boxes are decided here, places are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tap.graph.inventory import Change
from tap.graph.metrics import SMALL, TITLE, fit, width
from tap.graph.picture import Box, Label, Line, Rect, Row
from tap.graph.topology import Topology

HEADER = 32
ROW = 16
PAD = 14
ICON = 22
MARK = 8
"""Pixels of a box's headline, of a line of text below it, between a box and what it is in, of an icon; of a mark,
which stands on the corner, as far as it is in the way of a title."""


def height(rows: int) -> int:
    """Of a box with that many lines of text below its title."""
    return HEADER + (ROW * rows + 6 if rows else 2)


class Canvas:
    """What was drawn so far. It marks each box with what a preview would do to its thing."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self.boxes: list[Box] = []
        self.lines: list[Line] = []

    def box(self, draft: Box, *, title_room: int = 0) -> Rect:
        """Take the box, its texts cut to their room. title_room: how much of it the headline may take, 0 for all."""
        rect, key = draft.rect, draft.key
        thing = self._topology.things.get(key)
        change = self._topology.change(key)
        room = (title_room or rect.w) - 2 * 12 - (ICON if draft.icon else 0)
        room -= MARK if change is not Change.SAME or (thing and thing.remark) else 0
        shown = fit(draft.title, room, TITLE, bold=True)
        left = room - width(shown, TITLE, bold=True) - 8
        self.boxes.append(
            replace(
                draft,
                title=shown,
                note=fit(draft.note, left, mono=True) if left > 30 else "",
                rows=tuple(replace(row, text=_fitted(row, rect.w - 2 * 12)) for row in draft.rows),
                change=change,
                about=" ".join(part for part in (draft.about or draft.title, draft.note) if part),
                unfinished=bool(thing and thing.remark),
            )
        )
        return rect

    def line(
        self,
        kind: str,
        points: Iterable[tuple[int, int]],
        ends: tuple[str, str],
        *,
        label: Label | None = None,
        both: bool = False,
        by: Iterable[str] = (),
    ) -> None:
        """by: keys of the things that make the connection; it is marked as they are."""
        changes = {self._topology.change(key) for key in by}
        change = changes.pop() if len(changes) == 1 else Change.UPDATE if changes else Change.SAME
        if label and change is not Change.SAME:
            label = replace(label, text=f"{change.symbol} {label.text}")
        self.lines.append(Line(kind, _straight(tuple(points)), *ends, label, both, change))


def _fitted(row: Row, room: int) -> str:
    return fit(row.text, room, SMALL, mono=row.style == "mono")


def _straight(points: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Without points that repeat, or that lie between two others on one straight line."""
    kept: list[tuple[int, int]] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and any(kept[-2][axis] == kept[-1][axis] == point[axis] for axis in (0, 1)):
            kept.pop()
        kept.append(point)
    return tuple(kept)
