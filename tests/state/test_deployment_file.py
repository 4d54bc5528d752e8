"""`state export` and `state import` against what the Pulumi CLI was seen to say of broken deployments."""

import json

import pytest

from tap.engine.snapshot import Added
from tap.engine.values import Secret
from tap.errors import StateError
from tap.state.deployment_file import import_problems
from tap.state.property_codec import SIGNATURE_KEY
from tap.state.store import StateStore
from tests.state.support import INFO, PASSPHRASE, RECORDED, names, record, recorded_store, store_in, thing

A = "urn:pulumi:dev::golden::fake:index:Thing::a"
B = "urn:pulumi:dev::golden::fake:index:Thing::b"
MISSING = "urn:pulumi:dev::golden::fake:index:Thing::missing"
PROVIDER = "urn:pulumi:dev::golden::pulumi:providers:fake::default_1_2_3"


def deployment():
    return json.loads(RECORDED)["checkpoint"]["latest"]


def by_name(resources, name):
    return next(each for each in resources if each["urn"].endswith(f"::{name}"))


def broken(damage):  # noqa: C901  - one case for each row of the recorded table
    latest = deployment()
    document = {"version": 3, "deployment": latest}
    resources = latest["resources"]
    a, b = by_name(resources, "a"), by_name(resources, "b")
    match damage:
        case "parent missing":
            a["parent"] = MISSING
        case "parent after the child":
            resources.append(resources.pop(0))
            a["parent"] = b["parent"] = ""
            b["parent"] = resources[-1]["urn"]
        case "dependency after the dependent":
            resources.remove(a)
            resources.append(a)
            b["propertyDependencies"] = {}
        case "dependency missing":
            b["dependencies"] = [MISSING]
        case "provider reference with another id":
            a["provider"] = f"{PROVIDER}::another"
        case "URN twice":
            resources.append({**b})
        case "magic wrong":
            latest["manifest"]["magic"] = "nonsense"
        case "magic empty":
            latest["manifest"]["version"] = "v3.1.0"
        case "component with an id":
            resources[0]["id"] = "an-id"
        case "type empty":
            a["type"] = ""
        case "version 9":
            document["version"] = 9
        case "unknown feature":
            document |= {"version": 4, "features": ["telepathy"]}
        case "unknown keys":
            latest["surprise"] = a["surprise"] = {"kept": True}
    return json.dumps(document).encode()


INTEGRITY = {
    "parent missing": f"child resource {A} refers to missing parent {MISSING}",
    "parent after the child": f"child resource {B}'s parent urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev "
    "comes after it",
    "dependency after the dependent": f"resource {B}'s dependency {A} comes after it",
    "dependency missing": f"resource {B}'s dependency {MISSING} refers to missing resource",
    "provider reference with another id": f"resource {A} refers to unknown provider {PROVIDER}::another",
    "URN twice": f"duplicate resource {B} (not marked for deletion)",
    "magic wrong": "magic cookie mismatch; possible tampering/corruption detected",
    "magic empty": "magic cookie mismatch; possible tampering/corruption detected",
}

UNREADABLE = {
    "component with an id": "could not deserialize deployment: resource "
    "'urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev' has 'custom' false but non-empty ID",
    "type empty": f"could not deserialize deployment: resource '{A}' missing required 'type' field",
    "version 9": "the stack 'dev' is newer than what this version of the Pulumi CLI understands. "
    "Please update your version of the Pulumi CLI",
    "unknown feature": "the stack 'dev' uses features that are not supported by this version of the Pulumi CLI: "
    "telepathy. Please update your version of the Pulumi CLI",
}


@pytest.mark.parametrize(("damage", "text"), INTEGRITY.items(), ids=INTEGRITY)
def test_a_deployment_that_breaks_a_rule_is_told_in_pulumis_words(tmp_path, damage, text):
    checkpoint = store_in(tmp_path).parse_export(broken(damage))

    assert list(import_problems(checkpoint, "dev")) == [f"state file contains errors: {text}"]


@pytest.mark.parametrize(("damage", "text"), UNREADABLE.items(), ids=UNREADABLE)
def test_a_deployment_that_can_not_be_is_refused_in_pulumis_words(tmp_path, damage, text):
    with pytest.raises(StateError) as refused:
        store_in(tmp_path).parse_export(broken(damage))

    assert str(refused.value) == text


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"version":3}', b"\xff", RECORDED])
def test_what_is_no_deployment_is_refused(tmp_path, content):
    with pytest.raises(StateError, match=r"^could not deserialize deployment: "):
        store_in(tmp_path).parse_export(content)


