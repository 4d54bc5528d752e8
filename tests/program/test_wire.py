"""Property values survive the way over the wire, and mean there what the SDK takes them for."""

from __future__ import annotations

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from tap.engine.registration import RefusedError
from tap.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret
from tap.program.wire import (
    SIGNATURE_KEY,
    UNKNOWN_SENTINEL,
    decode,
    decode_properties,
    downgrade_output_values,
    encode,
    encode_properties,
    output_dependencies,
)

TEXT = st.text(max_size=8)
URNS = st.from_regex(r"urn:pulumi:s::p::a:b:C::[a-z]{1,4}", fullmatch=True)
ASSETS = st.one_of(
    st.builds(lambda path: Asset(path=path), TEXT),
    st.builds(lambda text: Asset(text=text, hash="h"), TEXT),
    st.builds(lambda uri: Asset(uri=uri), TEXT),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer()),
    TEXT,
    st.just(UNKNOWN),
    ASSETS,
    st.builds(Archive, assets=st.dictionaries(TEXT, ASSETS, max_size=2)),
    st.builds(ResourceReference, URNS, st.one_of(st.none(), st.just(UNKNOWN), st.just("id")), TEXT),
)


def nested(children, *more):
    return st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(TEXT, children, max_size=3),
        children.filter(lambda value: not isinstance(value, Secret)).map(Secret),
        *more,
    )


VALUES = st.recursive(LEAVES, nested, max_leaves=12)
WITH_OUTPUTS = st.recursive(
    LEAVES,
    lambda children: nested(children, st.builds(OutputValue, children, st.booleans(), st.lists(URNS).map(tuple))),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_survives_the_wire(value):
    sent = encode(value).SerializeToString()

    assert decode(struct_pb2.Value.FromString(sent)) == value


@given(st.dictionaries(TEXT, WITH_OUTPUTS.filter(lambda value: value is not None), max_size=3))
def test_every_property_bag_survives_the_wire(properties):
    assert decode_properties(encode_properties(properties)) == properties


@given(WITH_OUTPUTS)
def test_downgrading_leaves_no_output_value_and_changes_nothing_else(value):
    plain = downgrade_output_values(value)

    assert output_dependencies(plain) == set()
    assert downgrade_output_values(plain) == plain
    assert "OutputValue" not in repr(plain)


@given(VALUES)
def test_downgrading_a_value_without_outputs_changes_nothing(value):
    assert downgrade_output_values(value) == value


def test_an_output_value_stands_for_its_value_its_secrecy_and_its_dependencies():
    value = {"a": [OutputValue("x", True, ("urn:1",))], "b": Secret(OutputValue(UNKNOWN, False, ("urn:2",)))}

    assert downgrade_output_values(value) == {"a": [Secret("x")], "b": Secret(UNKNOWN)}
    assert output_dependencies(value) == {"urn:1", "urn:2"}


@pytest.mark.parametrize("number", [0, 1, -3, 2**53, 10**20])
def test_whole_numbers_are_ints(number):
    decoded = decode(struct_pb2.Value(number_value=float(number)))

    assert decoded == number
    assert isinstance(decoded, int)


@pytest.mark.parametrize("number", [0.5, 1e21, -1e300, float("inf")])
def test_other_numbers_stay_what_they_are(number):
    decoded = decode(struct_pb2.Value(number_value=number))

    assert decoded == number
    assert isinstance(decoded, float)


def test_a_null_at_the_top_is_dropped_and_a_nested_one_kept():
    struct = encode_properties({"top": None, "nested": {"null": None}, "list": [None]})

    assert decode_properties(struct) == {"nested": {"null": None}, "list": [None]}


def test_a_null_output_is_sent_so_that_the_program_does_not_fall_back_to_its_input():
    assert "gone" in encode_properties({"gone": None}).fields


def test_a_signature_that_is_not_known_is_refused_by_name():
    struct = struct_pb2.Struct()
    struct.update({"value": {SIGNATURE_KEY: "feed", "x": 1}})

    with pytest.raises(RefusedError) as caught:
        decode_properties(struct)

    assert "feed" in str(caught.value)


def test_an_empty_id_in_a_reference_is_one_that_is_not_known():
    value = encode(ResourceReference("urn:x", UNKNOWN))

    assert value.struct_value["id"] == ""
    assert decode(value) == ResourceReference("urn:x", UNKNOWN)


def test_a_reader_that_takes_neither_secrets_nor_references_gets_plain_values():
    properties = {
        "s": Secret({"deep": Secret("x")}),
        "custom": ResourceReference("urn:c", "the-id"),
        "component": ResourceReference("urn:c"),
        "coming": ResourceReference("urn:c", UNKNOWN),
    }
    struct = encode_properties(properties, secrets=False, resources=False)

    assert dict(struct.items()).keys() == properties.keys()
    assert struct["s"]["deep"] == "x"
    assert (struct["custom"], struct["component"], struct["coming"]) == ("the-id", "urn:c", UNKNOWN_SENTINEL)


def test_what_is_no_property_value_is_an_error():
    with pytest.raises(TypeError):
        encode({"when": object()})
