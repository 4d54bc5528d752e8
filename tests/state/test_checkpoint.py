"""The checkpoint document: round trip of a recorded one, versions, refusals, damage."""

import hashlib
import json
import random

import pytest

from tap.engine.model import Resource
from tap.engine.values import Secret
from tap.errors import StateError
from tap.state.backend import read_checkpoint
from tap.state.checkpoint import Checkpoint, decode_checkpoint, encode_checkpoint
from tap.state.crypter import CachingCrypter, PlaintextCrypter
from tap.state.integrity import integrity_problems
from tap.state.paths import StackPaths
from tap.state.secrets_providers import StackSecrets, blind
from tap.state.times import format_time, parse_time
from tests.state.support import NOW, PASSPHRASE, RECORDED, STACK_URN, creating, thing

STACK = "organization/golden/dev"


def plain(_providers=None):
    return CachingCrypter(PlaintextCrypter())


def decoded(document):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return decode_checkpoint(content, blind)


def encoded(checkpoint):
    return json.loads(encode_checkpoint(checkpoint, STACK, plain()))


def refusal(document):
    with pytest.raises(StateError) as raised:
        decoded(document)
    return str(raised.value)


def latest(**fields):
    return {"manifest": {"time": "2026-11-23T11:21:58Z", "magic": "", "version": ""}, "metadata": {}, **fields}


def document(version=3, **fields):
    return {"version": version, "checkpoint": {"stack": STACK, "latest": latest(**fields)}}


@pytest.fixture
def recorded(tmp_path):
    """A checkpoint of the Pulumi CLI as read, and the crypter that read it."""
    secrets = StackSecrets(StackPaths(tmp_path, "golden", "dev"), PASSPHRASE)
    return decode_checkpoint(RECORDED, secrets.reader), secrets


def test_a_checkpoint_of_the_pulumi_cli_is_read(recorded):
    checkpoint, _ = recorded
    stack, provider, a, b = checkpoint.resources

    assert stack.outputs == {"id": "b-2", "pw": Secret("hunter2")}
    assert stack.stack_trace == ()
    assert provider.inputs == {"__internal": {}, "version": "1.2.3"}
    assert a.inputs == {"color": "red", "pw": Secret("hunter2")}
    assert b.property_dependencies == {"of": (a.urn,)}
    assert (b.parent, b.provider, b.id) == (STACK_URN, f"{provider.urn}::{provider.id}", "b-2")
    assert list(integrity_problems(checkpoint)) == []


def test_a_checkpoint_of_the_pulumi_cli_is_written_back_to_the_byte(recorded):
    checkpoint, secrets = recorded
    before, after = (
        json.loads(RECORDED),
        json.loads(encode_checkpoint(checkpoint, STACK, secrets.writer(checkpoint.secrets_providers))),
    )
    manifest = after["checkpoint"]["latest"]["manifest"]
    for resource in before["checkpoint"]["latest"]["resources"]:
        for key in ("created", "modified"):
            resource[key] = format_time(parse_time(resource[key]))  # microseconds are all that we keep

    after["checkpoint"]["latest"]["manifest"] = before["checkpoint"]["latest"]["manifest"]
    after["checkpoint"].pop("checksum")

    assert json.dumps(after) == json.dumps(before)
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()
    assert manifest["version"] == "v3.260.0"


def test_the_file_is_compact_and_has_no_newline_at_its_end():
    content = encode_checkpoint(Checkpoint((thing("a", inputs={"html": "<é&>"}),)), STACK, plain())

    assert b"\n" not in content
    assert b'"html":"<\xc3\xa9&>"' in content
    assert b'": ' not in content
    assert b'", ' not in content


def test_an_empty_state_has_no_resources_key():
    assert list(encoded(Checkpoint())["checkpoint"]["latest"]) == ["manifest", "metadata"]


def test_pending_operations_are_written_and_read():
    again = decoded(encode_checkpoint(Checkpoint(pending=(creating(thing("a", id="")),)), STACK, plain()))

    assert [(operation.type.value, operation.resource.urn) for operation in again.pending] == [
        ("creating", thing("a").urn)
    ]


def test_which_embedded_aws_and_which_run_are_kept_beside_pulumis_keys():
    checkpoint = Checkpoint(run="r", aws_instance="i", aws_endpoint="http://127.0.0.1:4566")
    written = encoded(checkpoint)["checkpoint"]

    assert list(written) == ["stack", "latest", "embeddedAws", "run", "checksum"]
    again = decoded(encode_checkpoint(checkpoint, STACK, plain()))
    assert (again.run, again.aws_instance, again.aws_endpoint) == ("r", "i", "http://127.0.0.1:4566")


def test_keys_that_are_not_known_survive():
    again = decoded(document(resources=[{"urn": "u", "custom": True, "type": "t", "new": 1}], snippets=[{"a": 1}]))
    written = encoded(again)["checkpoint"]["latest"]

    assert written["resources"][0]["new"] == 1
    assert written["snippets"] == [{"a": 1}]