def test_unknown_keys_survive_import_and_export(tmp_path):
    store = store_in(tmp_path)
    store.overwrite(store.parse_export(broken("unknown keys")), INFO)

    exported = json.loads(store.export())["deployment"]

    assert exported["surprise"] == {"kept": True}
    assert by_name(exported["resources"], "a")["surprise"] == {"kept": True}


@pytest.mark.parametrize("damage", [*INTEGRITY, "component with an id", "type empty"])
def test_a_broken_checkpoint_is_exported_as_it_stands(tmp_path, damage):
    latest = json.loads(broken(damage))["deployment"]
    store = recorded_store(tmp_path)
    store.paths.checkpoint.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "x", "latest": latest}}))

    assert json.loads(store.export()) == {"version": 3, "deployment": latest}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (RECORDED[:-40], "failed to load checkpoint: place 1: unexpected end of JSON input"),
        (
            RECORDED.replace(b'"version":3', b'"version":9', 1),
            "failed to load checkpoint: unsupported checkpoint version 9",
        ),
        (
            RECORDED.replace(b'{"version":3', b'{"version":4,"features":["telepathy"]', 1),
            "failed to load checkpoint: this stack's deployment needs support for the following features: telepathy",
        ),
    ],
    ids=["not JSON", "version 9", "unknown feature"],
)
def test_what_pulumi_can_not_export_is_not_exported(tmp_path, content, text):
    store = recorded_store(tmp_path)
    store.paths.checkpoint.write_bytes(content)

    with pytest.raises(StateError) as refused:
        store.export()

    assert str(refused.value) == text


def test_an_export_is_pulumis_document_with_secrets_encrypted(tmp_path):
    store = StateStore(recorded_store(tmp_path).paths.root, "golden", "dev", environ={})  # no passphrase is needed

    text = store.export()

    assert text.startswith('{\n    "version": 3,\n    "deployment": {\n        "manifest": {')
    assert json.loads(text) == {"version": 3, "deployment": deployment()}


def test_secrets_are_shown_when_asked_for(tmp_path):
    store = recorded_store(tmp_path)

    shown = json.loads(store.export(show_secrets=True))["deployment"]

    secret = by_name(shown["resources"], "a")["inputs"]["pw"]
    assert secret == {SIGNATURE_KEY: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}
    assert "ciphertext" not in json.dumps(shown)
    assert shown["secrets_providers"] == deployment()["secrets_providers"]


def test_an_export_with_open_secrets_comes_back_with_the_same_values(tmp_path):
    store = recorded_store(tmp_path)

    store.overwrite(store.parse_export(store.export(show_secrets=True).encode()), INFO)

    assert store.load().resources[2].inputs["pw"] == Secret("hunter2")
    assert b"hunter2" not in store.paths.checkpoint.read_bytes()


def test_an_export_tells_what_a_killed_run_left_in_its_journal(tmp_path):
    store = recorded_store(tmp_path)
    record(store, [Added(thing("c", inputs={"pw": Secret("canary")}))])

    exported = store.export()

    assert by_name(json.loads(exported)["deployment"]["resources"], "c")["id"] == "c-1"
    assert "canary" not in exported


def test_an_import_mends_a_state_that_can_not_be_read_and_loses_nothing(tmp_path):
    store = recorded_store(tmp_path)
    record(store, [Added(thing("c"))])
    store.paths.checkpoint.write_bytes(b"garbage")

    store.overwrite(store.parse_export(broken("nothing")), INFO)

    assert names(store.load()) == ["golden-dev", "default_1_2_3", "a", "b"]
    assert store.paths.previous_checkpoint.read_bytes() == b"garbage"
    assert [path.suffix for path in store.paths.journal.parent.iterdir()] == [".aside"]
    assert len(list(store.paths.backups.iterdir())) == 1
    assert len(list(store.paths.history.glob("*.history.json"))) == 1


def test_an_import_stays_in_the_embedded_aws_of_the_state(tmp_path):
    store = store_in(tmp_path, PASSPHRASE)
    with store.open("update") as session:
        session.finish(session.base.with_contents((), (), aws_instance="i-1", aws_endpoint="http://127.0.0.1:1"), INFO)

    store.overwrite(store.parse_export(broken("nothing")), INFO)

    assert (store.load().aws_instance, store.load().aws_endpoint) == ("i-1", "http://127.0.0.1:1")
