"""The state of a stack from its first run on, as files on the disk."""

import base64
import hashlib
import json
import os

import pytest

from tap.engine.model import Operation, OperationType
from tap.engine.snapshot import Added, Altered, Began, Ended, Removed, Side, Slot
from tap.engine.values import Secret
from tap.errors import StateError, UsageError
from tap.state.integrity import IntegrityError
from tap.state.passphrase import PassphraseError
from tap.state.paths import stack_names
from tests.state.support import INFO, creating, finish, names, record, recorded_store, store_in, thing


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_new_stack_is_empty_and_reading_it_writes_nothing(tmp_path):
    store = store_in(tmp_path)

    assert store.load().resources == ()
    assert not store.exists
    assert files(tmp_path) == []


def test_a_run_leaves_the_files_that_the_pulumi_cli_leaves(tmp_path):
    store = store_in(tmp_path)

    finish(store, thing("a"))
    finish(store, thing("a"), thing("b"))

    found = files(tmp_path / ".tap" / ".pulumi")
    stamps = [name.split("-")[1].split(".")[0] for name in found if name.startswith("history")]
    assert found[:3] == [name for name in found if name.startswith(("backups", "history"))][:3]
    assert sorted({name.partition("/dev")[0] for name in found}) == [
        "backups/golden",
        "history/golden",
        "meta.yaml",
        "stacks/golden",
    ]
    assert len(found) == 9
    assert stamps == sorted(stamps)
    assert len(set(stamps)) == 2
    assert (tmp_path / ".tap/.pulumi/meta.yaml").read_text() == "version: 1\n"
    assert names(store.load()) == ["a", "b"]
    assert (
        json.loads(store.paths.previous_checkpoint.read_bytes())["checkpoint"]["latest"]["resources"][0]["id"] == "a-1"
    )
    newest = max(store.paths.backups.iterdir(), key=lambda path: path.name)
    assert newest.read_bytes() == store.paths.checkpoint.read_bytes()


