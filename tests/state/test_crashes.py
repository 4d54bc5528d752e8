"""Killed anywhere, a run loses nothing that was confirmed, and the next one goes on."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tap.engine.snapshot import Added
from tap.state.journal_format import parse_journal
from tests.state.support import child, finish, names, store_in, thing


def test_a_run_killed_at_every_touch_of_the_disk_loses_nothing_and_the_next_one_converges(memory_folder):
    subprocess.run([sys.executable, "-m", "tests.state.crash_matrix", str(memory_folder)], check=True, timeout=120)
    folders = sorted(memory_folder.iterdir(), key=lambda folder: int(folder.name))

    assert len(folders) > 30
    for folder in folders:
        progress = folder / "confirmed"
        confirmed = progress.read_text() if progress.exists() else ""
        store = store_in(folder)
        read = store.load()
        found = set(names(read))

        assert found >= {"a", "b"} | set(confirmed) - set("-!"), folder.name
        if confirmed.endswith("-"):
            name = "d" if "c" in confirmed else "c"
            assert name in found or name in names_of_pending(read), folder.name

        finish(store, *(thing(name) for name in "abcd"))

        assert names(store.load()) == ["a", "b", "c", "d"], folder.name
        assert not list((folder / ".tap").rglob("*.draft")), folder.name
        assert not list((folder / ".tap").rglob("*.jsonl")), folder.name
        assert not list(store.paths.pulumi_locks.iterdir()), folder.name

    assert confirmed == "-c-d!"


@pytest.fixture
def memory_folder(tmp_path):
    """A folder in memory, where there is one: hundreds of fsyncs on a disk take long and show nothing more."""
    if not os.access("/dev/shm", os.W_OK):  # noqa: S108  - the system's folder in memory
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def names_of_pending(checkpoint):
    return [operation.resource.urn.rpartition("::")[2] for operation in checkpoint.pending]


APPENDING = """
import sys
from pathlib import Path
from tap.engine.snapshot import Added
from tests.state.support import store_in, thing

with store_in(Path(sys.argv[1])).open("update") as session:
    for number in range(100_000):
        waiting = [session.append([Added(thing(f"{number}-{part}"))]) for part in range(3)]
        for written in waiting:
            written.result()
        print(number, flush=True)
"""


def test_a_run_killed_while_it_appends_keeps_every_confirmed_change(tmp_path):
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        process = child(APPENDING, folder)
        for _ in range(20 + 7 * attempt):
            process.stdout.readline()
        process.kill()
        rest, _ = process.communicate(timeout=30)
        confirmed = 19 + 7 * attempt + len(rest.split())

        assert process.returncode == -signal.SIGKILL
        found = names(store_in(folder).load())
        assert found[: 3 * (confirmed + 1)] == [f"{n}-{part}" for n in range(confirmed + 1) for part in range(3)]


def test_recovery_is_the_same_after_a_recovery_that_was_itself_interrupted(tmp_path):
    """The state is read twice, folded, and read again: the journal's changes are applied once."""
    store = store_in(tmp_path)
    with store.open("update") as session:
        session.append([Added(thing("a"))]).result(30)
    journal = store.paths.journal.read_bytes()
    with store.open("update"):
        pass

    # As a fold leaves it that is killed between writing the checkpoint and removing the journal.
    store.paths.journal.parent.mkdir(exist_ok=True)
    store.paths.journal.write_bytes(journal)

    assert names(store.load()) == ["a"]
    with store.open("update") as session:
        assert names(session.base) == ["a"]
    assert not store.paths.journal.exists()


def test_many_appends_at_once_share_their_writes(tmp_path):
    store = store_in(tmp_path)

    with store.open("update") as session:
        waiting = [session.append([Added(thing(f"t{n}"))]) for n in range(500)]
        for written in waiting:
            written.result(30)
        entries = parse_journal(store.paths.journal.read_bytes()).entries

    assert sum(len(entry.changes) for entry in entries) == 500
    assert len(entries) < 100
    assert names(store.load()) == [f"t{n}" for n in range(500)]


def test_a_run_of_four_times_the_resources_writes_four_times_the_bytes(tmp_path):
    def written(count):
        store = store_in(tmp_path / str(count))
        things = [thing(f"{n:04}") for n in range(count)]
        with store.open("update") as session:
            for each in things:
                session.append([Added(each)]).result(30)
            journal = store.paths.journal.stat().st_size
        finish(store, *things)
        return journal + sum(path.stat().st_size for path in (tmp_path / str(count)).rglob("*.json*"))

    small, large = written(20), written(80)

    assert 3 * small < large < 4 * small
