"""How wide a text is, at most: the widths of DejaVu Sans, which is wider than what readers have."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TITLE = 13
SMALL = 11
"""Sizes in pixels of a box's title, and of all else in it."""

_FIRST = " "
_MONO = 0.61
_WIDE = 1.05
_OTHER = 0.9
"""Ems of a fixed-width character, of an East Asian one, and of any other that is not ASCII."""

_PLAIN = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636),
    *(636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632),
    *(575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685),
    *(611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579),
    *(278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_BOLD = (
    *(348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696),
    *(696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683),
    *(683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771),
    *(724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665),
    *(343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838),
)
"""Thousandths of an em, of the characters from space to tilde."""


def _ems(character: str, table: tuple[int, ...]) -> float:
    index = ord(character) - ord(_FIRST)
    if 0 <= index < len(table):
        return table[index] / 1000
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


@lru_cache(maxsize=4096)
def width(text: str, size: int = SMALL, *, bold: bool = False, mono: bool = False) -> int:
    """Pixels, rounded up."""
    if mono:
        ems = sum(_MONO if ord(character) < 0x250 else _WIDE for character in text)
    else:
        ems = sum(_ems(character, _BOLD if bold else _PLAIN) for character in text)
    return int(ems * size) + 1


def wrap(text: str, room: int, lines_max: int = 2) -> list[str]:
    """The text in as many lines as it needs; what is more than the last has room for is cut off there."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < lines_max - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}") <= room:
            line = f"{line} {words.pop(0)}"
        lines.append(fit(line, room))
    return [*lines, fit(" ".join(words), room)] if words else lines


def fit(text: str, room: int, size: int = SMALL, *, bold: bool = False, mono: bool = False) -> str:
    """The text, or as much of it as has room, with an ellipsis. Controls and line breaks become spaces."""
    clean = " ".join("".join(" " if unicodedata.category(each)[0] == "C" else each for each in text).split())
    if width(clean, size, bold=bold, mono=mono) <= room:
        return clean
    while clean and width(clean + "\N{HORIZONTAL ELLIPSIS}", size, bold=bold, mono=mono) > room:
        clean = clean[:-1].rstrip()
    return clean + "\N{HORIZONTAL ELLIPSIS}" if clean else ""
