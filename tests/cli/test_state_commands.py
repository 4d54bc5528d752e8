"""`tap state` and `tap cancel` as people and scripts call them, on a state that the Pulumi CLI has written."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from tap.local_aws import control
from tests.cli.conftest import Tap
from tests.state.support import PASSPHRASE, RECORDED

STACK = "urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev"
PROVIDER = "urn:pulumi:dev::golden::pulumi:providers:fake::default_1_2_3"
A = "urn:pulumi:dev::golden::fake:index:Thing::a"
B = "urn:pulumi:dev::golden::fake:index:Thing::b"
LOCKS = ".tap/.pulumi/locks/organization/golden/dev"
HOLDING = """
import sys
from pathlib import Path
from tap.state.store import StateStore

with StateStore(Path(sys.argv[1]), "golden", "dev").open("update"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def tap(tmp_path, warm):
    (tmp_path / "Pulumi.yaml").write_text("name: golden\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("{}\n")
    checkpoint = tmp_path / ".tap/.pulumi/stacks/golden/dev.json"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(RECORDED)
    tap = Tap(tmp_path, warm)
    yield lambda *arguments: tap(*arguments, "--stack", "dev", **PASSPHRASE)
    control.stop(tmp_path)  # a preview starts the embedded AWS before it looks at the state


def exported(tap):
    return json.loads(tap("state", "export").stdout)


def untimed(document):
    """The resources without their times: we keep microseconds, where Go writes nanoseconds."""
    times = ("created", "modified")
    return [
        {key: value for key, value in each.items() if key not in times} for each in document["deployment"]["resources"]
    ]


def test_the_state_is_listed_urn_by_urn(tap):
    listed = tap("state", "list")
    documents = json.loads(tap("state", "list", "--json").stdout)

    assert listed.stdout == f"{STACK}\n{PROVIDER}\n{A}\n{B}\n"
    assert documents[2] == {
        "urn": A, "type": "fake:index:Thing", "id": "a-1", "custom": True, "protect": False, "external": False,
        "delete": False, "pendingReplacement": False,
    }  # fmt: skip


def test_an_export_is_imported_again_and_nothing_has_changed(tap, tmp_path):
    file = tmp_path / "out" / "state.json"

    assert tap("state", "export", "--file", str(file)).returncode == 0
    before = json.loads(file.read_text())
    imported = tap("state", "import", "--file", str(file))
    after = exported(tap)

    assert (imported.returncode, imported.stdout, imported.stderr) == (0, "Import complete.\n", "")
    assert file.stat().st_mode & 0o077 == 0
    assert untimed(before) == untimed(after)
    assert len(list((tmp_path / ".tap/.pulumi/history/golden/dev").iterdir())) == 2
    assert len(list((tmp_path / ".tap/.pulumi/backups/golden/dev").iterdir())) == 1


def test_a_dangerous_import_is_refused_unless_forced(tap, tmp_path):
    document = exported(tap)
    document["deployment"]["resources"][3]["dependencies"] = ["urn:pulumi:dev::golden::fake:index:Thing::missing"]
    document["deployment"]["pending_operations"] = [
        {"resource": document["deployment"]["resources"][2], "type": "updating"}
    ]
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(document))
    problem = f"resource {B}'s dependency urn:pulumi:dev::golden::fake:index:Thing::missing refers to missing resource"

    refused = tap("state", "import", "--file", str(file))
    untouched = exported(tap)
    forced = tap("state", "import", "--file", str(file), "--force")
    used = tap("preview")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"error: 2 errors occurred:\n    1) state file contains errors: {problem}\n"
        "    2) importing this file could be dangerous; rerun with --force to proceed anyway\n"
    )
    assert untouched["deployment"] == json.loads(RECORDED)["checkpoint"]["latest"]
    assert (forced.returncode, forced.stdout) == (0, "Import complete.\n")
    assert forced.stderr == (
        f"warning: state file contains errors: {problem}\nwarning: removing pending operation 'updating' on '{A}'\n"
    )
    assert used.returncode == 1
    assert f"snapshot integrity failure; refusing to use it: {problem}" in used.stderr


def test_another_stacks_state_is_not_imported(tap, tmp_path):
    file = tmp_path / "other.json"
    file.write_text(json.dumps(exported(tap)).replace("urn:pulumi:dev::", "urn:pulumi:prod::"))

    refused = tap("state", "import", "--file", str(file))

    assert refused.returncode == 1
    assert f"resource '{A.replace(':dev:', ':prod:')}' is from a different stack (prod != dev)" in refused.stderr


def test_a_resource_is_forgotten_only_when_nothing_hangs_on_it(tap):
    refused = tap("state", "delete", A)
    leaf = tap("state", "delete", B)
    all_of_it = tap("state", "delete", PROVIDER, "--target-dependents", "--yes")

    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"error: {A} can't be safely deleted because the following resources depend on it:\n"
    )
    assert (leaf.returncode, leaf.stdout) == (0, "Resource deleted\n")
    assert (all_of_it.returncode, all_of_it.stdout) == (0, "2 resources deleted\n")
    assert tap("state", "list").stdout == f"{STACK}\n"