def test_a_draft_of_meta_is_swept_where_another_stack_has_written_meta_meanwhile(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    store.paths.meta_draft.write_text("version")
    finish(store, thing("a"))

    assert not store.paths.meta_draft.exists()


def test_the_history_tells_what_was_done(tmp_path):
    store = store_in(tmp_path)

    finish(store, thing("a"))

    (entry,) = store.paths.history.glob("*.history.json")
    assert json.loads(entry.read_text()) == {
        "kind": "update",
        "startTime": 1795435200,
        "message": "",
        "environment": {"exec.kind": "tap"},
        "config": {"golden:color": "red"},
        "version": 0,
        "result": "succeeded",
        "endTime": 1795435200,
        "resourceChanges": {"create": 1},
    }


def test_what_was_appended_is_there_before_and_after_the_next_run_takes_it_over(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"), thing("b"))

    record(
        store,
        [Began(1, creating(thing("c", id="")))],
        [Ended(1), Added(thing("c"))],
        [Removed(Slot(Side.BASE, 0)), Altered(Slot(Side.BASE, 1), thing("b", id="b-2"))],
        [Began(2, Operation(thing("b"), OperationType.DELETING)), Began(3, creating(thing("d", id="")))],
    )
    before = store.load()

    assert names(before) == ["c", "b"]
    assert before.resources[1].id == "b-2"
    assert [operation.type.value for operation in before.pending] == ["deleting", "creating"]

    with store.open("update") as session:
        assert names(session.base) == ["c", "b"]
        assert not store.paths.journal.exists()
        assert [operation.type.value for operation in session.base.pending] == ["deleting", "creating"]


def test_a_run_that_was_refused_before_it_recorded_anything_is_not_an_interrupted_one(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    with store.open("update") as session:  # then a policy pack is refused, say
        session.bind_aws("instance-2", "http://127.0.0.1:4566").result(timeout=30)

    assert not store.paths.journal.exists()
    assert names(store.load()) == ["a"]


def test_a_state_of_the_pulumi_cli_is_gone_on_from(tmp_path):
    store = recorded_store(tmp_path)

    record(store, [Added(thing("c", inputs={"pw": Secret("s3cret")}))])
    with store.open("update") as session:
        session.finish(session.base, INFO)

    read = store_in(tmp_path).load()
    assert names(read) == ["c", "golden-dev", "default_1_2_3", "a", "b"]
    assert read.resources[0].inputs == {"pw": Secret("s3cret")}
    assert read.resources[3].inputs["pw"] == Secret("hunter2")


def test_unchanged_secrets_keep_their_ciphertext(tmp_path):
    store = recorded_store(tmp_path)
    before = store.paths.checkpoint.read_bytes()

    with store.open("update") as session:
        session.finish(session.base, INFO)

    after = store.paths.checkpoint.read_bytes()
    for ciphertext in (b"v1:w9IsoxubUordntq4:sfIj", b"v1:iohIdlsU2+Fy3Mg6:HOD4", b"v1:yjNvudbAMcAmkgKN:GUx6"):
        assert ciphertext in before
        assert ciphertext in after


def test_a_secret_is_in_clear_in_no_file(tmp_path):
    store = store_in(tmp_path, environ={})
    canary = "canary-in-the-mine"

    record(store, [Began(1, creating(thing("a", inputs={"list": [Secret({"deep": canary})]})))])
    finish(
        store, thing("a", outputs={"x": Secret(canary)}), pending=[creating(thing("b", inputs={"y": Secret(canary)}))]
    )
    record(store, [Added(thing("c", replacement_trigger=Secret(canary)))])

    assert ".tap/passphrase" in files(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert canary.encode() not in path.read_bytes(), path
            assert base64.b64encode(canary.encode()) not in path.read_bytes(), path
    assert store_in(tmp_path, environ={}).load().resources[0].replacement_trigger == Secret(canary)


def test_a_local_run_needs_no_passphrase_and_its_file_opens_the_state_elsewhere(tmp_path):
    finish(store_in(tmp_path, environ={}), thing("a", outputs={"x": Secret("y")}))
    file = tmp_path / ".tap" / "passphrase"

    handed_over = store_in(tmp_path, environ={"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)})

    assert handed_over.load().resources[0].outputs == {"x": Secret("y")}


def test_a_stack_without_secrets_needs_no_passphrase_at_all(tmp_path):
    finish(store_in(tmp_path, environ={}), thing("a"))

    assert not (tmp_path / ".tap" / "passphrase").exists()


def test_a_wrong_or_missing_passphrase_is_said_in_pulumis_words_and_changes_nothing(tmp_path):
    before = recorded_store(tmp_path).paths.checkpoint.read_bytes()

    with pytest.raises(PassphraseError) as wrong:
        store_in(tmp_path, environ={"PULUMI_CONFIG_PASSPHRASE": "wrong"}).load()
    with pytest.raises(PassphraseError, match="passphrase must be set with PULUMI_CONFIG_PASSPHRASE"):
        store_in(tmp_path, environ={}).load()

    assert str(wrong.value) == "could not deserialize deployment: failed to decrypt: incorrect passphrase"
    assert store_in(tmp_path).paths.checkpoint.read_bytes() == before
    assert not (tmp_path / ".tap" / "passphrase").exists()


def test_reading_without_secrets_asks_for_no_passphrase(tmp_path):
    recorded_store(tmp_path)

    stack = store_in(tmp_path, environ={}).load(secrets=False).resources[0]

    assert stack.outputs == {"id": "b-2", "pw": Secret("[secret]")}


def test_a_secret_of_another_provider_is_refused_by_its_name_and_a_stack_without_secrets_is_not(tmp_path):
    store = recorded_store(tmp_path)
    document = json.loads(store.paths.checkpoint.read_bytes())
    document["checkpoint"]["latest"]["secrets_providers"] = {"type": "service", "state": {}}
    store.paths.checkpoint.write_text(json.dumps(document))

    with pytest.raises(StateError, match="secrets provider 'service' is not supported"):
        store.load()

    document["checkpoint"]["latest"]["resources"] = []
    store.paths.checkpoint.write_text(json.dumps(document))

    with store.open("update") as session:
        session.finish(session.base, INFO)
    assert store.load().secrets_providers == {"type": "service", "state": {}}


def test_the_salt_of_the_config_is_what_the_state_is_written_with(tmp_path):
    salt = "v1:I6hhHCzterg=:v1:PM/UGwkdMnMabBdW:YFdhzO1bhNs972APNYpaaPl0OyRAUg=="
    store = store_in(tmp_path)
    store.config_crypter(salt)

    record(store, [Added(thing("a", outputs={"x": Secret("y")}))])
    finish(store, thing("a", outputs={"x": Secret("y")}))

    read = store_in(tmp_path).load()
    assert read.secrets_providers == {"type": "passphrase", "state": {"salt": salt}}
    assert read.resources[0].outputs == {"x": Secret("y")}


def test_which_embedded_aws_a_run_builds_on_survives_its_end_and_its_death(tmp_path):
    store = store_in(tmp_path)
    with store.open("update") as session:
        session.append([Began(1, creating(thing("a", id="")))]).result(30)
        session.bind_aws("first", "http://127.0.0.1:4566").result(30)
        session.append([Ended(1), Added(thing("a"))]).result(30)

    assert (store.load().aws_instance, store.load().aws_endpoint) == ("first", "http://127.0.0.1:4566")

    with store.open("update") as session:
        assert session.base.aws_instance == "first"
        session.finish(session.base.with_contents([thing("b")], (), aws_instance="second", aws_endpoint="e"), INFO)

    assert (store.load().aws_instance, store.load().aws_endpoint) == ("second", "e")


def test_a_run_that_starts_afresh_and_dies_leaves_what_it_made_and_nothing_of_before(tmp_path):
    store = store_in(tmp_path)
    with store.open("update") as session:
        session.finish(session.base.with_contents([thing("a")], [creating(thing("z"))], aws_instance="gone"), INFO)

    with store.open("update") as session:
        session.start_afresh().result(30)
        session.append([Began(1, creating(thing("a", id="")))]).result(30)
    early = store.load()

    assert (names(early), early.aws_instance) == ([], "")
    assert [operation.resource.urn for operation in early.pending] == [thing("a").urn]

    with store.open("update") as session:
        session.start_afresh().result(30)
        session.bind_aws("new", "e")
        session.append([Added(thing("a", id="a-2"))]).result(30)
    late = store.load()

    assert ([resource.id for resource in late.resources], late.aws_instance) == (["a-2"], "new")


def test_a_state_that_breaks_a_rule_is_neither_read_nor_written(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    before = store.paths.checkpoint.read_bytes()

    with store.open("update") as session:
        session.append([Added(thing("b"))]).result(30)
        with pytest.raises(IntegrityError, match="duplicate resource") as raised:
            session.finish(session.base.with_contents([thing("a"), thing("a")], ()), INFO)

    assert "bug of tap" in raised.value.hint
    assert store.paths.checkpoint.read_bytes() == before
    assert names(store.load()) == ["b", "a"]

    document = json.loads(before)
    document["checkpoint"].pop("checksum")
    document["checkpoint"]["latest"]["manifest"]["magic"] = ""
    store.paths.journal.unlink()
    store.paths.checkpoint.write_text(json.dumps(document))

    with pytest.raises(IntegrityError, match="magic cookie mismatch"):
        store.load()
    with pytest.raises(IntegrityError, match="magic cookie mismatch"), store.open("update"):
        pass


def test_a_journal_that_would_break_a_rule_is_not_gone_on_from(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    record(store, [Added(thing("b", dependencies=(thing("gone").urn,)))])

    with pytest.raises(IntegrityError, match="refers to missing resource") as raised:
        store.load()
    with pytest.raises(IntegrityError), store.open("update"):
        pass

    assert "set the journal aside" in raised.value.hint
    assert store.paths.journal.exists()


def test_a_damaged_checkpoint_names_the_copy_that_mends_it(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    finish(store, thing("a"), thing("b"))
    store.paths.checkpoint.write_bytes(store.paths.checkpoint.read_bytes()[:-40])

    with pytest.raises(StateError, match="unexpected end of JSON input") as raised:
        store.load()

    assert str(store.paths.checkpoint) in str(raised.value)
    command = raised.value.hint.partition("good copy back: ")[2]
    assert command.startswith("cp ")
    assert os.system(command) == 0  # noqa: S605  - the very command that a user is told
    assert names(store.load()) == ["a", "b"]


def test_a_damaged_journal_is_an_error_that_says_how_to_go_on_without_it(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    record(store, [Added(thing("b"))], [Added(thing("c"))])
    journal = bytearray(store.paths.journal.read_bytes())
    journal[len(journal) // 2] ^= 1
    store.paths.journal.write_bytes(journal)

    with pytest.raises(StateError, match="is damaged: line 2") as raised:
        store.load()

    command = raised.value.hint.partition("aside: ")[2].partition(";")[0]
    assert os.system(command) == 0  # noqa: S605  - the very command that a user is told
    assert names(store.load()) == ["a"]


def test_a_journal_cut_anywhere_gives_the_changes_that_were_whole(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    record(store, [Added(thing("b"))], [Added(thing("c"))])
    whole = store.paths.journal.read_bytes()
    seen = set()

    for length in range(len(whole)):
        store.paths.journal.write_bytes(whole[:length])
        seen.add(tuple(names(store.load())))

    assert seen == {("a",), ("b", "a"), ("b", "c", "a")}


def test_a_journal_that_continues_another_checkpoint_is_an_error_that_names_that_one(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    base = store.paths.checkpoint.read_bytes()
    record(store, [Added(thing("b"))])
    store.paths.checkpoint.write_bytes(base.replace(b"a-1", b"a-2").replace(b',"checksum"', b',"checksun"'))

    with pytest.raises(StateError, match="was changed after a run that did not end") as raised:
        store.load()

    command = raised.value.hint.partition("back: ")[2].partition(";")[0]
    assert os.system(command) == 0  # noqa: S605  - the very command that a user is told
    assert hashlib.sha256(store.paths.checkpoint.read_bytes()).digest() == hashlib.sha256(base).digest()
    assert names(store.load()) == ["b", "a"]


def test_an_append_after_the_end_says_so(tmp_path):
    with store_in(tmp_path).open("update") as session:
        session.finish(session.base, INFO)
        with pytest.raises(StateError, match="has ended"):
            session.bind_aws("late", "e").result(30)


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "..", "a b", "x" * 101])
def test_a_stack_name_that_is_a_path_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="no valid stack name"):
        store_in(tmp_path, stack=name)


def test_the_stacks_of_a_project_are_those_with_a_checkpoint_or_a_journal(tmp_path):
    finish(store_in(tmp_path, stack="b"), thing("a"))
    finish(store_in(tmp_path, stack="b"), thing("a"))
    record(store_in(tmp_path, stack="a"), [Added(thing("a"))])

    assert stack_names(tmp_path, "golden") == ("a", "b")
    assert stack_names(tmp_path, "other") == ()
