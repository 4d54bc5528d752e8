"""What changes in the properties of a resource: decided purely, and written as Pulumi writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from tap.cli.views.labels import LABELS
from tap.cli.views.shown_values import SECRET, bare, is_secret, scalar_text
from tap.engine import property_path
from tap.engine.model import Op, Step
from tap.engine.values import UNKNOWN, Properties, Value

LONG = 120
"""Characters of one value that a compact diff shows."""

_ABSENT: Any = object()
_STYLES = {"+": "green", "-": "red", "~": "yellow", " ": ""}
_FULL = frozenset({Op.CREATE, Op.CREATE_REPLACEMENT, Op.IMPORT, Op.READ})


@dataclass(frozen=True, slots=True)
class Change:
    """One top-level property that differs. `old` or `new` is absent for one that was added or removed."""

    key: str
    old: Value
    new: Value
    forces_replacement: bool = False

    @property
    def symbol(self) -> str:
        return "+" if self.old is _ABSENT else "-" if self.new is _ABSENT else "~"


def property_changes(step: Step) -> list[Change]:
    """What an update, a replacement or a refresh changes. Names that begin with `__` are the SDK's own bookkeeping."""
    if step.old is None or step.new is None:
        return []
    if step.op is Op.REFRESH:
        before, after = step.old.outputs, step.new.outputs
    else:
        before, after = step.old.inputs, step.new.inputs
    told = {str(property_path.parse(path)[0]): kind.replaces for path, kind in step.detailed_diff.items()}
    keys = [*told, *step.diffs, *step.keys] or [*after, *before]
    changes = []
    for key in dict.fromkeys(keys):
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if _same(old, new) and key in told:
            # The provider compared with what the cloud said, which is in the outputs.
            old = step.old.outputs.get(key, _ABSENT)
        if not _same(old, new) and not key.startswith("__"):
            changes.append(Change(key, old, new, told.get(key, False) or key in step.keys))
    return changes


def changes_info(step: Step) -> str:
    """The short form for the Info column: `[diff: +added,~changed,-removed]`."""
    changes = property_changes(step)
    return f"[diff: {','.join(change.symbol + change.key for change in changes)}]" if changes else ""


def change_lines(step: Step, *, full: bool, indent: int = 4) -> list[Text]:
    """The property diff. `full`: also every property of what is created or deleted, and no value cut short."""
    writer = _Writer(limit=None if full else LONG)
    if step.op in _FULL or (step.new is not None and step.old is None):
        lines = writer.properties("+", step.new.inputs, indent) if full and step.new is not None else iter(())
    elif step.new is None or step.op in (Op.DELETE, Op.DELETE_REPLACED):
        lines = writer.properties("-", step.old.inputs, indent) if full and step.old is not None else iter(())
    else:
        lines = writer.changes(property_changes(step), indent)
    return list(lines)


def output_lines(old: Properties | None, new: Properties, *, only_changes: bool, indent: int = 4) -> list[Text]:
    """The stack's outputs, compared with the ones before where there are any."""
    writer = _Writer(limit=None)
    lines: list[Text] = []
    for key in sorted({**(old or {}), **new}):
        before, after = (old or {}).get(key, _ABSENT), new.get(key, _ABSENT)
        if old is not None and not _same(before, after):
            lines += writer.change(key, before, after, indent)
        elif not only_changes:
            lines += writer.value(" ", key, after, indent)
    return lines


def heading(step: Step, op: Op, indent: int = 4) -> Text:
    """`~ aws:ec2/vpc:Vpc: (update)`, with the id below it in Pulumi's form."""
    label = LABELS[op]
    return Text(f"{' ' * indent}{label.symbol}{step.type}: ({op.value})", style=label.style)


def _same(old: Value, new: Value) -> bool:
    if old is _ABSENT or new is _ABSENT:
        return old is new
    return bool(bare(old) == bare(new)) and old is not UNKNOWN and new is not UNKNOWN


def _structure(value: Value) -> tuple[Value, str]:
    """The value and a mark: a string that holds a JSON object or list is taken apart, as policies are."""
    value = bare(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value), "(json) "
        except ValueError:
            return value, ""
    return value, ""


@dataclass(frozen=True, slots=True)
class _Writer:
    limit: int | None

    def properties(self, symbol: str, properties: Properties, indent: int) -> Iterator[Text]:
        for key, value in sorted(properties.items()):
            if not key.startswith("__"):
                yield from self.value(symbol, key, value, indent)

    def changes(self, changes: Iterable[Change], indent: int) -> Iterator[Text]:
        for change in changes:
            note = "  (forces replacement)" if change.forces_replacement else ""
            yield from self.change(change.key, change.old, change.new, indent, note)

    def change(self, key: str, old: Value, new: Value, indent: int, note: str = "") -> Iterator[Text]:
        if old is _ABSENT or new is _ABSENT:
            symbol, value = ("+", new) if old is _ABSENT else ("-", old)
            yield from self.value(symbol, key, value, indent, note)
            return
        before, mark = _structure(old)
        after, _ = _structure(new)
        nested = type(before) is type(after) and isinstance(after, (dict, list))
        if nested and not is_secret(old) and not is_secret(new):
            pairs = _pairs(before, after)
            opening, closing = "{}" if isinstance(after, dict) else "[]"
            yield self._line("~", f"{key}: {mark}{opening}{note}", indent)
            for inner, one, other in pairs:
                yield from self.change(inner, one, other, indent + 4)
            yield self._line(" ", closing, indent)
            return
        hidden = is_secret(old) or is_secret(new)
        shown = [SECRET if hidden else self.scalar(value) for value in (old, new)]
        yield self._line("~", f"{key}: {shown[0]} => {shown[1]}{note}", indent)

    def value(self, symbol: str, key: str, value: Value, indent: int, note: str = "") -> Iterator[Text]:
        taken_apart, mark = _structure(value)
        if is_secret(value) or not isinstance(taken_apart, (dict, list)) or not taken_apart:
            yield self._line(symbol, f"{key}: {self.scalar(value)}{note}", indent)
            return
        opening, closing = "{}" if isinstance(taken_apart, dict) else "[]"
        yield self._line(symbol, f"{key}: {mark}{opening}{note}", indent)
        for inner, _, item in _pairs(None, taken_apart):
            yield from self.value(symbol, inner, item, indent + 4)
        yield self._line(symbol if symbol == " " else " ", closing, indent)

    def scalar(self, value: Value) -> str:
        if is_secret(value):
            return SECRET
        text = scalar_text(bare(value))
        if self.limit is not None and len(text) > self.limit:
            return f"{text[: self.limit]}... ({len(text)} characters)"
        return text

    def _line(self, symbol: str, text: str, indent: int) -> Text:
        return Text(f"{' ' * indent}{symbol} {text}" if symbol != " " else f"{' ' * indent}{text}", _STYLES[symbol])


def _pairs(old: Value, new: Value) -> Iterator[tuple[str, Value, Value]]:
    """(label, old, new) of the members that differ; with `old` None, of all."""
    if isinstance(new, dict):
        before = {} if old is None else old
        keys: Iterable[Any] = sorted({**before, **new})
        members = ((str(key), before.get(key, _ABSENT), new.get(key, _ABSENT)) for key in keys)
    else:
        listed = [] if old is None else old
        members = (
            (f"[{i}]", listed[i] if i < len(listed) else _ABSENT, new[i] if i < len(new) else _ABSENT)
            for i in range(max(len(listed), len(new)))
        )
    return (member for member in members if not _same(member[1], member[2]))
