"""Requests in the engine's terms: nothing that is set gets lost, nothing that can not be gets through."""

from __future__ import annotations

import pytest
from google.protobuf.descriptor import FieldDescriptor

from tap.engine.model import Alias, CustomTimeouts
from tap.engine.registration import RefusedError
from tap.engine.values import UNKNOWN, Secret
from tap.program.durations import parse_duration
from tap.program.goals import component_outputs, invoke_goal, read_goal, register_goal
from tap.program.pulumirpc import alias_pb2, resource_pb2, source_pb2
from tap.program.source_positions import source_position
from tap.program.wire import OUTPUT_VALUE_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL

ROOT = "/project"
URN = "urn:pulumi:dev::p::a:b:C::x"


def thing(**fields):
    return resource_pb2.RegisterResourceRequest(**{"type": "fake:index:Thing", "name": "a", "custom": True, **fields})


def refusal(translate, *args):
    with pytest.raises(RefusedError) as caught:
        translate(*args)
    return str(caught.value)


def set_something(request, field: FieldDescriptor) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = getattr(request, field.name)
        value = field.message_type.fields_by_name["value"]
        entry["key"] = b"x" if value.type == FieldDescriptor.TYPE_BYTES else "x"
    elif field.message_type is not None:
        message = getattr(request, field.name)
        message = message.add() if field.label == field.LABEL_REPEATED else message
        set_something(message, message.DESCRIPTOR.fields[0])
    elif field.label == field.LABEL_REPEATED:
        getattr(request, field.name).append("x")
    else:
        setattr(request, field.name, True if field.type == FieldDescriptor.TYPE_BOOL else "x")


REFUSED = {
    "RegisterResourceRequest": {
        "remote", "pluginChecksums", "parentStackTraceHandle", "packageRef", "hooks", "envVarMappings", "snippetId",
        "state_migrations",
    },
    "ReadResourceRequest": {"pluginChecksums", "parentStackTraceHandle", "packageRef"},
    "ResourceInvokeRequest": {"pluginChecksums", "parentStackTraceHandle", "packageRef"},
}  # fmt: skip  # one name a line says no more


@pytest.mark.parametrize(
    ("message", "field"), [(message, field) for message, fields in REFUSED.items() for field in sorted(fields)]
)
def test_a_field_that_is_not_honoured_is_refused_by_name(message, field):
    request = {
        "RegisterResourceRequest": thing(),
        "ReadResourceRequest": resource_pb2.ReadResourceRequest(type="fake:index:Thing", name="a", id="i"),
        "ResourceInvokeRequest": resource_pb2.ResourceInvokeRequest(tok="fake:index:a"),
    }[message]
    set_something(request, request.DESCRIPTOR.fields_by_name[field])
    translate = {
        "RegisterResourceRequest": lambda: register_goal(request, ROOT),
        "ReadResourceRequest": lambda: read_goal(request, ROOT),
        "ResourceInvokeRequest": lambda: invoke_goal(request),
    }[message]
    text = refusal(translate)

    assert f"'{field}'" in text
    assert "'a'" in text or "fake:index:a" in text
    assert "Pulumi CLI" in text


def test_a_field_newer_than_the_messages_is_refused_by_number():
    tagged_9999_with_one = b"\xf8\xf0\x04\x01"
    request = resource_pb2.RegisterResourceRequest.FromString(thing().SerializeToString() + tagged_9999_with_one)

    assert "field 9999" in refusal(register_goal, request, ROOT)


def test_hooks_that_name_none_are_no_hooks():
    request = thing(hooks=resource_pb2.RegisterResourceRequest.ResourceHooksBinding())

    assert register_goal(request, ROOT).name == "a"


def test_all_that_is_not_supported_is_said_at_once():
    text = refusal(register_goal, thing(remote=True, packageRef="p"), ROOT)

    assert "'remote'" in text
    assert "'packageRef'" in text


@pytest.mark.parametrize("field", ["parent", "deletedWith"])
def test_what_is_no_urn_is_refused(field):
    assert "'nonsense'" in refusal(register_goal, thing(**{field: "nonsense"}), ROOT)


@pytest.mark.parametrize("field", ["dependencies", "replace_with", "aliasURNs"])
def test_what_is_no_urn_in_a_list_is_refused(field):
    assert "'nonsense'" in refusal(register_goal, thing(**{field: [URN, "nonsense"]}), ROOT)


def test_an_alias_s_urn_and_parent_must_be_urns():
    by_urn = alias_pb2.Alias(urn="nonsense")
    by_parent = alias_pb2.Alias(spec=alias_pb2.Alias.Spec(parentUrn="nonsense"))

    assert "'nonsense'" in refusal(register_goal, thing(aliases=[by_urn]), ROOT)
    assert "'nonsense'" in refusal(register_goal, thing(aliases=[by_parent]), ROOT)


