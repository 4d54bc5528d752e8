"""Whether a picture is clear: nothing over anything else, nothing out of its box, no line through a box or a text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from tap.graph.canvas import HEADER, ICON, ROW, height
from tap.graph.metrics import SMALL, TITLE, width
from tap.graph.picture import Box, Label, Line, Picture, Rect


def faults(picture: Picture) -> list[str]:
    return [*_boxes(picture), *_texts(picture), *_lines(picture), *_labels(picture), *_shared_ways(picture)]


def _boxes(picture: Picture) -> Iterator[str]:
    whole = Rect(0, 0, picture.width, picture.height)
    for box in picture.boxes:
        if not whole.contains(box.rect):
            yield f"{box.title} reaches out of the picture"
    for one, other in combinations(picture.boxes, 2):
        inside = (one.container and one.rect.contains(other.rect)) or (
            other.container and other.rect.contains(one.rect)
        )
        if one.rect.overlaps(other.rect) and not inside:
            yield f"{one.title} {one.rect} overlaps {other.title} {other.rect}"


def texts_of(box: Box) -> list[Rect]:
    """Where a box's headline and rows are, at their widest."""
    free = (box.rect.h - height(len(box.rows))) // 2 if box.centered else 0
    top, left = box.rect.y + free, box.rect.x + 12
    headline = width(box.title, TITLE, bold=True) + (ICON if box.icon else 0)
    headline += 8 + width(box.note, mono=True) if box.note else 0
    rows = [
        Rect(left, top + HEADER + ROW * number, width(row.text, mono=row.style == "mono"), ROW - 3)
        for number, row in enumerate(box.rows)
    ]
    return [Rect(left, top + 8, headline, 18), *rows]


def _texts(picture: Picture) -> Iterator[str]:
    for box in picture.boxes:
        for rect in texts_of(box):
            if not box.rect.contains(rect):
                yield f"a text of {box.title} does not fit: {rect} in {box.rect}"
            for other in picture.boxes:
                if other is not box and not other.rect.contains(box.rect) and other.rect.overlaps(rect):
                    yield f"{other.title} hides a text of {box.title}"


def _segments(line: Line) -> Iterator[Rect]:
    for (x1, y1), (x2, y2) in pairwise(line.points):
        assert x1 == x2 or y1 == y2, f"{line} is askew"
        yield Rect(min(x1, x2), min(y1, y2), max(abs(x1 - x2), 1), max(abs(y1 - y2), 1))


def _lines(picture: Picture) -> Iterator[str]:
    for line in picture.lines:
        for segment in _segments(line):
            if not Rect(0, 0, picture.width, picture.height).contains(segment):
                yield f"{line} leaves the picture"
            for box in picture.boxes:
                inner = Rect(box.rect.x + 1, box.rect.y + 1, box.rect.w - 2, box.rect.h - 2)
                if not box.container and inner.overlaps(segment):
                    yield f"{line} runs through {box.title}"
                if any(segment.overlaps(text) for text in texts_of(box)):
                    yield f"{line} runs through a text of {box.title}"


def place_of(label: Label) -> Rect:
    wide = width(label.text, SMALL, bold=True)
    left = {"start": 0, "middle": wide // 2, "end": wide}[label.anchor]
    return Rect(label.x - left, label.y - 9, wide, 11)


def _labels(picture: Picture) -> Iterator[str]:
    places = [(line.label.text, place_of(line.label)) for line in picture.lines if line.label]
    for text, place in places:
        for box in picture.boxes:
            if (not box.container and box.rect.overlaps(place)) or any(place.overlaps(one) for one in texts_of(box)):
                yield f"the label {text} is over {box.title}"
        for line in picture.lines:
            if any(place.overlaps(segment) for segment in _segments(line)):
                yield f"{line} runs through the label {text}"
    for (text, place), (other, another) in combinations(places, 2):
        if place.overlaps(another):
            yield f"the labels {text} and {other} overlap"


def _shared_ways(picture: Picture) -> Iterator[str]:
    """Two lines on one way are read as one: only those may that have an end in common."""
    for one, other in combinations(picture.lines, 2):
        if {one.source, one.target} & {other.source, other.target}:
            continue
        for first in _segments(one):
            for second in _segments(other):
                along = (first.w > 1) == (second.w > 1) and (first.h > 1) == (second.h > 1)
                if along and first.overlaps(second):
                    yield f"{one} lies on {other}"
