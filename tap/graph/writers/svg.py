"""A picture as SVG: inside a page, or as a file of its own that reads in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from tap.graph.canvas import HEADER, ICON, ROW, height
from tap.graph.inventory import Change
from tap.graph.metrics import SMALL, width
from tap.graph.picture import Box, LegendEntry, Line, Picture
from tap.graph.topology import Topology
from tap.graph.words import counted, listed
from tap.graph.writers.icons import PATHS
from tap.graph.writers.palette import standalone_style

NAMESPACE = "http://www.w3.org/2000/svg"
_HEADING = 64
_LEGEND_ROW = 24
_CORNER = 7
_HEAD = 8
_MARKED = 26
"""Pixels: of the title above a file's picture; of a row of the legend; radius of a line's corner; of an arrow's head;
of a mark."""

Attributes = Callable[[Box], str]

WORDS = {Change.CREATE: "made", Change.UPDATE: "changed", Change.REPLACE: "replaced", Change.DELETE: "deleted"}


def document(picture: Picture, topology: Topology) -> str:
    """A whole file. It holds nothing that differs from run to run: no ids, no addresses, no times."""
    legend, legend_height = _legend(_entries(picture, topology), picture.width, picture.height + _HEADING)
    tall = picture.height + _HEADING + legend_height
    heading = f"{topology.inventory.project} \N{MIDDLE DOT} {topology.inventory.stack}"
    words = " ".join(picture.sentences)
    return "".join(
        [
            f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {picture.width} {tall}" width="{picture.width}" height="{tall}" ',
            'role="img" aria-labelledby="title desc">\n',
            f'<title id="title">{escape(heading)}: {escape(picture.title)}</title>\n',
            f'<desc id="desc">{escape(words)}</desc>\n',
            f"<style>{standalone_style()}</style>\n",
            f'<rect class="paper" width="{picture.width}" height="{tall}" rx="12"/>\n',
            f'<text class="h" x="20" y="34">{escape(heading)}</text>\n',
            f'<text class="dim" x="20" y="54">{escape(subtitle(picture.title, topology))}</text>\n',
            f'<g transform="translate(0 {_HEADING})">\n',
            *body(picture),
            "</g>\n",
            legend,
            "</svg>\n",
        ]
    )


def subtitle(title: str, topology: Topology) -> str:
    """What is shown, of how much, and that it is only half there."""
    count = sum(1 for thing in topology.things.values() if thing.kind)
    parts = [title, listed(region for region in topology.regions if region), counted(count, "resource")]
    if topology.inventory.diff:
        parts.append("as a preview has it")
    if topology.inventory.notes:
        parts.append("half-finished")
    return " \N{MIDDLE DOT} ".join(part for part in parts if part)


def body(
    picture: Picture, attributes: Attributes = lambda _: "", numbers: Mapping[str, int] | None = None
) -> Iterator[str]:
    """Containers, then lines, then what stands in the containers: no line hides a text.

    attributes: what else a box's element has. numbers: by which lines name their ends, where anybody wants to know.
    """
    for container in (True, False):
        if not container:
            for line in picture.lines:
                yield _line(line, _ends(line, numbers))
        for box in picture.boxes:
            if box.container is container:
                yield _box(box, attributes(box))


def _box(box: Box, attributes: str) -> str:
    rect = box.rect
    classes = f"k-{box.kind}" + (f" c-{box.change}" if box.change is not Change.SAME else "")
    classes += (" pending" if box.unfinished else "") + ("" if box.container else " leaf")
    free = (rect.h - height(len(box.rows))) // 2 if box.centered else 0
    x, top = rect.x + 12, rect.y + free
    note = f'<tspan class="n" dx="8">{escape(box.note)}</tspan>' if box.note else ""
    radius = 12 if box.container and box.kind in ("region", "vpc") else 8
    parts = [
        f'<g class="{classes}"{attributes}>',
        f"<title>{escape(about(box))}</title>",
        f'<rect class="f" x="{rect.x}" y="{rect.y}" width="{rect.w}" height="{rect.h}" rx="{radius}"/>',
    ]
    if box.icon:
        parts.append(f'<path class="i" transform="translate({x} {top + 8})" d="{PATHS[box.icon]}"/>')
        x += ICON
    parts.append(f'<text class="t" x="{x}" y="{top + 21}">{escape(box.title)}{note}</text>')
    for number, row in enumerate(box.rows):
        at = top + HEADER + ROW * number + 9
        parts.append(f'<text class="{row.style}" x="{rect.x + 12}" y="{at}">{escape(row.text)}</text>')
    if box.change is not Change.SAME or box.unfinished:
        looks, symbol = ("pending", "!") if box.unfinished else (box.change.value, box.change.symbol)
        parts.append(_mark(looks, symbol, rect.right - _MARKED + 10, rect.y - 9))
    return "".join([*parts, "</g>\n"])


def _mark(looks: str, symbol: str, x: int, y: int) -> str:
    return (
        f'<rect class="m m-{looks}" x="{x}" y="{y}" width="{_MARKED}" height="18" rx="9"/>'
        f'<text class="s" x="{x + _MARKED // 2}" y="{y + 13}">{symbol}</text>'
    )


def about(box: Box) -> str:
    """A box in words, what a preview would do to it first."""
    change = f"{WORDS[box.change]}: " if box.change is not Change.SAME else ""
    unfinished = " (half-finished)" if box.unfinished else ""
    return f"{change}{box.about}{unfinished}"


def _ends(line: Line, numbers: Mapping[str, int] | None) -> str:
    if numbers is None:
        return ""
    return f' data-a="{numbers.get(line.source, "")}" data-b="{numbers.get(line.target, "")}"'


def _line(line: Line, ends: str) -> str:
    classes = f"l l-{line.kind}" + (f" c-{line.change}" if line.change is not Change.SAME else "")
    parts = [f'<g class="{classes}"{ends}><path class="w" d="{_path(line.points)}"/>']
    parts.append(_head(line.points[-2], line.points[-1]))
    if line.both:
        parts.append(_head(line.points[1], line.points[0]))
    if line.label:
        label = line.label
        parts.append(
            f'<text class="label l-{line.kind}" x="{label.x}" y="{label.y}" text-anchor="{label.anchor}">'
            f"{escape(label.text)}</text>"
        )
    return "".join([*parts, "</g>\n"])


def _path(points: tuple[tuple[int, int], ...]) -> str:
    """Straight pieces with round corners."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, _distance(before, corner) // 2, _distance(corner, after) // 2)
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{start[0]} {start[1]}Q{corner[0]} {corner[1]} {end[0]} {end[1]}")
    parts.append(f"L{points[-1][0]} {points[-1][1]}")
    return "".join(parts)


