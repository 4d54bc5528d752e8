"""The text of a run, from the progress kept of it: lines and sections in Pulumi's form. Decides, never prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from math import ceil

from rich.text import Text

from tap.cli.data_loss import data_loss
from tap.cli.views import changes
from tap.cli.views.cost_change import change_text, monthly_change
from tap.cli.views.labels import (
    DANGER,
    HEADLINE,
    LABELS,
    NOT_COUNTED,
    SEVERITY_STYLES,
    counted,
    shown_seconds,
    shown_type,
)
from tap.cli.views.policies import policies_section
from tap.cli.views.progress import Progress, Row
from tap.engine.events import Diagnostic, Summary
from tap.engine.model import Op
from tap.engine.urn import name_of, type_of
from tap.engine.values import Value
from tap.errors import CancelledError

COMPACT_MAX = 50
"""How many resources' diffs a plain preview shows; --diff shows all."""


def diagnostic_lines(diagnostic: Diagnostic) -> Iterator[Text]:
    """A diagnostic with AWS's code, where the message does not name it already, and what would fix it."""
    prefix = f"{diagnostic.severity}: " if diagnostic.severity in ("error", "warning") else ""
    first, *rest = (prefix + diagnostic.message.rstrip()).splitlines() or [""]
    yield Text("    ").append(first, style=SEVERITY_STYLES.get(diagnostic.severity, ""))
    for line in rest:
        yield Text("    " + line)
    if diagnostic.code and diagnostic.code not in diagnostic.message:
        yield Text(f"      AWS error code: {diagnostic.code}")
    if diagnostic.hint:
        yield Text("      hint: ", style="cyan").append(diagnostic.hint, style="")


def diagnostics_section(progress: Progress) -> Iterator[Text]:
    """All diagnostics but debug ones, grouped by resource; what is about the whole run stands under the stack."""
    stack = next((row.urn for row in progress.rows.values() if row.is_stack), "")
    groups: dict[str, list[Diagnostic]] = {}
    for diagnostic in progress.diagnostics:
        if diagnostic.severity != "debug":
            groups.setdefault(diagnostic.urn or stack, []).append(diagnostic)
    if groups:
        yield Text("Diagnostics:", style=HEADLINE)
    for urn, diagnostics in groups.items():
        yield Text(
            f"  {shown_type(type_of(urn))} ({name_of(urn)}):" if urn else "  the whole run:", style="bright_blue"
        )
        for diagnostic in diagnostics:
            yield from diagnostic_lines(diagnostic)
        yield Text()


def changes_section(progress: Progress, *, full: bool) -> Iterator[Text]:
    """What changes, property by property; compact unless `full`."""
    shown = 0
    left_out = 0
    for row in progress.rows.values():
        if not row.is_shown:
            continue
        lines = changes.change_lines(row.telling, full=full)
        if not lines and not full:
            continue
        if shown >= COMPACT_MAX and not full:
            left_out += 1
            continue
        if not shown:
            yield Text("Changes:", style=HEADLINE)
        shown += 1
        label = LABELS[row.op]
        yield (
            Text("  ")
            .append(label.symbol, label.style)
            .append(f" {shown_type(row.type)} ({row.name}): ")
            .append(label.plan, label.style)
        )
        resource = row.telling.old or row.telling.new
        if full and resource is not None:
            yield Text(f"    [urn={row.urn}]", style="dim")
            if resource.id:
                yield Text(f"    [id={resource.id}]", style="dim")
        yield from lines
    if left_out:
        yield Text(f"  and {counted(left_out, 'more resource')}; --diff shows them all")
    if shown:
        yield Text()


def data_loss_section(progress: Progress) -> Iterator[Text]:
    """In red and in words: everything that would lose data, also when the table is long."""
    losses = [(row, data_loss(row.telling)) for row in progress.rows.values()]
    losses = [(row, loss) for row, loss in losses if loss]
    if losses:
        yield Text("Data loss:", style=DANGER)
    for row, loss in losses:
        yield Text(f"    {shown_type(row.type)} ({row.name}) {loss}", style=DANGER)
    if losses:
        yield Text()


