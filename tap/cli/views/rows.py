"""One row of a run as text: its status, what there is to say of it, its place in the table. Decides, never prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from tap.cli.data_loss import data_loss
from tap.cli.views import changes
from tap.cli.views.labels import DANGER, LABELS, counted, shown_seconds, shown_type
from tap.cli.views.progress import Row, Status
from tap.engine.model import Op

GAP = 2
"""Columns between two cells of the table."""

_HEADER_STYLE = "underline bright_blue"


def status_text(row: Row, now: float) -> tuple[str, str]:
    """(text, style) of a row's Plan or Status."""
    label = LABELS[row.op]
    if row.status is Status.FAILED:
        return f"**{label.doing or 'run'} failed**", DANGER
    if row.planning:
        return label.plan, label.style
    if row.status is Status.RUNNING:
        doing = label.doing or ("running" if row.is_stack else "")
        return _timed(row, doing, row.seconds + now - row.began), label.style
    return _timed(row, label.done, row.seconds), label.style


def _timed(row: Row, verb: str, seconds: float) -> str:
    """A component takes no time of its own: what is in it does."""
    return f"{verb} ({shown_seconds(seconds)})" if verb and row.is_custom else verb


def info_text(row: Row) -> tuple[str, str]:
    """(text, style) of a row's Info: data that is lost before all else, then problems, then what differs."""
    parts = []
    loss = data_loss(row.telling)
    if loss:
        parts.append(loss)
    for severity in ("error", "warning"):
        count = sum(diagnostic.severity == severity for diagnostic in row.diagnostics)
        if count:
            parts.append(counted(count, severity))
    if row.op in (Op.UPDATE, Op.REPLACE, Op.CREATE_REPLACEMENT):
        parts.append(changes.changes_info(row.telling))
    return "; ".join(part for part in parts if part), DANGER if loss else ""


def row_line(row: Row, now: float) -> Text:
    """A row as one line: ` +  aws:ec2:Vpc main created (1.2s) `."""
    label = LABELS[row.op]
    status, status_style = status_text(row, now)
    info, info_style = info_text(row)
    line = Text(" ").append(label.symbol, style=label.style)
    line.append(f" {shown_type(row.type)} {row.name} ").append(status, style=status_style)
    if info:
        line.append(" ").append(info, style=info_style)
    line.rstrip()
    return line


def table_lines(tree: Sequence[tuple[str, Row]], now: float, *, planning: bool, width: int | None) -> Iterator[Text]:
    """The table in Pulumi's form. `width`: columns at most, cut with an ellipsis; None: whatever the texts need."""
    cells = [_cells(branch, row, now) for branch, row in tree]
    if not cells:
        return
    header = [Text(word, _HEADER_STYLE) for word in ("Type", "Name", "Plan" if planning else "Status", "Info")]
    columns = [
        max(cell.cell_len for cell in column) for column in zip(header, *(row[1:] for row in cells), strict=True)
    ]
    if width is not None:
        columns = _narrowed(columns, width)
    for symbol, row in [(Text("  "), header), *((line[0], line[1:]) for line in cells)]:
        line = Text(" ").append_text(symbol).append("  ")
        for place, (cell, room) in enumerate(zip(row, columns, strict=True)):
            if width is not None:
                cell.truncate(room, overflow="ellipsis")
            line.append_text(cell)
            if place < 3:
                line.append(" " * (room - cell.cell_len + GAP))
        line.rstrip()
        yield line


def _cells(branch: str, row: Row, now: float) -> list[Text]:
    """Symbol, type with its branch, name, status, info."""
    label = LABELS[row.op]
    typed = Text(branch + shown_type(row.type))
    return [
        Text(label.symbol, label.style),
        typed,
        Text(row.name),
        Text(*status_text(row, now)),
        Text(*info_text(row)),
    ]


def _narrowed(columns: list[int], width: int) -> list[int]:
    """Column widths that fit: the type and the name give way first, and what is left goes to the info."""
    room = max(20, width - 5 - 3 * GAP)
    type_, name, status, info = columns
    status = min(status, room // 3)
    info_least = min(info, room // 5)
    type_ = min(type_, max(room // 3, room - status - name - info_least))
    name = min(name, max(4, room - status - type_ - info_least))
    return [type_, name, status, min(info, max(0, room - type_ - name - status))]
