"""The words, symbols and colours of steps: Pulumi's, because users read and search for them."""

from __future__ import annotations

from dataclasses import dataclass

from tap.engine.model import Op


@dataclass(frozen=True, slots=True)
class Label:
    """How one kind of step is shown: two characters, a rich style, and its verb in three forms."""

    symbol: str
    style: str
    plan: str
    doing: str
    done: str


LABELS = {
    Op.SAME: Label("  ", "", "", "", ""),
    Op.CREATE: Label("+ ", "green", "create", "creating", "created"),
    Op.UPDATE: Label("~ ", "yellow", "update", "updating", "updated"),
    Op.DELETE: Label("- ", "red", "delete", "deleting", "deleted"),
    Op.REPLACE: Label("+-", "magenta", "replace", "replacing", "replaced"),
    Op.CREATE_REPLACEMENT: Label("++", "green", "create replacement", "creating replacement", "created replacement"),
    Op.DELETE_REPLACED: Label("--", "red", "delete original", "deleting original", "deleted original"),
    Op.READ: Label("> ", "cyan", "read", "reading", "read"),
    Op.READ_REPLACEMENT: Label(">>", "cyan", "read for replacement", "reading for replacement", "read for replacement"),
    Op.READ_DISCARD: Label("< ", "cyan", "discard", "discarding", "discarded"),
    Op.DISCARD_REPLACED: Label("<<", "cyan", "discard original", "discarding original", "discarded original"),
    Op.REFRESH: Label("~ ", "yellow", "refresh", "refreshing", ""),
    Op.REMOVE_PENDING_REPLACE: Label("~ ", "yellow", "finish replacement", "finishing replacement", "replaced"),
    Op.IMPORT: Label("= ", "cyan", "import", "importing", "imported"),
    Op.IMPORT_REPLACEMENT: Label("=>", "cyan", "import replacement", "importing replacement", "imported replacement"),
}

NOT_COUNTED = frozenset({Op.SAME, Op.READ, Op.READ_REPLACEMENT, Op.READ_DISCARD})
"""Steps that change nothing: Pulumi's summary leaves them out of its list of changes."""

HEADLINE = "bold bright_magenta"
DANGER = "bold red"
SEVERITY_STYLES = {"error": DANGER, "warning": "yellow", "info": "", "info#err": "", "debug": "dim"}

TITLES = {
    "preview": "Previewing update",
    "up": "Updating",
    "refresh": "Refreshing",
    "destroy": "Destroying",
    "import": "Importing",
}
PREVIEW_TITLES = {
    "up": "Previewing update",
    "refresh": "Previewing refresh",
    "destroy": "Previewing destroy",
    "import": "Previewing import",
}


def title(command: str, stack: str, *, planning: bool) -> str:
    """The first line of a run, `Updating (dev):`."""
    titles = PREVIEW_TITLES if planning else TITLES
    return f"{titles.get(command, TITLES[command])} ({stack}):"


def shown_type(type: str) -> str:
    """A type as Pulumi shows it: `aws:ec2/vpc:Vpc` is `aws:ec2:Vpc`."""
    parts = type.split(":")
    if len(parts) == 3 and "/" in parts[1]:
        module, _, file = parts[1].rpartition("/")
        if file == parts[2][:1].lower() + parts[2][1:]:
            return f"{parts[0]}:{module}:{parts[2]}"
    return type


def shown_seconds(seconds: float) -> str:
    """A duration for a narrow column: 0s, 0.4s, 12s, 2m05s."""
    if seconds < 0.05:
        return "0s"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    return f"{whole}s" if whole < 60 else f"{whole // 60}m{whole % 60:02d}s"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
