"""Previews as GitHub's markdown. Decides, never posts.

What comes from a preview stands in code spans and fences only, where GitHub neither mentions anybody nor renders HTML,
links or pictures (https://github.github.com/gfm).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tap.pull_request.previews import Change, Preview

MARKER = "<!-- tap:changes -->"
"""The comment is found again by its first line; readers do not see it."""

CHARACTERS_MAX = 65_000
"""GitHub takes 65,536 in a comment."""

_ROWS_MAX = (100, 40, 15, 5, 0)
_SYMBOLS = {"create": "+", "update": "~", "replace": "+-", "delete": "-", "import": "="}
_NAME_MAX, _TYPE_MAX, _PROPERTIES_MAX, _ERROR_MAX = 120, 80, 160, 2_000
_ERRORS_MAX = 5


def comment(previews: Sequence[Preview], commit: str = "", link: str = "") -> str:
    """One comment for all previews, whatever their size. commit: what they are of; link: to the run."""
    for rows_max in _ROWS_MAX:
        text = _comment(previews, commit, link, rows_max)
        if len(text) <= CHARACTERS_MAX:
            break
    return text


def _comment(previews: Sequence[Preview], commit: str, link: str, rows_max: int) -> str:
    of = f" of {code(commit[:10])}" if commit else ""
    lines = [MARKER, f"### What would change{of}"]
    if not previews:
        lines += ["", "No preview was made: an earlier stage failed."]
    for preview in previews:
        lines += ["", *_section(preview, rows_max)]
    lines += ["", f"[The run]({link})"] if link else []
    return "\n".join(lines) + "\n"


def _section(preview: Preview, rows_max: int) -> list[str]:
    stack = f", stack {code(preview.stack)}" if preview.stack else ""
    lines = [f"#### On {'the embedded AWS' if preview.embedded else 'AWS'}{stack}", ""]
    if preview.errors:
        lines += ["The preview **failed**:", "", *_fences(preview.errors), ""]
        if not preview.changes:
            return lines
    lines += _losses(preview.losing, rows_max)
    lines += [_summary(preview)]
    if preview.changes:
        lines += ["", "| | Resource | Type | Properties |", "|---|---|---|---|"]
        # What loses data comes first: it must not be among the rows that are left out.
        ordered = [*preview.losing, *(each for each in preview.changes if not each.lost)]
        lines += [_row(change) for change in ordered[:rows_max]]
        lines += _left_out(len(ordered) - rows_max)
    return lines


def _losses(losing: Sequence[Change], rows_max: int) -> list[str]:
    if not losing:
        return []
    count = f"{len(losing)} change{'s destroy' if len(losing) > 1 else ' destroys'} data"
    told = [f"> - {code(each.name)} ({each.op}): {each.lost}" for each in losing[:rows_max]]
    return [
        "> [!CAUTION]",
        f"> **{count}.** `tap deploy` refuses this unless each is named by `--allow-data-loss URN`.",
        *told,
        *(f"> {line}" for line in _left_out(len(losing) - rows_max) if line),
        "",
    ]


def _summary(preview: Preview) -> str:
    counts = Counter(change.op for change in preview.changes)
    order = [*_SYMBOLS, *(op for op in counts if op not in _SYMBOLS)]
    told = [f"**{counts[op]}** to {_op(op)}" for op in order if counts[op]]
    unchanged = f"{preview.unchanged} unchanged"
    return f"{', '.join(told)}, {unchanged}." if told else f"**No changes**, {unchanged}."


def _row(change: Change) -> str:
    loss = " **loses data**" if change.lost else ""
    properties = ", ".join(change.properties)
    shown = code(properties, _PROPERTIES_MAX) if properties else ""
    symbol = _SYMBOLS.get(change.op, "")
    return (
        f"| {code(symbol) if symbol else ''} {_op(change.op)}{loss} | {code(change.name, _NAME_MAX)} "
        f"| {code(change.type, _TYPE_MAX)} | {shown} |"
    )


def _op(op: str) -> str:
    return op if op in _SYMBOLS else code(op, 20)


def _left_out(count: int) -> list[str]:
    return ["", f"... and {count} more: the run has them all."] if count > 0 else []


def _fences(errors: Sequence[str]) -> list[str]:
    lines = []
    for error in errors[:_ERRORS_MAX]:
        cut = error if len(error) <= _ERROR_MAX else f"{error[:_ERROR_MAX]}..."
        shown = "\n".join(_printable(line) for line in cut.splitlines())
        lines += ["```text", shown, "```"]
    return [*lines, *_left_out(len(errors) - _ERRORS_MAX)]


def code(text: str, characters_max: int = 120) -> str:
    """The text as a code span that can stand in a table's cell, whatever is in it."""
    shown = _printable(text).strip()
    if len(shown) > characters_max:
        shown = f"{shown[:characters_max]}..."
    # A pipe ends a cell, also in a code span, unless a backslash stands before it; one that stands there already
    # would take that backslash's place.
    shown = shown.replace("\\", "/").replace("|", "\\|")
    return f"`{shown}`" if shown else ""


def _printable(text: str) -> str:
    """Without what ends a line, a span or a fence, or changes the direction of writing."""
    return "".join(character if character.isprintable() else " " for character in text).replace("`", "'")