def test_aliases_by_urn_come_before_those_of_the_newer_field():
    spec = alias_pb2.Alias.Spec(name="n", type="t", stack="s", project="p", parentUrn=URN)
    goal = register_goal(thing(aliasURNs=[URN], aliases=[alias_pb2.Alias(spec=spec)]), ROOT)

    assert goal.aliases == (Alias(urn=URN), Alias(name="n", type="t", stack="s", project="p", parent_urn=URN))


@pytest.mark.parametrize("type", ["Thing", "fake:Thing", ":index:Thing", "fake:index:"])
def test_a_custom_resource_needs_a_type_token(type):
    assert f"'{type}'" in refusal(register_goal, thing(type=type), ROOT)


def test_a_component_may_have_any_type():
    assert register_goal(thing(type="Group", custom=False), ROOT).type == "Group"


def test_without_property_dependencies_each_property_depends_on_all():
    request = thing(dependencies=[URN])
    request.object.update({"a": 1, "b": 2})

    assert register_goal(request, ROOT).property_dependencies == {"a": (URN,), "b": (URN,)}


def test_output_values_in_inputs_become_plain_values_and_dependencies():
    request = thing()
    request.propertyDependencies["a"].SetInParent()
    request.object.update(
        {"a": {SIGNATURE_KEY: OUTPUT_VALUE_SIGNATURE, "value": 1, "secret": True, "dependencies": [URN]}}
    )
    goal = register_goal(request, ROOT)

    assert goal.inputs == {"a": Secret(1)}
    assert goal.property_dependencies == {"a": (URN,)}


def test_delete_before_replace_counts_when_it_is_said_in_either_way():
    assert register_goal(thing(), ROOT).delete_before_replace is None
    assert register_goal(thing(deleteBeforeReplace=True), ROOT).delete_before_replace is True
    assert register_goal(thing(deleteBeforeReplaceDefined=True), ROOT).delete_before_replace is False


def test_an_unknown_id_is_read_as_unknown():
    request = resource_pb2.ReadResourceRequest(type="fake:index:Thing", name="a", id=UNKNOWN_SENTINEL)

    assert read_goal(request, ROOT).id is UNKNOWN


def test_outputs_are_registered_for_a_urn_only():
    request = resource_pb2.RegisterResourceOutputsRequest(urn="nonsense")

    assert "'nonsense'" in refusal(component_outputs, request)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("90s", 90), ("1h30m", 5400), ("1.5m", 90), (".5h", 1800), ("1.s", 1), ("+2m", 120),
        ("100ms", 0.1), ("5us", 5e-6), ("5\u00b5s", 5e-6), ("5\u03bcs", 5e-6), ("7ns", 7e-9), ("1h1m1s1ms", 3661.001),
    ],
)  # fmt: skip  # a table
def test_durations_are_go_s(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "5 minutes", "-5m", "m", "1d", "1h-5m", "1..5s", "9999999h", "٣s", "."])
def test_what_go_would_not_take_for_a_duration_is_refused(text):
    with pytest.raises(ValueError):
        parse_duration(text)


def test_all_timeouts_that_can_not_be_read_are_named_at_once():
    timeouts = resource_pb2.RegisterResourceRequest.CustomTimeouts(create="5 minutes", update="1m", delete="soon")
    text = refusal(register_goal, thing(customTimeouts=timeouts), ROOT)

    assert "fake:index:Thing resource 'a'" in text
    assert "create: '5 minutes'" in text
    assert "delete: 'soon'" in text
    assert "update" not in text
    assert "1h30m" in text


def test_timeouts_are_seconds():
    timeouts = resource_pb2.RegisterResourceRequest.CustomTimeouts(create="1m", update="2s", delete="3h", read="4ms")
    goal = register_goal(thing(customTimeouts=timeouts), ROOT)

    assert goal.custom_timeouts == CustomTimeouts(create=60, update=2, delete=10800, read=0.004)


@pytest.mark.parametrize(
    ("uri", "line", "column", "stored"),
    [
        ("file:///project/__main__.py", 12, 0, "project:///__main__.py#12"),
        ("file:///project/__main__.py", 12, 3, "project:///__main__.py#12,3"),
        ("file:///project/a%20b/c.py", 1, 0, "project:///a%20b/c.py#1"),
        ("file:///elsewhere/c.py", 1, 0, "project:///../elsewhere/c.py#1"),
        ("file:///project/__main__.py", 0, 0, ""),
        ("https://project/__main__.py", 1, 0, ""),
        ("", 1, 0, ""),
    ],
)
def test_source_positions_are_relative_to_the_project(uri, line, column, stored):
    assert source_position(source_pb2.SourcePosition(uri=uri, line=line, column=column), ROOT) == stored


def test_frames_without_a_position_are_left_out_of_the_stack_trace():
    frames = [source_pb2.StackFrame(), source_pb2.StackFrame(pc={"uri": "file:///project/x.py", "line": 3})]
    goal = register_goal(thing(stackTrace=source_pb2.StackTrace(frames=frames)), ROOT)

    assert goal.stack_trace == ("project:///x.py#3",)
    assert register_goal(thing(), ROOT).stack_trace is None
