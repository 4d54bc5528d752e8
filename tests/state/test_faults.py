"""A full disk and a folder that can not be written: one clear error, and what was recorded is kept."""

import os
import signal

import pytest

from tap.errors import StateError
from tests.state.support import child, ended, finish, names, store_in, thing

FILLING = """
import os, resource, signal, sys
from pathlib import Path
from tap.engine.snapshot import Added
from tap.errors import StateError
from tests.state.support import INFO, store_in, thing

with store_in(Path(sys.argv[1])).open("update") as session:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    things = []
    try:
        for number in range(100):
            session.append([Added(thing(str(number)))]).result()
            things.append(thing(str(number)))
    except StateError as error:
        print(len(things), error)
    left = 300 if sys.argv[3] == "full" else resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, resource.RLIM_INFINITY))
    try:
        session.append([Added(thing("later"))]).result()
    except StateError as error:
        print("later", error)
    if sys.argv[3] == "killed":
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        session.finish(session.base.with_contents(things + [thing("end")], ()), INFO)
        print("finished")
    except StateError as error:
        print("end", error, "|", error.hint)
"""


@pytest.mark.parametrize("limit", [2000, 2001, 2100, 2333])
def test_a_full_disk_is_told_at_once_and_ever_after_and_keeps_what_was_confirmed(tmp_path, limit):
    finish(store_in(tmp_path), thing("a"))

    code, out, err = ended(child(FILLING, tmp_path, limit, "full"))

    assert (code, err) == (0, "")
    first, later, end = out.splitlines()
    confirmed = int(first.split()[0])
    assert confirmed > 5
    for line in (first, later):
        assert f"failed to write {tmp_path}/.tap/journal/golden/dev.jsonl: File too large" in line
    assert "failed to write" in end
    assert "free some space" in end
    store = store_in(tmp_path)
    assert names(store.load()) == [*map(str, range(confirmed)), "a"]

    finish(store, thing("b"))

    assert names(store.load()) == ["b"]
    assert not list(tmp_path.rglob("*.draft"))


def test_a_disk_that_has_space_again_at_the_end_takes_the_whole_state(tmp_path):
    code, out, err = ended(child(FILLING, tmp_path, 2000, "freed"))

    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["later", "finished"]
    assert names(store_in(tmp_path).load())[-1] == "end"
    assert not store_in(tmp_path).paths.journal.exists()


def test_after_a_failed_write_nothing_more_is_recorded_though_the_disk_has_space_again(tmp_path):
    code, out, err = ended(child(FILLING, tmp_path, 2100, "killed"))

    assert (code, err) == (-signal.SIGKILL, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["later"]
    assert names(store_in(tmp_path).load()) == [str(number) for number in range(int(out.split()[0]))]


def test_a_place_where_no_folder_can_be_made_is_one_clear_error(tmp_path):
    (tmp_path / ".tap").write_text("a file")

    with pytest.raises(StateError, match="failed to lock") as raised, store_in(tmp_path).open("update"):
        pass

    assert str(tmp_path) in str(raised.value)
    assert store_in(tmp_path).load().resources == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_clear_error_and_still_readable(tmp_path):
    store = store_in(tmp_path)
    finish(store, thing("a"))
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)

    try:
        with pytest.raises(StateError, match="Permission denied"):
            finish(store, thing("b"))
        assert names(store.load()) == ["a"]
    finally:
        for folder in folders:
            folder.chmod(0o755)
