"""Resources and property values as they stand in Pulumi's files."""

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap.engine.model import CustomTimeouts, OperationType, Resource
from tap.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret
from tap.errors import StateError
from tap.state.crypter import BlindingCrypter, CachingCrypter
from tap.state.property_codec import decode_value, encode_value
from tap.state.resource_codec import decode_operation, decode_resource, encode_resource
from tap.state.times import format_time, parse_time

SIGNATURE = "4dabf18193072939515e22adb298388d"
PLACE = ("urn", "inputs")


class Reversing:
    """A crypter that a test can read."""

    provider = None

    def __init__(self):
        self.encrypted = 0

    def encrypt(self, plaintext):
        self.encrypted += 1
        return plaintext[::-1]

    def decrypt(self, ciphertext):
        return ciphertext[::-1]


def crypter():
    return CachingCrypter(Reversing())


def encoded(value):
    return encode_value(value, crypter(), PLACE)


def decoded(value):
    return decode_value(value, crypter(), PLACE)


def secret(ciphertext):
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": ciphertext}


@pytest.mark.parametrize(
    ("value", "json_value"),
    [
        (None, None),
        (1.0, 1),
        (-0.5, -0.5),
        (1e21, 1e21),
        (math.inf, {SIGNATURE: "8ad145fe-0d11-4827-bfd7-1abcbf086f5c", "value": "7ff0000000000000"}),
        (-math.inf, {SIGNATURE: "8ad145fe-0d11-4827-bfd7-1abcbf086f5c", "value": "fff0000000000000"}),
        (UNKNOWN, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
        (Secret("a"), secret('"a"'[::-1])),
        (Secret({"b": 1, "a": Secret(2)}), secret(json.dumps({"a": secret("2"), "b": 1}, separators=(",", ":"))[::-1])),
        (
            Asset(text="", hash="h"),
            {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": "h", "text": ""},
        ),
        (
            Archive(assets={"a": Asset(path="p")}),
            {
                SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7",
                "assets": {"a": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "p"}},
            },
        ),
        (
            ResourceReference("urn:a", "i", "1.0"),
            {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "id": "i", "packageVersion": "1.0", "urn": "urn:a"},
        ),
        (
            ResourceReference("urn:a", UNKNOWN),
            {
                SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e",
                "id": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                "packageVersion": "",
                "urn": "urn:a",
            },
        ),
    ],
)
def test_a_value_is_written_as_pulumi_writes_it_and_read_back(value, json_value):
    assert encoded(value) == json_value
    assert type(encoded(value)) is type(json_value)
    assert decoded(json_value) == value


def test_nan_is_written_by_its_bits():
    written = encoded(math.nan)

    assert written["value"] == "7ff8000000000000"
    assert math.isnan(decoded(written))


def test_an_output_value_is_written_as_what_it_holds():
    assert encoded(OutputValue("a")) == "a"
    assert encoded(OutputValue("a", secret=True)) == secret('"a"'[::-1])


def test_keys_are_sorted_as_go_prints_maps():
    assert list(encoded({"b": 1, "a": {"d": 1, "c": 1}})) == ["a", "b"]


def test_a_secret_shown_in_clear_by_an_export_is_read():
    assert decoded({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"a"'}) == Secret("a")


def test_an_unchanged_secret_keeps_its_ciphertext_and_an_equal_one_elsewhere_has_its_own():
    inner = Reversing()
    caching = CachingCrypter(inner)

    decode_value({"a": secret('"x"')}, caching, PLACE)
    encode_value({"a": Secret("x")}, caching, PLACE)

    assert inner.encrypted == 0

    encode_value({"b": Secret("x")}, caching, PLACE)
    encode_value({"a": Secret("x")}, caching, ("urn", "outputs"))
    encode_value({"a": Secret("y")}, caching, PLACE)

    assert inner.encrypted == 3


def test_a_state_read_without_its_secrets_says_secret_and_can_not_be_written():
    blind = CachingCrypter(BlindingCrypter())

    assert decode_value(secret("anything"), blind, PLACE) == Secret("[secret]")
    with pytest.raises(AssertionError):
        encode_value(Secret("new"), blind, PLACE)


@pytest.mark.parametrize(
    "value",
    [
        {SIGNATURE: "unheard-of"},
        {SIGNATURE: ["list"]},
        {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"},
        {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": "hunter2"},
        {SIGNATURE: "8ad145fe-0d11-4827-bfd7-1abcbf086f5c", "value": "zz"},
        {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e"},
    ],
)
def test_a_malformed_value_is_an_error_that_names_its_place_and_no_secret(value):
    with pytest.raises(StateError) as raised:
        decode_value({"list": [value]}, crypter(), PLACE)

    assert "urn inputs['list'][0]" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_what_is_no_property_value_can_not_be_written():
    with pytest.raises(TypeError, match=r"urn inputs\['a'\]: a object"):
        encoded({"a": object()})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | inner.filter(lambda value: not isinstance(value, Secret)).map(Secret)
    ),
    max_leaves=8,
)


@given(VALUES)
@settings(max_examples=150)
def test_every_value_survives_the_file(value):
    text = json.dumps(encoded(value), allow_nan=False)

    assert decoded(json.loads(text)) == value


FULL = Resource(
    urn="urn:pulumi:dev::p::a:b:C::n",
    custom=True,
    type="a:b:C",
    id="i",
    delete=True,
    inputs={"a": 1},
    outputs={"b": [Secret("x")]},
    parent="urn:p",
    protect=True,
    taint=True,
    external=True,
    dependencies=("urn:d",),
    init_errors=("e",),
    provider="urn:prov::id",
    property_dependencies={"a": ("urn:d",), "b": ()},
    pending_replacement=True,
    additional_secret_outputs=("s",),
    aliases=("urn:old",),
    custom_timeouts=CustomTimeouts(create=600, delete=1.5),
    import_id="imp",
    retain_on_delete=True,
    deleted_with="urn:w",
    replace_with=("urn:r",),
    created=datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC),
    modified=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    source_position="project:///a.py#1",
    stack_trace=("project:///a.py#1",),
    ignore_changes=("i",),
    hide_diff=("h",),
    replace_on_changes=("r",),
    replacement_trigger=Secret("t"),
    refresh_before_update=True,
    resource_hooks={"beforeCreate": ("hook",)},
    unknown_keys={"viewOf": "urn:v"},
)


def test_a_resource_has_pulumis_keys_in_pulumis_order():
    written = encode_resource(FULL, crypter())

    assert " ".join(written) == (
        "urn custom delete id type inputs outputs parent protect taint external dependencies initErrors provider "
        "propertyDependencies pendingReplacement additionalSecretOutputs aliases customTimeouts importID "
        "retainOnDelete deletedWith replaceWith created modified sourcePosition stackTrace ignoreChanges hideDiff "
        "replaceOnChanges replacementTrigger refreshBeforeUpdate resourceHooks viewOf"
    )
    assert written["customTimeouts"] == {"create": 600, "delete": 1.5}
    assert written["created"] == "2026-01-02T03:04:05.6789Z"
    assert written["modified"] == "2026-01-02T03:04:05Z"
    assert written["propertyDependencies"] == {"a": ["urn:d"], "b": []}


def test_every_field_of_a_resource_survives_the_file():
    again = decode_resource(json.loads(json.dumps(encode_resource(FULL, crypter()))), crypter(), "resources[0]")

    assert {name: getattr(again, name) for name in Resource.__slots__} == {
        name: getattr(FULL, name) for name in Resource.__slots__
    }


def test_an_empty_resource_has_only_the_three_keys_that_are_always_there():
    assert encode_resource(Resource("urn:a", False, "t"), crypter()) == {"urn": "urn:a", "custom": False, "type": "t"}


def test_an_empty_stack_trace_is_written_and_an_absent_one_is_not():
    assert encode_resource(Resource("urn:a", False, "t", stack_trace=()), crypter())["stackTrace"] == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"dependencies": "urn"}, "resources[3] (urn:a): dependencies: a list of strings is expected, found str"),
        ({"inputs": [1]}, "resources[3] (urn:a): inputs: an object is expected, found list"),
        ({"protect": 1}, "resources[3] (urn:a): protect: true or false is expected, found int"),
        ({"created": "yesterday"}, "resources[3] (urn:a): created: a time such as"),
        ({"customTimeouts": {"create": "1m"}}, "customTimeouts: an object of seconds is expected"),
        ({"propertyDependencies": {"a": [1]}}, "propertyDependencies: a list of strings is expected"),
        ({"type": ""}, "could not deserialize deployment: resource 'urn:a' missing required 'type' field"),
        ({"urn": None}, "resources[3]: resource missing required 'urn' field"),
    ],
)
def test_a_malformed_resource_is_an_error_that_names_its_place(change, text):
    with pytest.raises(StateError) as raised:
        decode_resource({"urn": "urn:a", "type": "t", "custom": True, **change}, crypter(), "resources[3]")

    assert text in str(raised.value)


def test_older_files_with_null_for_no_dependencies_are_read():
    read = decode_resource(
        {"urn": "u", "type": "t", "custom": True, "dependencies": None, "propertyDependencies": {"a": None}},
        crypter(),
        "resources[0]",
    )

    assert read.dependencies == ()
    assert read.property_dependencies == {"a": ()}


def test_an_operation_of_an_unknown_type_is_an_error():
    resource = {"urn": "u", "type": "t", "custom": True}

    assert decode_operation({"resource": resource, "type": "deleting"}, crypter(), "p").type is OperationType.DELETING
    with pytest.raises(StateError, match="unknown type 'dreaming'"):
        decode_operation({"resource": resource, "type": "dreaming"}, crypter(), "pending_operations[0]")


def test_gos_nanoseconds_are_read_to_the_microsecond():
    assert parse_time("2026-11-23T11:21:58.846151348Z") == datetime(2026, 11, 23, 11, 21, 58, 846151, tzinfo=UTC)
    assert format_time(parse_time("2026-11-23T13:21:58.5+02:00")) == "2026-11-23T11:21:58.5Z"
