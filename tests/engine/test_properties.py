"""Whatever the program, its edits and the faults of the cloud: nothing is lost, and a clean run puts all right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.golden.fake_provider import Fault
from tests.engine.golden.program import Item
from tests.engine.golden.runner import Stack

RESOURCES, COMPONENTS = 5, 2


@dataclass(frozen=True)
class Version:
    """A program, and what goes wrong when it is run: the fault comes at that effective call."""

    items: list[Item]
    fault: Fault | None
    fault_in: int


@st.composite
def programs(draw: st.DrawFn, *, protect: bool = False) -> list[Item]:
    """Things and components that hang on each other in every way; the order is another one each time."""
    order = draw(st.permutations([f"r{n}" for n in range(RESOURCES)] + [f"k{n}" for n in range(COMPONENTS)]))
    present = draw(st.sets(st.sampled_from(order), min_size=1))
    items: list[dict[str, Any]] = []
    if draw(st.booleans()):
        items.append({"name": "p", "provider": True, "inputs": draw(provider_inputs), "options": {}})
    for identity in [name for name in order if name in present]:
        components = [item["name"] for item in items if item.get("component")]
        things = [item["name"] for item in items if not item.get("component") and not item.get("provider")]
        item: dict[str, Any] = {"name": identity}
        if components and draw(st.booleans()):
            item["parent"] = draw(st.sampled_from(components))
        options: dict[str, Any] = {}
        if identity.startswith("k"):
            item["component"] = True
        else:
            item["inputs"] = draw(inputs(things))
            options |= draw(thing_options(things, protect=protect))
            if items and items[0].get("provider") and draw(st.integers(0, 3)) == 0:
                options["provider"] = "p"
        if things and draw(st.integers(0, 3)) == 0:
            options["dependsOn"] = [draw(st.sampled_from(things))]
        if draw(st.integers(0, 3)) == 0:
            # Under its other name, and known by the first one or not.
            item["name"] = f"{identity}x"
            if draw(st.booleans()):
                options["aliases"] = [{"name": identity}]
        elif draw(st.booleans()):
            options["aliases"] = [{"name": f"{identity}x"}]
        items.append({**item, "options": options})
    return items


provider_inputs = st.fixed_dictionaries(
    {"region": st.sampled_from(["r1", "r2"])}, optional={"fixedAccount": st.sampled_from(["1", "2"])}
)


@st.composite
def inputs(draw: st.DrawFn, things: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"color": draw(st.sampled_from(["red", "blue"]))}
    if draw(st.booleans()):
        found["fixedZone"] = draw(st.sampled_from(["1", "2"]))
    if things and draw(st.booleans()):
        found[draw(st.sampled_from(["of", "fixedOf"]))] = {"$ref": f"{draw(st.sampled_from(things))}.id"}
    if draw(st.integers(0, 4)) == 0:
        found["dbr"] = True
    return found


@st.composite
def thing_options(draw: st.DrawFn, things: list[str], *, protect: bool) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if draw(st.integers(0, 2)) == 0:
        options["deleteBeforeReplace"] = draw(st.booleans())
    if draw(st.integers(0, 5)) == 0:
        options["ignoreChanges"] = [draw(st.sampled_from(["color", "fixedZone"]))]
    if things and draw(st.integers(0, 5)) == 0:
        options["replaceWith"] = [draw(st.sampled_from(things))]
    if protect and draw(st.booleans()):
        options["protect"] = True
    return options


versions = st.builds(
    Version, programs(), st.one_of(st.none(), st.sampled_from(list(Fault))), st.integers(min_value=1, max_value=8)
)


def names_of(item: Item) -> set[str]:
    """What a resource is called, and was."""
    return {item["name"], *(alias["name"] for alias in item["options"].get("aliases", []))}


def run(stack: Stack, version: Version) -> dict[str, Any]:
    stack.cloud.fault, stack.cloud.fault_in = version.fault, version.fault_in
    try:
        return stack.play({"command": "up", "program": version.items})
    finally:
        stack.cloud.fault = None


def orphans(stack: Stack) -> list[str]:
    """What is in the cloud and not in the state, by name."""
    known = {resource.id for resource in stack.checkpoint.resources}
    return [entry["name"] for id, entry in stack.cloud.entries.items() if id not in known]


def creations_unaccounted(stack: Stack) -> list[str]:
    """The names of the creations that a killed run had begun, as the state remembers them."""
    return [operation.resource.urn.rpartition("::")[2] for operation in stack.checkpoint.pending]


@settings(max_examples=80)
@given(st.lists(versions, min_size=1, max_size=4), st.sampled_from([1, 4]))
def test_after_faults_and_edits_a_clean_run_converges(history: list[Version], parallel: int) -> None:
    stack = Stack(parallel=parallel)
    for version in history:
        run(stack, version)
        # Nothing may be in the cloud that the state does not know of; a kill leaves the creation it interrupted.
        assert not Counter(orphans(stack)) - Counter(creations_unaccounted(stack))
    lost = orphans(stack)

    # What a kill interrupted may have been done all the same: a refresh finds out, as Pulumi's warning advises.
    killed = any(version.fault in (Fault.KILLED_BEFORE, Fault.KILLED_AFTER) for version in history)
    final = stack.play({"command": "up", "flags": ["--refresh"] if killed else []})
    again = stack.play({"command": "preview"})

    assert final["exit_code"] == 0, final["diagnostics"]
    assert {step["op"] for step in again["steps"]} == {"same"}, again["steps"]
    things = [each for each in stack.checkpoint.resources if each.type == "fake:index:Thing"]
    assert sorted(each.urn.rpartition("::")[2] for each in things) == sorted(
        item["name"] for item in history[-1].items if not item.get("component") and not item.get("provider")
    )
    assert not any(each.delete or each.pending_replacement or each.init_errors for each in things)
    managed = {id: entry["inputs"] for id, entry in stack.cloud.entries.items() if id in {each.id for each in things}}
    assert {each.id: dict(each.inputs) for each in things} == managed
    assert sorted(orphans(stack)) == sorted(lost)


@settings(max_examples=40)
@given(programs(), programs())
def test_a_preview_says_what_the_update_then_does(before: list[Item], after: list[Item]) -> None:
    stack = Stack()
    stack.play({"command": "up", "program": before})

    said = stack.play({"command": "preview", "program": after})
    done = stack.play({"command": "up"})

    assert _decisions(said) == _decisions(done)
    assert said["changes"] == done["changes"]


@settings(max_examples=40)
@given(programs(protect=True), st.lists(programs(protect=True), min_size=1, max_size=3))
def test_what_is_protected_in_the_state_is_never_deleted(first: list[Item], edits: list[list[Item]]) -> None:
    stack = Stack()
    stack.play({"command": "up", "program": first})
    for items in edits:
        # The program itself may give up a protection; then the deletion is what was asked for.
        given_up = {name for item in items if not item["options"].get("protect") for name in names_of(item)}
        protected = {each.id for each in stack.checkpoint.resources if each.protect and each.custom and not each.delete}
        kept = {each.id for each in stack.checkpoint.resources if each.urn.rpartition("::")[2] not in given_up}

        stack.play({"command": "up", "program": items})

        assert protected & kept <= set(stack.cloud.entries)


@settings(max_examples=40)
@given(st.lists(versions, min_size=1, max_size=2), st.sampled_from([1, 4]))
def test_a_destroy_leaves_nothing_behind(history: list[Version], parallel: int) -> None:
    stack = Stack(parallel=parallel)
    for version in history:
        run(stack, version)
    lost = orphans(stack)

    done = stack.play({"command": "destroy"})

    assert done["exit_code"] == 0
    assert stack.checkpoint.resources == ()
    assert sorted(orphans(stack)) == sorted(lost)


def _decisions(got: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((step["op"], step["urn"]) for step in got["steps"])