def outputs_section(progress: Progress, outputs: Mapping[str, Value], *, planning: bool) -> Iterator[Text]:
    """The stack's outputs; in a preview of a stack that is there already, only what would change in them."""
    step = progress.stack_outputs
    stack = progress.rows.get(step.urn) if step is not None else None
    is_new = stack is None or stack.op is Op.CREATE
    old = step.old.outputs if step is not None and step.old is not None and not is_new else None
    new = step.new.outputs if step is not None and step.new is not None else outputs
    lines = changes.output_lines(old, new, only_changes=planning and old is not None)
    if lines:
        yield Text("Outputs:", style=HEADLINE)
        yield from lines
        yield Text()


def summary_section(summary: Summary) -> Iterator[Text]:
    """Pulumi's counts and duration. A preview that failed has no counts: they would tell half of it."""
    if summary.planning and summary.result == "failed":
        return
    yield Text("Resources:", style=HEADLINE)
    made = {op: summary.changes[op] for op in LABELS if op not in NOT_COUNTED and summary.changes.get(op)}
    for op, count in made.items():
        label = LABELS[op]
        what = f"to {op.value}" if summary.planning else label.done or op.value
        yield Text(f"    {label.symbol}{count} {what}", style=label.style)
    pieces = [counted(sum(made.values()), "change")] if len(made) > 1 else []
    if summary.changes.get(Op.SAME):
        pieces.append(f"{summary.changes[Op.SAME]} unchanged")
    if pieces:
        yield Text("    " + ". ".join(pieces))
    if not summary.planning:
        yield Text()
        yield Text("Duration:", style=HEADLINE).append(f" {_whole_seconds(summary.seconds)}", style="")


def closing_sections(progress: Progress, outputs: Mapping[str, Value], *, planning: bool, diff: bool) -> Iterator[Text]:
    """Everything below the rows, in Pulumi's order: changes, diagnostics, policies, outputs, counts."""
    if diff or planning:
        yield from changes_section(progress, full=diff)
    if planning:
        yield from data_loss_section(progress)
    yield from diagnostics_section(progress)
    yield from policies_section(progress)
    failed = progress.summary is not None and progress.summary.result == "failed"
    if not (planning and failed):
        yield from outputs_section(progress, outputs, planning=planning)
    if progress.summary is not None:
        yield from summary_section(progress.summary)
    if planning and not failed and (cost := monthly_change(progress)):
        yield Text(f"    {change_text(cost)}")


def cancelled_lines(progress: Progress, command: str) -> Iterator[Text]:
    """What a cancelled run leaves behind, and how to go on."""
    unfinished = [row for row in progress.running.values() if not row.is_stack]
    yield Text()
    yield Text(f"The run was cancelled: {counted(progress.done_count, 'step')} done, {progress.failed_count} failed.")
    for row in unfinished[:20]:
        yield Text(f"  not finished: {shown_type(row.type)} ({row.name}) {LABELS[row.op].doing}", style="yellow")
    if len(unfinished) > 20:
        yield Text(f"  and {len(unfinished) - 20} more")
    yield Text(f"What was done is in the state; `tap {command}` goes on from there, `tap status` shows it.")


def latest_message(progress: Progress) -> list[Text]:
    """The newest diagnostic, two lines of it at most, for a view that shows the others only at the end."""
    for diagnostic in reversed(progress.diagnostics):
        if diagnostic.severity != "debug":
            style = SEVERITY_STYLES.get(diagnostic.severity, "")
            return [Text(line, style) for line in diagnostic.message.strip().splitlines()[:2]]
    return []


def interruption_sections(progress: Progress, command: str, error: BaseException) -> Iterator[Text]:
    """What is still to be said of a run that ended in an error of its own."""
    yield from diagnostics_section(progress)
    if isinstance(error, CancelledError):
        yield from cancelled_lines(progress, command)


def progress_text(progress: Progress, now: float) -> str:
    """One line for a live view and for the heartbeat: `12s, 43 done, 4 in flight`."""
    busy = sum(not row.is_stack for row in progress.running.values())
    parts = [shown_seconds(now - progress.started), f"{progress.ended_count} done", f"{busy} in flight"]
    if progress.failed_count:
        parts.append(f"{progress.failed_count} failed")
    return ", ".join(parts)


def busiest(rows: Iterable[Row], limit: int) -> list[Row]:
    """The rows that have been in flight longest; the stack's own left out."""
    return nsmallest(limit, (row for row in rows if not row.is_stack), key=lambda row: row.began)


def _whole_seconds(seconds: float) -> str:
    whole = ceil(seconds)
    return f"{whole}s" if whole < 60 else f"{whole // 60}m{whole % 60}s"
