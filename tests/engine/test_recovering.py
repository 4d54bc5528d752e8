"""With a provider that finds its creations again, nothing is lost in a crash: what was begun is found out."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap.engine.model import Mark
from tap.engine.provider import ProviderError, ReadResult
from tap.engine.recovering import UnresolvedError
from tap.engine.values import Properties
from tests.engine.golden.fake_provider import FakeProvider, Fault
from tests.engine.golden.runner import KILLED, Stack
from tests.engine.test_properties import Version, orphans, run, versions


class FindingProvider(FakeProvider):
    """Puts the mark on what it makes, as a tag would."""

    def create(self, urn: str, *arguments: Any, mark: Mark | None = None, **named: Any) -> Any:
        before = set(self.cloud.entries)
        try:
            return super().create(urn, *arguments, mark=mark, **named)
        finally:
            # Another thread's may be among them; it has its own mark put on when it is through.
            for id in set(self.cloud.entries) - before:
                if mark is not None and self.cloud.entries[id]["name"] == urn.rpartition("::")[2]:
                    self.cloud.entries[id]["mark"] = mark.text

    def find_created(self, urn: str, inputs: Properties, mark: Mark) -> ReadResult | None:
        self.cloud.called("FindCreated", urn=urn)
        for id, entry in self.cloud.entries.items():
            if entry.get("mark") == mark.text:
                return ReadResult(id, inputs, {**entry["inputs"], "id_echo": id})
        return None


class DeafProvider(FindingProvider):
    """Can not be asked."""

    def find_created(self, urn: str, inputs: Properties, mark: Mark) -> ReadResult | None:
        raise ProviderError("no answer from the cloud")


def stack_of(provider: type[FakeProvider] = FindingProvider, parallel: int = 1) -> Stack:
    return Stack(parallel=parallel, provider=provider)


def killed(
    stack: Stack, items: list[dict[str, Any]], method: str, name: str, fault: Fault = Fault.KILLED_AFTER
) -> None:
    """A run that is killed in the middle of this call."""
    signal = {"on": {"method": method, "name": name}} if fault is Fault.KILLED_AFTER else None
    stack.cloud.fault, stack.cloud.fault_in = (None, 0) if signal else (fault, 1)
    got = stack.play({"command": "up", "program": items} | ({"signal": signal} if signal else {}))
    stack.cloud.fault = None
    assert got["exit_code"] == KILLED


def thing(name: str = "a", **inputs: Any) -> dict[str, Any]:
    return {"name": name, "inputs": inputs, "options": {}}


def steps(got: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [(step["op"], step["urn"].rpartition("::")[2]) for step in got["steps"]]
    return [(op, name) for op, name in shown if name in "abcdef"]


def calls(got: dict[str, Any], *methods: str) -> list[str]:
    return [call["method"] for call in got["calls"] if call["method"] in methods]


def test_what_was_made_is_taken_into_the_state_and_not_made_again() -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a")
    got = stack.play({"command": "up"})

    assert steps(got) == [("same", "a")]
    assert calls(got, "FindCreated", "Create") == ["FindCreated"]
    assert got["state"]["pending_operations"] == []
    assert [each["message"] for each in got["diagnostics"] if each["severity"] == "info"] == [
        "an earlier run was interrupted while it created this; it was made and is a-1"
    ]
    assert not [each for each in got["diagnostics"] if each["severity"] == "warning"]


def test_what_was_not_made_is_forgotten_and_made() -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a", Fault.KILLED_BEFORE)
    got = stack.play({"command": "up"})

    assert steps(got) == [("create", "a")]
    assert len(stack.cloud.entries) == 1
    assert got["state"]["pending_operations"] == []


class LateProvider(FindingProvider):
    """What a killed run has sent is carried out after the next run has looked for it."""

    late: ClassVar[list[Mark]] = []

    def create(self, urn: str, *arguments: Any, mark: Mark | None = None, **named: Any) -> Any:
        if mark is not None and mark.sent_before:
            self.late.append(mark)
        return super().create(urn, *arguments, mark=mark, **named)


def test_what_was_not_made_so_far_is_made_with_the_same_mark_for_it_may_still_come() -> None:
    stack = stack_of(LateProvider)
    LateProvider.late.clear()
    killed(stack, [thing(color="red")], "Create", "a", Fault.KILLED_BEFORE)
    [begun] = [each.mark for each in stack.checkpoint.pending]
    killed(stack, [thing(color="red")], "Create", "a", Fault.KILLED_BEFORE)
    [begun_again] = [each.mark for each in stack.checkpoint.pending]
    stack.play({"command": "up"})

    assert begun is not None
    assert begun_again is not None
    assert begun.text == begun_again.text
    assert {mark.text for mark in LateProvider.late} == {begun.text}


def test_a_run_that_does_not_get_to_making_it_leaves_it_to_the_next_one() -> None:
    stack = stack_of(LateProvider)
    LateProvider.late.clear()
    killed(stack, [thing(color="red")], "Create", "a", Fault.KILLED_BEFORE)
    [begun] = [each.mark for each in stack.checkpoint.pending]
    first = {"name": "z", "inputs": {}, "options": {}}
    after = {"name": "a", "inputs": {"color": "red"}, "options": {"dependsOn": ["z"]}}
    stack.cloud.fault, stack.cloud.fault_in = Fault.ERROR, 1
    failed = stack.play({"command": "up", "program": [first, after]})
    stack.cloud.fault = None
    left = [(each.resource.urn.rpartition("::")[2], each.mark) for each in stack.checkpoint.pending]
    got = stack.play({"command": "up", "program": [first, after]})

    assert failed["exit_code"] != 0
    assert begun is not None
    assert [(name, mark.text if mark else "") for name, mark in left] == [("a", begun.text)]
    assert [mark.text for mark in LateProvider.late] == [begun.text]
    assert got["state"]["pending_operations"] == []


def test_a_destroy_that_failed_when_the_provider_was_gone_does_not_block_the_next_run() -> None:
    stack = stack_of()
    other = {"name": "p", "provider": True, "inputs": {"region": "r1"}}
    kept = {"name": "b", "inputs": {}, "options": {"provider": "p"}}
    stack.play({"command": "up", "program": [other, kept]})
    killed(stack, [thing(color="red"), other, kept], "Create", "a", Fault.KILLED_BEFORE)
    stack.cloud.fault, stack.cloud.fault_in = Fault.ERROR, 1
    failed = stack.play({"command": "destroy", "flags": ["--continue-on-error"]})
    stack.cloud.fault = None
    got = stack.play({"command": "destroy"})

    assert failed["exit_code"] != 0
    assert got["exit_code"] == 0
    assert stack.checkpoint.resources == ()
    assert stack.checkpoint.pending == ()


def test_what_was_not_made_and_is_not_wanted_any_more_is_forgotten_by_a_run_that_succeeds() -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a", Fault.KILLED_BEFORE)
    stack.play({"command": "up", "program": []})

    assert stack.checkpoint.pending == ()


@pytest.mark.parametrize("command", ["destroy", "refresh"])
def test_destroy_and_refresh_know_of_it_too(command: str) -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a")
    stack.play({"command": command})

    assert orphans(stack) == []
    assert len(stack.cloud.entries) == (0 if command == "destroy" else 1)
    assert stack.checkpoint.pending == ()


def test_a_preview_only_looks() -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a")
    before = stack.file
    got = stack.play({"command": "preview"})

    assert calls(got, "FindCreated") == []
    assert stack.file == before


@pytest.mark.parametrize("delete_first", [True, False])
def test_the_new_half_of_a_replacement_is_taken_on_and_the_old_one_goes(delete_first: bool) -> None:
    stack = stack_of()
    user = {"name": "b", "inputs": {"of": {"$ref": "a.id"}}, "options": {}}
    stack.play({"command": "up", "program": [thing(fixedZone="1", dbr=delete_first), user]})
    killed(stack, [thing(fixedZone="2", dbr=delete_first), user], "Create", "a")
    got = stack.play({"command": "up"})

    assert calls(got, "Create") == []
    assert sorted(entry["name"] for entry in stack.cloud.entries.values()) == ["a", "b"]
    assert orphans(stack) == []
    assert {step["op"] for step in stack.play({"command": "preview"})["steps"]} == {"same"}
    made = next(id for id, entry in stack.cloud.entries.items() if entry["name"] == "a")
    assert [entry["inputs"]["of"] for entry in stack.cloud.entries.values() if entry["name"] == "b"] == [made]


def test_an_update_that_was_done_and_not_written_down_does_not_hide() -> None:
    """The state still says red and the program says red again, but the cloud has blue."""
    stack = stack_of()
    stack.play({"command": "up", "program": [thing(color="red")]})
    killed(stack, [thing(color="blue")], "Update", "a")
    got = stack.play({"command": "up", "program": [thing(color="red")]})

    assert steps(got) == [("update", "a")]
    assert [entry["inputs"] for entry in stack.cloud.entries.values()] == [{"color": "red"}]


def test_what_was_deleted_and_not_written_down_is_gone() -> None:
    stack = stack_of()
    stack.play({"command": "up", "program": [thing(color="red"), thing("b")]})
    killed(stack, [thing("b")], "Delete", "a")
    got = stack.play({"command": "up", "program": [thing(color="red"), thing("b")]})

    assert steps(got) == [("create", "a"), ("same", "b")]
    assert orphans(stack) == []


def test_where_nobody_can_be_asked_nothing_is_begun_and_nothing_forgotten() -> None:
    stack = stack_of()
    killed(stack, [thing(color="red")], "Create", "a")
    stack.provider = DeafProvider
    with pytest.raises(UnresolvedError, match=r"cannot find out what became of .*::a, .*: no answer from the cloud"):
        stack.play({"command": "up"})
    stack.provider = FindingProvider
    got = stack.play({"command": "up"})

    assert steps(got) == [("same", "a")]
    assert orphans(stack) == []


def test_a_provider_that_can_not_tell_is_warned_of_as_pulumi_does() -> None:
    stack = stack_of(FakeProvider)
    killed(stack, [thing(color="red")], "Create", "a")
    got = stack.play({"command": "up"})

    assert steps(got) == [("create", "a")]
    assert "1 pending operations" in got["diagnostics"][0]["message"]
    assert len(got["state"]["pending_operations"]) == 1


@settings(max_examples=100)
@given(st.lists(versions, min_size=1, max_size=4), st.sampled_from([1, 4]))
def test_after_kills_faults_and_edits_nothing_is_lost_at_all(history: list[Version], parallel: int) -> None:
    stack = stack_of(parallel=parallel)
    for version in history:
        run(stack, version)
    final = run(stack, Version(history[-1].items, None, 0))
    again = stack.play({"command": "preview"})

    assert final["exit_code"] == 0, final["diagnostics"]
    assert {step["op"] for step in again["steps"]} == {"same"}, again["steps"]
    assert orphans(stack) == []
    assert stack.checkpoint.pending == ()
    things = [each for each in stack.checkpoint.resources if each.type == "fake:index:Thing"]
    assert Counter(each.id for each in things) == Counter(list(stack.cloud.entries))
    assert {each.id: dict(each.inputs) for each in things} == {
        id: entry["inputs"] for id, entry in stack.cloud.entries.items()
    }
