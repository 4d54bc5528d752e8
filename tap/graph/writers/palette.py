"""Colours for light and dark, and the style of a figure: with variables for a page, without for a file."""

from __future__ import annotations

import re
from pathlib import Path

COLORS = {
    "paper": ("#ffffff", "#0d1117"),
    "soft": ("#f6f8fa", "#151b23"),
    "ink": ("#1f2328", "#f0f6fc"),
    "dim": ("#57606a", "#9da7b3"),
    "edge": ("#c3ccd5", "#434c56"),
    "grey": ("#6e7781", "#8b949e"),
    "green": ("#1a7f37", "#3fb950"),
    "green-fill": ("#e6f7ec", "#0f2b1b"),
    "blue": ("#0969da", "#58a6ff"),
    "blue-fill": ("#e7f2ff", "#0f2440"),
    "violet": ("#7a43d6", "#b083f9"),
    "violet-fill": ("#f5efff", "#211836"),
    "teal": ("#0b7285", "#39c5cf"),
    "teal-fill": ("#e5f6f8", "#0a2a30"),
    "amber": ("#9a6700", "#e3b341"),
    "amber-fill": ("#fff8e1", "#2a2108"),
    "pink": ("#b0357d", "#e275ad"),
    "pink-fill": ("#fdeff7", "#331a29"),
    "red": ("#cf222e", "#ff7b72"),
    "red-fill": ("#ffeeed", "#3b1719"),
}
"""Name -> light, dark."""

FIGURE = Path(__file__).with_name("figure.css")


def variables(dark: bool) -> str:
    return "".join(f"--{name}:{pair[dark]};" for name, pair in COLORS.items())


def figure_style() -> str:
    """With variables, which the page sets."""
    return tight(FIGURE.read_text("utf-8"))


def standalone_style() -> str:
    """Without variables, which many programs that show SVG do not know."""
    style = figure_style()
    return f"{_resolved(style, dark=False)}@media (prefers-color-scheme:dark){{{_colors_only(style)}}}"


def _resolved(style: str, *, dark: bool) -> str:
    return re.sub(r"var\(--([a-z-]+)\)", lambda found: COLORS[found[1]][dark], style)


def _colors_only(style: str) -> str:
    rules = (rule for rule in re.findall(r"[^{}]+\{[^{}]*\}", style) if "var(" in rule)
    return _resolved("".join(rules), dark=True)


def tight(style: str) -> str:
    """Without comments, and without space that means nothing."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};:,])\s*", r"\1", " ".join(style.split())).strip()