def _distance(a: tuple[int, int], b: tuple[int, int]) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(start: tuple[int, int], goal: tuple[int, int], pixels: int) -> tuple[int, int]:
    """The point that many pixels from the start in the direction of the goal, which is level or upright of it."""
    step = [(goal[axis] > start[axis]) - (goal[axis] < start[axis]) for axis in (0, 1)]
    return (start[0] + step[0] * pixels, start[1] + step[1] * pixels)


def _head(before: tuple[int, int], tip: tuple[int, int]) -> str:
    back = _towards(tip, before, _HEAD)
    side = (4, 0) if before[0] == tip[0] else (0, 4)
    left, right = (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])
    return f'<path class="a" d="M{tip[0]} {tip[1]}L{left[0]} {left[1]}L{right[0]} {right[1]}z"/>'


# -- legend ----------------------------------------------------------------------------------------------------------


def _entries(picture: Picture, topology: Topology) -> list[LegendEntry]:
    """Of the legend, what is in the picture."""
    there = {f"line {line.kind}" for line in picture.lines} | {f"box {box.kind}" for box in picture.boxes}
    entries = [entry for entry in picture.legend if entry.sample in there]
    if topology.inventory.diff:
        entries += [LegendEntry(f"change {change}", f"{change.symbol}  {words}") for change, words in WORDS.items()]
    if any(box.unfinished for box in picture.boxes):
        entries.append(LegendEntry("box pending", "!  half-finished"))
    return entries


def _legend(entries: list[LegendEntry], room: int, y: int) -> tuple[str, int]:
    """The legend in as many rows as it needs, and its height."""
    parts: list[str] = []
    x, row = 20, 0
    for entry in entries:
        wide = 34 + width(entry.words, SMALL) + 22
        if x + wide > room - 10 and x > 20:
            x, row = 20, row + 1
        parts.append(sample(entry, x, y + row * _LEGEND_ROW))
        x += wide
    return "".join(parts), (row + 1) * _LEGEND_ROW + 8 if entries else 0


def legend(picture: Picture, topology: Topology) -> Iterable[tuple[str, str]]:
    """Each entry's sample as a small drawing, and its words; for a page."""
    for entry in _entries(picture, topology):
        yield f'<svg width="30" height="16" aria-hidden="true">{sample(entry, 0, 0, words=False)}</svg>', entry.words


def sample(entry: LegendEntry, x: int, y: int, *, words: bool = True) -> str:
    what, _, kind = entry.sample.partition(" ")
    if what == "line":
        ends = ((x, y + 8), (x + 28, y + 8))
        drawn = f'<g class="l-{kind}"><path class="w" d="{_path(ends)}"/>{_head(*ends)}</g>'
    else:
        looks = "pending" if kind == "pending" else f"c-{kind}" if what == "change" else f"k-{kind}"
        drawn = f'<g class="{looks}"><rect class="f" x="{x + 2}" y="{y + 2}" width="24" height="12" rx="4"/></g>'
    text = f'<text class="dim" x="{x + 34}" y="{y + 12}">{escape(entry.words)}</text>' if words else ""
    return f"{drawn}{text}\n"