@pytest.mark.parametrize(
    ("fields", "features"),
    [
        ({"resource_hooks": {"beforeCreate": ("h",)}}, ["hooks"]),
        ({"refresh_before_update": True}, ["refreshBeforeUpdate"]),
        ({"taint": True, "replace_with": ("u",)}, ["replaceWith", "taint"]),
    ],
)
def test_what_came_after_version_3_makes_it_4_with_its_features(fields, features):
    written = encoded(Checkpoint((thing("a"), thing("b", **fields))))

    assert list(written) == ["version", "features", "checkpoint"]
    assert (written["version"], written["features"]) == (4, features)
    assert (
        len(
            decoded(
                json.dumps(written | {"checkpoint": {"latest": written["checkpoint"]["latest"]}}).encode()
            ).resources
        )
        == 2
    )


def test_without_it_the_version_stays_3():
    assert encoded(Checkpoint((thing("a"),)))["version"] == 3


@pytest.mark.parametrize(
    "empty",
    [{"version": 0, "checkpoint": {"stack": STACK}}, {"version": 3, "checkpoint": {"stack": STACK}}, document()],
)
def test_a_stack_that_was_never_updated_is_empty(empty):
    assert decoded(empty).resources == ()


def test_what_is_refused_is_refused_in_pulumis_words():
    features = {**document(4), "features": ["hooks", "telepathy"]}

    assert refusal(document(9)) == "failed to load checkpoint: unsupported checkpoint version 9"
    assert refusal(features) == (
        "failed to load checkpoint: this stack's deployment needs support for the following features: telepathy"
    )
    assert refusal(RECORDED[:500]) == "failed to load checkpoint: place 1: unexpected end of JSON input"
    assert refusal(b"") == "failed to load checkpoint: place 1: unexpected end of JSON input"


@pytest.mark.parametrize(
    "broken",
    [
        [],
        {},
        {"version": 3},
        document(0, resources=[]),
        document(1),
        {"version": 3, "checkpoint": {"stack": STACK, "lbtest": {}}},
        {"version": 3, "checkpoint": {"stack": STACK, "latest": []}},
        {"version": 3, "checkpoint": {"stack": STACK, "latest": {}}},
        document(resourcez=[{"urn": "u"}]),
        document(resources={}),
        document(resources=[1]),
        document(secrets_providers="passphrase"),
        document(pending_operations=[1]),
        b"\xff\xfe",
        b'{"version":3,"checkpoint":NaN}',
        b"[" * 100_000,
    ],
)
def test_a_file_of_another_shape_is_an_error_and_never_an_empty_stack(broken):
    assert refusal(broken)


def sample():
    resources = [Resource(STACK_URN, False, "pulumi:pulumi:Stack", outputs={"a": "b"}, created=NOW)]
    resources += [thing(f"t{n}", inputs={"n": n, "text": "é" * n}, parent=STACK_URN) for n in range(3)]
    return encode_checkpoint(Checkpoint(tuple(resources), run="r", aws_instance="i"), STACK, plain())


def test_a_file_truncated_anywhere_is_an_error():
    content = sample()

    for length in range(len(content)):
        with pytest.raises(StateError):
            decoded(content[:length])


def test_a_byte_changed_anywhere_is_an_error_or_changes_nothing():
    content, chance = sample(), random.Random(1)  # noqa: S311  - the same damage each time
    whole = encoded(decoded(content))["checkpoint"]["latest"]["resources"]

    for offset in range(len(content)):
        damaged = bytearray(content)
        damaged[offset] ^= chance.randrange(1, 256)
        try:
            read = decoded(bytes(damaged))
        except StateError:
            continue
        assert encoded(read)["checkpoint"]["latest"]["resources"] == whole, offset


def test_a_file_edited_on_purpose_is_read_without_its_checksum():
    edited = json.loads(sample())
    edited["checkpoint"]["latest"]["resources"][0]["outputs"]["a"] = "c"

    assert "does not fit its checksum" in refusal(edited)

    edited["checkpoint"].pop("checksum")

    assert decoded(edited).resources[0].outputs == {"a": "c"}


def test_a_newer_compressed_sibling_is_an_error_that_names_it_and_an_older_one_is_not(tmp_path):
    paths = StackPaths(tmp_path, "golden", "dev")
    paths.checkpoint.parent.mkdir(parents=True)
    sibling = paths.compressed[0]
    sibling.write_bytes(b"")

    with pytest.raises(StateError, match="is newer than") as raised:
        read_checkpoint(paths)

    assert str(sibling) in str(raised.value)
    assert "gzip -dc" in raised.value.hint

    paths.checkpoint.write_bytes(b"x")

    assert read_checkpoint(paths) == b"x"
