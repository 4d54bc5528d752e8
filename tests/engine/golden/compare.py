"""What must agree with a recording, and what may differ: tests/golden/README.md, "What is incidental"."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

DELETES = ("delete", "delete-replaced", "remove-pending-replace", "discard", "discard-replaced")
EFFECTS = ("Create", "Update", "Delete", "Read")
NOT_OURS = "resource plugin fake is expected to have version"
"""Said by the loader of plugins, which an engine with providers of its own has not."""

Entry = Mapping[str, Any]


def differences(got: Entry, want: Entry, before: Sequence[Entry]) -> list[str]:
    """What disagrees, in words; nothing if all is well. `before`: the resources of the state before the run."""
    found = []

    def expect(what: str, ours: Any, theirs: Any) -> None:
        if ours != theirs:
            found.append(f"{what}:\n    got  {_text(ours)}\n    want {_text(theirs)}")

    expect("exit code", got["exit_code"], want["exit_code"])
    if want["summary"] is not None:
        expect("changes", got["changes"], want["summary"]["changes"])
    ours, theirs = _steps(got["steps"]), _steps(want["steps"])
    expect("refreshes", _sorted(ours.refreshes), _sorted(theirs.refreshes))
    expect("steps", ours.ordered, theirs.ordered)
    expect("deletes at the end", _sorted(ours.deletes), _sorted(theirs.deletes))
    for title, mine, pulumis in zip(_CALL_TITLES, _calls(got["calls"]), _calls(want["calls"]), strict=True):
        expect(title, mine, pulumis)
    expect("diagnostics", _diagnostics(got["diagnostics"]), _diagnostics(want["diagnostics"]))
    for key in ("outputs", "cloud"):
        expect(key, got[key], want[key])
    expect("pending operations", got["state"]["pending_operations"], want["state"]["pending_operations"])
    expect("order of the state", _urns(got["state"]["resources"]), _urns(want["state"]["resources"]))
    for mine, pulumis in zip(got["state"]["resources"], want["state"]["resources"], strict=False):
        expect(f"state of {pulumis['urn']}", _unordered(mine), _unordered(pulumis))
    return found + _disorder(ours.deletes, before)


class _Steps(NamedTuple):
    """Refreshes and the deletes at the end have no order among equals; everything between has one."""

    refreshes: list[Entry]
    ordered: list[Entry]
    deletes: list[Entry]


def _steps(steps: Sequence[Entry]) -> _Steps:
    refreshes = [step for step in steps if step["op"] == "refresh" or step.get("onlyOutcome")]
    ordered = [step for step in steps if step not in refreshes]
    end = len(ordered)
    while end and ordered[end - 1]["op"] in DELETES:
        end -= 1
    return _Steps(refreshes, ordered[:end], ordered[end:])


_CALL_TITLES = (
    "calls that touch the cloud",
    "reads at the beginning, deletes at the end",
    "checks and diffs",
    "checks and diffs of providers",
)


def _calls(calls: Sequence[Entry]) -> tuple[list[Entry], list[Entry], dict[str, list[Entry]], list[Entry]]:
    effects = [call for call in calls if call["method"] in EFFECTS]
    loose: list[Entry] = []
    while effects and effects[-1]["method"] == "Delete":
        loose.append(effects.pop())
    while effects and effects[0]["method"] == "Read":
        loose.append(effects.pop(0))
    decisions: dict[str, list[Entry]] = defaultdict(list)
    for call in calls:
        if call["method"] in ("Check", "Diff") and not _is_needless(call):
            decisions[call["urn"]].append(call)
    # Configure is left out: Pulumi configures providers whose calls then turn out not to be needed.
    configuration = [call for call in calls if call["method"] in ("CheckConfig", "DiffConfig")]
    return effects, _sorted(loose), dict(decisions), _sorted(configuration)


def _is_needless(call: Entry) -> bool:
    """A refresh of Pulumi's asks for the difference of what did not change, too, and makes nothing of the answer."""
    return call["method"] == "Diff" and call["oldInputs"] == call["news"]


def _diagnostics(diagnostics: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """Severity, resource, text; of a traceback only its first and its last line's meaning."""
    found = []
    for diagnostic in diagnostics:
        message = diagnostic["message"]
        if message.startswith(NOT_OURS):
            continue
        if message.startswith("Program failed with an unhandled exception"):
            message = message.partition("\n")[0] + message.rpartition(": ")[2].rpartition("\n")[2]
        found.append((diagnostic["severity"], diagnostic.get("urn", ""), message.strip()))
    return sorted(found)


def _disorder(steps: Sequence[Entry], before: Sequence[Entry]) -> list[str]:
    """Deletes that came before the delete of something that hangs on them."""
    position: dict[str, int] = {}
    for index, step in enumerate(steps):
        if step["op"] in DELETES:
            position.setdefault(step["urn"], index)
    found = []
    for resource in before:
        needed = [resource.get("parent", ""), resource.get("deletedWith", ""), *resource.get("dependencies", [])]
        needed.append(resource.get("provider", "").rpartition("::")[0])
        for urn in needed:
            if resource["urn"] in position and position.get(urn, len(steps)) < position[resource["urn"]]:
                found.append(f"{urn} was deleted before {resource['urn']}, which hangs on it")
    return found


def _unordered(resource: Entry) -> Entry:
    """The SDK sends dependencies in the order of a set, which is another one in every process."""
    sets: dict[str, Any] = {}
    if "dependencies" in resource:
        sets["dependencies"] = sorted(resource["dependencies"])
    if "propertyDependencies" in resource:
        sets["propertyDependencies"] = {key: sorted(urns) for key, urns in resource["propertyDependencies"].items()}
    return {**resource, **sets}


def _urns(resources: Iterable[Entry]) -> list[str]:
    return [resource["urn"] + (" (delete)" if resource.get("delete") else "") for resource in resources]


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))


def _text(value: Any) -> str:
    return json.dumps(value, default=str)
