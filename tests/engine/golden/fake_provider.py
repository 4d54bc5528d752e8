"""The made-up provider of the golden cases: tests/golden/README.md says what each call does."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from tap.engine.model import DiffKind, Mark
from tap.engine.provider import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    PartialFailureError,
    ProviderError,
    ReadResult,
)
from tap.engine.urn import name_of
from tap.engine.values import UNKNOWN, Properties


class Fault(StrEnum):
    """What goes wrong with one call."""

    ERROR = "error"
    """It fails and has done nothing."""
    PARTIAL = "partial"
    """It has done its work and fails all the same (of Create and Update; else it is an error)."""
    KILLED_BEFORE = "killed-before"
    KILLED_AFTER = "killed-after"


class KilledError(BaseException):
    """The process is gone in the middle of a call: nobody handles this, as nobody handles a SIGKILL."""


@dataclass
class Cloud:
    """What the provider manages, and every call that was made of it. Outlives the runs of a case."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    kill_on: tuple[str, str] | None = None
    fault: Fault | None = None
    fault_in: int = 0
    """How many effective calls (Create, Update, Delete) it takes until the fault: 1 is the next one."""
    counter: count[int] = field(default_factory=lambda: count(1))

    def called(self, method: str, **details: Any) -> None:
        self.calls.append({"method": method, **details})

    def begin(self, method: str) -> Fault | None:
        """An effective call begins: the fault that is due after it has done its work. Raises the one due before."""
        self.fault_in -= 1
        if self.fault_in != 0 or self.fault is None:
            return None
        if self.fault is Fault.KILLED_BEFORE:
            raise KilledError
        if self.fault is Fault.ERROR or (self.fault is Fault.PARTIAL and method == "Delete"):
            raise ProviderError(f"told to fail {method}")
        return self.fault

    def end(self, fault: Fault | None, method: str, name: str) -> None:
        """The call has done its work."""
        if fault is Fault.KILLED_AFTER or self.kill_on == (method, name):
            raise KilledError

    def edit(self, edit: dict[str, Any]) -> None:
        """Change the cloud behind the engine's back."""
        match edit["op"]:
            case "add":
                self.entries[edit["id"]] = {"name": edit.get("name", edit["id"]), "inputs": edit.get("inputs", {})}
            case "remove":
                del self.entries[edit["id"]]
            case "set":
                self.entries[edit["id"]]["inputs"][edit["key"]] = edit["value"]
            case "unset":
                del self.entries[edit["id"]]["inputs"][edit["key"]]


class FakeProvider:
    """One instance over a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult:
        self.cloud.called("CheckConfig", urn=urn, news=dict(news))
        return CheckResult(news)

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> DiffResult:
        self.cloud.called("DiffConfig", urn=urn, oldInputs=dict(old_inputs), news=dict(news))
        return _compared(old_inputs, news)

    def configure(self, inputs: Properties) -> None:
        self.cloud.called("Configure", args=dict(inputs))

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        self.cloud.called("Check", urn=urn, olds=dict(olds), news=dict(news))
        failures = (CheckFailure("failCheck", "told to fail the check"),) if news.get("failCheck") is True else ()
        return CheckResult(news, failures)

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult:
        ignored = {"ignoreChanges": list(ignore_changes)} if ignore_changes else {}
        self.cloud.called("Diff", urn=urn, id=id, oldInputs=dict(old_inputs), news=dict(news), **ignored)
        return _compared(old_inputs, news)

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        self.cloud.called("Create", urn=urn, inputs=dict(inputs), preview=preview, **_timed(timeout))
        if preview:
            return CreateResult("", {**inputs, "id_echo": UNKNOWN})
        name = name_of(urn)
        fault = self.cloud.begin("Create")
        if inputs.get("failCreate"):
            raise ProviderError(f"told to fail the creation of {name}")
        id = f"{name}-{next(self.cloud.counter)}"
        self.cloud.entries[id] = {"name": name, "inputs": dict(inputs)}
        self.cloud.end(fault, "Create", name)
        outputs = {**inputs, "id_echo": id}
        if inputs.get("failInit") or fault:
            raise PartialFailureError(
                f"{name} was created but did not become ready", id=id, inputs=inputs, outputs=outputs
            )
        return CreateResult(id, outputs)

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        self.cloud.called("Read", urn=urn, id=id)
        entry = self.cloud.entries.get(id)
        if entry is None:
            return None
        return ReadResult(id, dict(entry["inputs"]), {**entry["inputs"], "id_echo": id})

    def update(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        *,
        preview: bool,
        ignore_changes: tuple[str, ...] = (),
    ) -> Properties:
        details = {"id": id, "oldInputs": dict(old_inputs), "inputs": dict(news), "preview": preview}
        self.cloud.called("Update", urn=urn, **details, **_timed(timeout))
        outputs = {**news, "id_echo": id}
        if preview:
            return outputs
        name = name_of(urn)
        fault = self.cloud.begin("Update")
        if news.get("failUpdate"):
            raise ProviderError(f"told to fail the update of {name}")
        self.cloud.entries[id] = {"name": name, "inputs": dict(news)}
        self.cloud.end(fault, "Update", name)
        if news.get("failInit") or fault:
            raise PartialFailureError(
                f"{name} was updated but did not become ready", id=id, inputs=news, outputs=outputs
            )
        return outputs

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        self.cloud.called("Delete", urn=urn, id=id, outputs=dict(outputs), **_timed(timeout))
        if self.cloud.entries.get(id, {"inputs": {}})["inputs"].get("failDelete") is True:
            raise ProviderError(f"told to fail the deletion of {name_of(urn)}")
        fault = self.cloud.begin("Delete")
        self.cloud.entries.pop(id, None)
        self.cloud.end(fault, "Delete", name_of(urn))

    def invoke(self, token: str, arguments: Properties) -> Properties:
        self.cloud.called("Invoke", token=token, arguments=dict(arguments))
        return dict(arguments)

    def cancel(self) -> None:
        """Nothing here waits."""


def _timed(seconds: float) -> dict[str, float]:
    return {"timeout": seconds} if seconds else {}


def _compared(olds: Properties, news: Properties) -> DiffResult:
    detailed: dict[str, DiffKind] = {}
    for key in sorted({*olds, *news}):
        if key in olds and key in news and olds[key] == news[key]:
            continue
        kind = "add" if key not in olds else "delete" if key not in news else "update"
        detailed[key] = DiffKind(f"{kind}-replace" if key.startswith("fixed") else kind)
    diffs = tuple(detailed)
    replaces = tuple(key for key in diffs if key.startswith("fixed"))
    return DiffResult(bool(diffs), replaces, diffs, detailed, delete_before_replace=news.get("dbr") is True)
