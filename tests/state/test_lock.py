"""One writer at a time: among ourselves, and with the Pulumi CLI."""

import json
import os
import signal
import time

import pytest

from tap.engine.snapshot import Added
from tap.errors import StateLockedError
from tests.state.support import child, ended, finish, names, record, store_in, thing

HOLDING = """
import sys, time
from pathlib import Path
from tests.state.support import store_in

with store_in(Path(sys.argv[1])).open("update"):
    print("held", flush=True)
    time.sleep(60)
"""

RACING = """
import os, sys, time
from pathlib import Path
from tap.errors import StateLockedError
from tap.state.lock import locked
from tap.state.paths import StackPaths

folder, entered, refused = Path(sys.argv[1]), 0, 0
print("ready", flush=True)
sys.stdin.readline()
while entered < int(sys.argv[2]):
    try:
        with locked(StackPaths(folder, "golden", "dev")):
            os.close(os.open(folder / "inside", os.O_CREAT | os.O_EXCL))
            entered += 1
            time.sleep(0.001)
            os.unlink(folder / "inside")
    except StateLockedError:
        refused += 1
        time.sleep(0.001)
print(refused)
"""


def pulumi_lock(store, **fields):
    """A lock file as the Pulumi CLI writes it."""
    holder = {"pid": 1, "username": "root", "hostname": "vm", "timestamp": "2026-11-23T11:22:00.609564232Z", **fields}
    path = store.paths.pulumi_locks / "14f35308-c828-4095-bc8b-19fbb9a97a70.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(holder))
    return path


def dead_pid():
    process = child("pass")
    ended(process)
    return process.pid


def refusal(store):
    with pytest.raises(StateLockedError) as raised, store.open("update"):
        pass
    return raised.value


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the stack in tmp_path."""
    process = child(HOLDING, tmp_path)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate(timeout=30)


def test_a_held_stack_is_refused_with_who_holds_it_since_when(tmp_path, holder):
    error = refusal(store_in(tmp_path))

    assert str(error).startswith(
        "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock "
        f"file with `tap cancel`.\n  file://{tmp_path}/.tap/.pulumi/locks/organization/golden/dev/"
    )
    assert f"(pid {holder.pid}) at {time.strftime('%Y-%m-%dT%H', time.gmtime())}" in str(error)
    assert error.exit_code == 1
    assert error.retryable


@pytest.mark.usefixtures("holder")
def test_reading_does_not_mind_the_lock(tmp_path):
    assert store_in(tmp_path).load().resources == ()


@pytest.mark.usefixtures("holder")
def test_another_stack_is_not_locked(tmp_path):
    finish(store_in(tmp_path, stack="prod"), thing("a"))

    assert names(store_in(tmp_path, stack="prod").load()) == ["a"]


def test_the_lock_file_is_there_while_it_is_held_and_gone_after(tmp_path):
    store = store_in(tmp_path)

    with store.open("update"):
        (file,) = store.paths.pulumi_locks.iterdir()
        told = json.loads(file.read_bytes())
        assert (told["pid"], told["hostname"]) == (os.getpid(), os.uname().nodename)

    assert list(store.paths.pulumi_locks.iterdir()) == []


def test_a_killed_holder_is_taken_over_at_once_and_silently(tmp_path, holder):
    store = store_in(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)

    assert len(list(store.paths.pulumi_locks.iterdir())) == 1
    finish(store, thing("a"))

    assert list(store.paths.pulumi_locks.iterdir()) == []


def test_the_lock_goes_when_the_run_fails(tmp_path):
    store = store_in(tmp_path)

    with pytest.raises(ZeroDivisionError), store.open("update"):
        raise ZeroDivisionError

    finish(store, thing("a"))
    assert names(store.load()) == ["a"]


def test_a_lock_of_the_pulumi_cli_keeps_us_out_in_its_own_words(tmp_path):
    store = store_in(tmp_path)
    path = pulumi_lock(store, pid=14697)

    error = refusal(store)

    assert str(error).splitlines()[1] == f"  file://{path}: created by root@vm (pid 14697) at 2026-11-23T11:22:00Z"
    assert path.exists()
    assert len(list(path.parent.iterdir())) == 1


def test_a_lock_file_that_can_not_be_read_keeps_us_out_too(tmp_path):
    store = store_in(tmp_path)
    pulumi_lock(store).write_text("{")

    assert "can not be read" in str(refusal(store))


def test_a_lock_of_tap_on_another_machine_is_never_broken(tmp_path):
    store = store_in(tmp_path)
    pulumi_lock(store, tool="tap", boot="another", hostname="elsewhere", pid=dead_pid())

    assert "root@elsewhere" in str(refusal(store))


def test_notes_of_the_pulumi_cli_beside_a_lock_are_no_lock(tmp_path):
    store = store_in(tmp_path)
    path = pulumi_lock(store)
    path.rename(path.with_name(path.name + ".attrs"))

    finish(store, thing("a"))

    assert names(store.load()) == ["a"]


def test_cancel_removes_what_dead_processes_left_and_tells_it(tmp_path):
    store = store_in(tmp_path)
    path = pulumi_lock(store, hostname=os.uname().nodename, pid=dead_pid())

    assert "rm " in refusal(store).hint
    assert [lock.path for lock in store.cancel()] == [path]
    assert store.cancel() == ()
    finish(store, thing("a"))


def test_cancel_leaves_in_the_checkpoint_what_a_killed_run_had_done(tmp_path):
    """Without the lock the Pulumi CLI may come, which knows nothing of a journal."""
    store = store_in(tmp_path)
    finish(store, thing("a"))
    record(store, [Added(thing("b"))])
    path = pulumi_lock(store, hostname=os.uname().nodename, pid=dead_pid())

    assert [lock.path for lock in store.cancel()] == [path]
    assert not store.paths.journal.exists()
    held = json.loads(store.paths.checkpoint.read_bytes())["checkpoint"]["latest"]["resources"]
    assert {each["urn"].rpartition("::")[2] for each in held} == {"a", "b"}


def test_cancel_refuses_the_lock_of_a_living_process_and_says_whose(tmp_path, holder):
    store = store_in(tmp_path)

    with pytest.raises(StateLockedError, match=f"pid {holder.pid}"):
        store.cancel()

    holder.kill()
    holder.wait(30)
    pulumi_lock(store, hostname=os.uname().nodename, pid=os.getpid())

    with pytest.raises(StateLockedError, match=f"pid {os.getpid()}"):
        store.cancel()


def test_processes_that_race_for_the_lock_are_never_inside_together(tmp_path):
    racers = [child(RACING, tmp_path, 25) for _ in range(3)]
    for process in racers:
        assert process.stdout.readline() == "ready\n"
    for process in racers:
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [ended(process) for process in racers]

    assert [(code, err) for code, _, err in results] == [(0, "")] * 3
    assert sum(int(out) for _, out, _ in results) > 0
