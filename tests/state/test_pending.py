"""What was begun and not ended is kept until somebody has found out what became of it."""

from dataclasses import replace

import pytest

from tap.engine.model import Mark, Operation, OperationType
from tap.engine.snapshot import Began
from tap.errors import StateError
from tap.state.crypter import CachingCrypter, PlaintextCrypter
from tap.state.json_text import from_json
from tap.state.resource_codec import decode_operation, encode_operation
from tests.state.support import NOW, creating, finish, record, store_in, thing

MARK = Mark("0123", NOW)


def crypter():
    return CachingCrypter(PlaintextCrypter())


def pending(store):
    return [(each.resource.id, each.type, each.mark) for each in store.load().pending]


def test_a_mark_survives_in_the_journal_and_in_the_checkpoint(tmp_path):
    store = store_in(tmp_path)
    operation = replace(creating(thing("a")), mark=MARK)
    record(store, [Began(1, operation)])
    in_journal = pending(store)
    finish(store, pending=[operation])
    written = from_json(store.paths.checkpoint.read_bytes())["checkpoint"]["latest"]["pending_operations"]

    assert in_journal == pending(store) == [("a-1", OperationType.CREATING, MARK)]
    assert [each["mark"] for each in written] == [{"text": "0123", "made": "2026-11-23T12:00:00.0005Z"}]


def test_an_operation_of_the_pulumi_cli_has_no_mark_and_gets_no_further_key():
    encoded = encode_operation(creating(thing("a")), crypter())

    assert encoded.keys() == {"resource", "type"}
    assert decode_operation(encoded, crypter(), "pending_operations[0]").mark is None


@pytest.mark.parametrize("mark", ["0123", {"text": "0123"}, {"text": 1, "made": "2026-11-23T12:00:00Z"}, {"made": ""}])
def test_a_malformed_mark_is_an_error_that_names_the_place(mark):
    encoded = {**encode_operation(creating(thing("a")), crypter()), "mark": mark}
    with pytest.raises(StateError, match=r"pending_operations\[0\]: an operation has the malformed mark"):
        decode_operation(encoded, crypter(), "pending_operations[0]")


def test_a_run_killed_before_its_first_change_leaves_what_was_pending_before_it(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"), pending=[Operation(thing("a"), OperationType.UPDATING)])
    with store.open("update") as session:
        session.bind_aws("instance", "http://127.0.0.1:1").result(timeout=30)

    assert pending(store) == [("a-1", OperationType.UPDATING, None)]
