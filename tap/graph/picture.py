"""A picture: boxes in boxes, and lines between them, in whole pixels. No more is decided after this."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.graph.inventory import Change


@dataclass(frozen=True, slots=True)
class Rect:
    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def cx(self) -> int:
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        return self.y + self.h // 2

    def overlaps(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and self.right >= other.right and self.bottom >= other.bottom


NOWHERE = Rect(0, 0, 0, 0)
"""The place of a box that has none yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of text in a box. style: mono, dim, alert (a warning of words and colour)."""

    text: str
    style: str = "dim"


@dataclass(frozen=True, slots=True)
class Box:
    """key: of the thing that it shows; one that shows none of the state's has a key that no URN can be, or "".

    kind: its looks. note: short text behind the title. container: whether other boxes stand in it.
    centered: its text stands in the middle of its height. about: what a screen reader calls it.
    """

    key: str
    kind: str
    rect: Rect
    title: str
    note: str = ""
    rows: tuple[Row, ...] = ()
    icon: str = ""
    change: Change = Change.SAME
    container: bool = False
    centered: bool = False
    about: str = ""
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Text at a line. x, y: the baseline's point; anchor: start, middle or end; width: how much room there is."""

    text: str
    x: int
    y: int
    anchor: str
    width: int


@dataclass(frozen=True, slots=True)
class Line:
    """kind: its looks; source, target: keys of its ends; both: whether traffic is begun from either end."""

    kind: str
    points: tuple[tuple[int, int], ...]
    source: str
    target: str
    label: Label | None = None
    both: bool = False
    change: Change = Change.SAME


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """sample: `box <kind>`, `line <kind>` or `change <change>`."""

    sample: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """boxes: a container before what stands in it. sentences: the same in words."""

    name: str
    title: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    legend: tuple[LegendEntry, ...] = ()
    sentences: tuple[str, ...] = field(default=())
