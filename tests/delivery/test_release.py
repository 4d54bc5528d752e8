"""What is remembered of releases, and which one a rollback goes back to."""

from __future__ import annotations

import json

import pytest

from tap.delivery.release import (
    NoReleaseError,
    NothingToRollBackError,
    Release,
    ReleaseFailedError,
    Rollback,
    RollbackTriedError,
    decode,
    encode,
    release_to_return_to,
)
from tap.errors import StateError, TapError

A, B = "a" * 40, "b" * 40


def release(commit: str, serial: str) -> Release:
    return Release(
        commit, "Ada", "a subject", "2026-11-28T12:00:00+00:00", "embedded", "p", serial, {"tap": "1"}, {"x": 1}
    )


def rollback(serial: str, *, succeeded: bool) -> Rollback:
    return Rollback(B, A, "2026-11-28T13:00:00+00:00", serial, succeeded)


def test_entries_come_back_as_they_were():
    entries = (release(A, "1"), rollback("2", succeeded=False), release(B, "3"))

    assert decode(encode(entries), "a file") == entries


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "{}", json.dumps({"v": 2, "kind": "release"}), json.dumps({"v": 1, "kind": "what"})]
)
def test_a_line_that_can_not_be_read_is_one_clear_error(line):
    with pytest.raises(StateError) as error:
        decode(encode([release(A, "1")]) + line + "\n", "a file")

    assert "a file" in str(error.value)
    assert "line 2" in str(error.value)


def test_the_last_release_is_gone_back_to_not_one_before_it():
    assert release_to_return_to("dev", [release("c" * 40, "0"), release(A, "1")], B, "2").commit == A


def test_a_failed_deploy_after_a_rollback_is_rolled_back_again():
    entries = [release(A, "1"), rollback("2", succeeded=True)]

    assert release_to_return_to("dev", entries, "c" * 40, "3").commit == A


@pytest.mark.parametrize(
    ("entries", "commit", "serial", "kind", "words"),
    [
        ([], B, "1", NoReleaseError, "no release of the stack 'dev' has been recorded yet"),
        ([rollback("1", succeeded=False)], B, "2", NoReleaseError, "no release"),
        ([release(A, "1")], B, "1", NothingToRollBackError, "is as its last release"),
        ([release(A, "1")], A, "2", ReleaseFailedError, "it would only run again"),
        (
            [release(A, "1"), rollback("2", succeeded=True)],
            B,
            "2",
            NothingToRollBackError,
            "rolled back to aaaaaaaaaa already",
        ),
        ([release(A, "1"), rollback("2", succeeded=False)], B, "2", RollbackTriedError, "was tried already and failed"),
    ],
)
def test_there_is_nothing_to_go_back_to_or_from(entries, commit, serial, kind: type[TapError], words):
    with pytest.raises(kind) as refusal:
        release_to_return_to("dev", entries, commit, serial)

    assert words in str(refusal.value)
    assert refusal.value.exit_code == 2