def test_protection_is_taken_away_or_overruled(tap, tmp_path):
    checkpoint = tmp_path / ".tap/.pulumi/stacks/golden/dev.json"
    document = json.loads(RECORDED)
    for resource in document["checkpoint"]["latest"]["resources"][1:]:
        resource["protect"] = True
    checkpoint.write_text(json.dumps(document))

    refused = tap("state", "delete", B)
    forced = tap("state", "delete", B, "--force")
    neither = tap("state", "unprotect")
    one = tap("state", "unprotect", A)
    listed = tap("state", "ls").stdout
    everything = tap("state", "unprotect", "--all")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"error: {B} can't be safely deleted because it is protected. "
        "Re-run this command with --force to force deletion\n"
    )
    assert (forced.returncode, forced.stdout) == (0, "Resource deleted\n")
    assert f"warning: deleting protected resource {B} due to presence of --force" in forced.stderr
    assert neither.returncode == 1
    assert "must provide a URN corresponding to a resource" in neither.stderr
    assert (one.returncode, one.stdout) == (0, "Resource unprotected\n")
    assert listed == f"{STACK}\n{PROVIDER}  (protected)\n{A}\n"
    assert (everything.returncode, everything.stdout) == (0, "All resources unprotected\n")
    assert "(protected)" not in tap("state", "list").stdout


@pytest.mark.parametrize(
    "arguments",
    [("state", "list"), ("state", "export"), ("state", "delete", A), ("state", "unprotect", "--all"), ("cancel",)],
)
def test_a_stack_that_is_not_there_is_exit_6(tmp_path, arguments):
    (tmp_path / "Pulumi.yaml").write_text("name: golden\nruntime: python\n")

    ended = Tap(tmp_path)(*arguments, "--stack", "nosuch")

    assert ended.returncode == 6
    assert ended.stderr.startswith("error: no stack named 'nosuch' found\n")


def put_lock(tmp_path, **fields):
    path = tmp_path / LOCKS / "14f35308-c828-4095-bc8b-19fbb9a97a70.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"username": "ana", "timestamp": "2026-11-23T11:22:00.609564232Z", **fields}))
    return path


def dead_pid():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(timeout=30)
    return ended.pid


def test_cancel_says_the_same_whether_there_was_a_lock_or_not(tap, tmp_path):
    lock = put_lock(tmp_path, pid=dead_pid(), hostname=socket.gethostname())

    first = tap("cancel", "--yes")
    second = tap("cancel")

    assert first.returncode == second.returncode == 0
    assert first.stdout.startswith("Removed file://")
    assert first.stdout.endswith(
        " at 2026-11-23T11:22:00Z\nThe currently running update for 'dev' has been canceled!\n"
    )
    assert second.stdout == "The currently running update for 'dev' has been canceled!\n"
    assert not lock.exists()


@pytest.mark.parametrize(
    "fields",
    [{"pid": os.getpid(), "hostname": socket.gethostname()}, {"pid": 1, "hostname": "another-machine"}],
    ids=["alive", "elsewhere"],
)
def test_cancel_leaves_the_lock_of_somebody_who_may_be_working(tap, tmp_path, fields):
    lock = put_lock(tmp_path, **fields)

    refused = tap("cancel")

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert f"created by ana@{fields['hostname']} (pid {fields['pid']}) at 2026-11-23T11:22:00Z" in refused.stderr
    assert lock.exists()


def test_cancel_leaves_a_tap_that_works(tap, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        env={**os.environ, **PASSPHRASE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = tap("cancel")
        edited = tap("state", "delete", B)
    finally:
        holder.communicate(timeout=30)

    assert refused.returncode == 1
    assert refused.stderr.startswith("error: the lock of a process that may still be running is not removed:\n")
    assert f"(pid {holder.pid})" in refused.stderr
    assert f"kill -INT {holder.pid}" in refused.stderr
    assert edited.returncode == 1
    assert edited.stderr.startswith("error: the stack is currently locked by 1 lock(s).")
    assert tap("cancel").returncode == 0


def test_status_says_of_a_killed_holder_that_it_is_dead_and_the_next_run_takes_over(tap, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        env={**os.environ, **PASSPHRASE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        working = tap("status").stdout
        working_lock = json.loads(tap("status", "--json").stdout)["locks"][0]
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
        not_reaped = tap("status").stdout  # dead, though its parent has not asked for its end yet
    finally:
        holder.kill()
        holder.communicate(timeout=30)
    words = tap("status").stdout
    (lock,) = json.loads(tap("status", "--json").stdout)["locks"]
    edited = tap("state", "delete", B)
    after = tap("status").stdout

    assert "Lock: held\n" in working
    assert "dead" not in working
    assert (working_lock["holderIsDead"], working_lock["nextRunTakesOver"]) == (False, False)
    assert "Lock: its holder is dead; the next run takes it over\n" in words
    assert f"(process {holder.pid})" in words
    assert ", which is dead\n" in words
    assert "Lock: its holder is dead" in not_reaped
    assert lock["pid"] == holder.pid
    assert (lock["holderIsDead"], lock["nextRunTakesOver"]) == (True, True)
    assert edited.returncode == 0, edited.stderr
    assert "Lock: free\n" in after


def test_status_says_that_the_lock_of_a_dead_pulumi_cli_is_for_cancel(tap, tmp_path):
    put_lock(tmp_path, pid=dead_pid(), hostname=socket.gethostname())
    words = tap("status").stdout
    (lock,) = json.loads(tap("status", "--json").stdout)["locks"]

    assert "Lock: held\n" in words
    assert ", which is dead; `tap cancel` removes its lock\n" in words
    assert (lock["holderIsDead"], lock["nextRunTakesOver"]) == (True, False)
    assert tap("state", "delete", B).returncode == 1


@pytest.mark.parametrize("boot", ["", "another"])
def test_status_takes_nobody_elsewhere_for_dead(tap, tmp_path, boot):
    put_lock(tmp_path, pid=dead_pid(), hostname="another-machine", tool="tap", boot=boot)

    assert "Lock: held\n" in tap("status").stdout
