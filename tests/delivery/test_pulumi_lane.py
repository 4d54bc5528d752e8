"""`--engine pulumi` against a stand-in for the CLI: command lines, how answers are read, what failures come to.

Nothing here proves what the real CLI does. The texts are those that were recorded of it.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tap.cli import main
from tap.delivery.release import Release
from tap.delivery.releases import GitReleases
from tap.delivery.repository import open_repository
from tests.delivery.repositories import commit_all, git, repository_in
from tests.delivery.stand_in import StandIn, diagnostic, recorded, state, step, summary

BUCKET = "aws:s3/bucket:Bucket"
URN = "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::data"
LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
    "lock file with `pulumi cancel`.\n  s3://states/.pulumi/locks/organization/shop/prod/14f35308.json: created by "
    "root@runner (pid 14697) at 2026-11-23T11:22:00Z\n"
)
NOT_FOUND = "error: no stack named 'prod' found\n"
REF = "refs/tap/releases/shop/prod"


class Job:
    """A project in a clone of its own, a CLI that answers as told, and `tap` in this process."""

    def __init__(self, root: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.cli = stand_in
        self._capsys = capsys

    def __call__(self, command: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        self._capsys.readouterr()
        file = self.root.parent / "result.json"
        words = [
            command,
            "-s",
            "prod",
            "--engine",
            "pulumi",
            "--yes",
            "--json",
            "--result",
            str(file),
            "-C",
            str(self.root),
        ]
        code = main.run([*words, *arguments])
        document = json.loads(self._capsys.readouterr().out)
        self.result = json.loads(file.read_text())
        return code, document

    def release(self) -> str:
        """A release that is recorded, and then a commit more; the release's."""
        repository = open_repository(self.root)
        sha = repository.head().sha
        recorded = Release(sha, "Ada", "A", "2026-11-28T12:00:00+00:00", "pulumi", "p", "of another state")
        GitReleases(repository, REF, "origin").append(recorded, lambda: True)
        (self.root / "__main__.py").write_text("raise ValueError\n")
        commit_all(self.root, "B")
        return sha

    def records(self) -> list[dict[str, Any]]:
        """What is at the remote."""
        origin = self.root.parent / "origin.git"
        if not git(origin, "for-each-ref", REF):
            return []
        return [json.loads(line) for line in git(origin, "show", f"{REF}:releases.jsonl").splitlines()]


@pytest.fixture
def job(tmp_path, monkeypatch, capsys) -> Job:
    described = "name: shop\nruntime: {name: python, options: {virtualenv: .venv}}\n"
    source = repository_in(tmp_path / "source", Pulumi_yaml=described, Pulumi_prod_yaml="{}\n", __main___py="pass\n")
    (source / "..main...py").rename(source / "__main__.py")
    (source / ".gitignore").write_text(".venv/\n.tap/\n")
    commit_all(source, "A")
    git(tmp_path, "clone", "--quiet", "--bare", str(source), "origin.git")
    git(tmp_path, "clone", "--quiet", str(tmp_path / "origin.git"), "project")
    (tmp_path / "project" / ".venv").mkdir()
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setenv("PATH", f"{stand_in.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN", str(stand_in.folder))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # nobody is there
    return Job(tmp_path / "project", stand_in, capsys)


def test_a_deploy_previews_makes_checks_and_pushes_its_record(job):
    job.cli.answer(
        "preview", {"events": [step("create", URN, BUCKET), *summary(create=1)]}, {"events": summary(same=1)}
    )
    job.cli.answer("up", events=summary(create=1, same=2))
    code, document = job("deploy")
    (record,) = job.records()

    assert code == 0, document
    assert job.cli.commands() == [
        "preview --refresh --exec-kind auto.local --event-log EVENTS --stack prod",
        "up --yes --skip-preview --suppress-outputs --refresh --exec-kind auto.local --event-log EVENTS --stack prod",
        "preview --refresh --exec-kind auto.local --event-log EVENTS --stack prod",
    ]
    assert {call["cwd"] for call in job.cli.calls() if call["command"] != "version"} == {str(job.root)}
    assert (record["commit"], record["engine"]) == (git(job.root, "rev-parse", "HEAD"), "pulumi")
    assert job.result["changes"] == {"create": 1, "update": 0, "replace": 0, "delete": 0, "same": 2}
    assert job.result["result"] == document["result"] == "succeeded"


def test_the_state_is_never_exported_with_its_secrets(job):
    job("deploy")

    exports = [call["words"] for call in job.cli.calls() if call["command"] == "stack export"]
    assert exports
    assert all("--show-secrets" not in words for words in exports)


@pytest.mark.parametrize(("case", "run", "lost"), [("replace_cbd", 1, 1), ("delete_order", 1, 6)])
def test_a_recorded_plan_that_loses_data_is_refused_before_the_up(job, case, run, lost):
    job.cli.answer("preview", events=recorded(case, run, BUCKET))
    code, document = job("deploy")

    assert code == 5
    assert document["error"]["message"].count("every object and version in the bucket") == lost
    assert [words.split()[0] for words in job.cli.commands()] == ["preview"]
    assert (job.result["stage"], job.records()) == ("gate", [])


def test_a_policy_pack_is_handed_on_and_what_it_forbids_is_exit_5(job):
    violation = {
        "policyEvent": {
            "resourceUrn": URN,
            "message": "no tags",
            "policyName": "strict-tags",
            "enforcementLevel": "mandatory",
        }
    }
    said = {**violation["policyEvent"], "policyName": "advice", "enforcementLevel": "advisory"}
    failing = {"exit": 1, "events": [violation, {"policyEvent": said}, *summary(create=1)], "stderr": "error: failed\n"}
    job.cli.answer("preview", failing)
    code, document = job("deploy", "--policy-pack", "policy", "--policy-pack-config", "levels.json")

    assert code == 5
    assert document["error"]["message"] == f"a mandatory policy is violated:\n  strict-tags {URN}: no tags"
    assert [shlex.split(words) for words in job.cli.commands()] == [
        [
            *("preview", "--policy-pack", f"{job.root}/policy", "--policy-pack-config", f"{job.root}/levels.json"),
            *("--refresh", "--exec-kind", "auto.local", "--event-log", "EVENTS", "--stack", "prod"),
        ]
    ]
    assert (job.result["stage"], job.records()) == ("preview", [])


def test_the_same_plan_of_things_without_data_goes_on(job):
    job.cli.answer(
        "preview", {"events": recorded("replace_cbd", 1, "aws:ec2/route:Route")}, {"events": summary(same=2)}
    )

    assert job("deploy")[0] == 0


def test_a_named_loss_and_a_retained_resource_pass(job):
    plan = [step("delete", URN, BUCKET), step("delete", URN + "2", BUCKET, retained=True), *summary(delete=2)]
    job.cli.answer("preview", {"events": plan}, {"events": summary()})

    assert job("deploy", "--allow-data-loss", URN)[0] == 0


def test_a_plan_of_which_not_every_step_was_told_is_not_believed(job):
    job.cli.answer("preview", events=summary(delete=1))
    code, document = job("deploy")

    assert code == 1
    assert "what it would do is not known" in document["error"]["message"]
    assert [words.split()[0] for words in job.cli.commands()] == ["preview"]


def test_a_failed_up_keeps_its_counts_and_is_not_recorded(job):
    events = [step("create", URN, BUCKET), diagnostic("BucketAlreadyExists: taken"), *summary(create=3)]
    job.cli.answer("up", exit=1, events=events, stderr="error: update failed\n")
    code, document = job("deploy")

    assert code == 1
    assert document["error"]["message"] == "BucketAlreadyExists: taken"
    assert (job.result["stage"], job.result["changes"]["create"], job.records()) == ("up", 3, [])


def test_a_program_that_raises_is_told_in_its_own_words(job):
    raised = "Program failed with an unhandled exception:\nTraceback ...\nValueError: no\n"
    job.cli.answer("preview", exit=1, stdout=raised, events=[diagnostic(raised)])

    assert "ValueError: no" in job("deploy")[1]["error"]["message"]


def test_changes_that_are_left_after_the_up_are_no_release(job):
    job.cli.answer("preview", {"events": summary()}, {"events": [step("update", URN, BUCKET), *summary(update=1)]})
    code, document = job("deploy")

    assert code == 7
    assert f"update {URN}" in document["error"]["message"]
    assert (job.result["stage"], job.records()) == ("check", [])


def test_a_cloud_that_does_not_have_what_was_built_is_no_release(job, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    bucket = {"urn": URN, "type": BUCKET, "custom": True, "id": "shop-data", "outputs": {"region": "us-east-1"}}
    job.cli.exports(state("1", resources=[bucket]))
    code, document = job("deploy")

    assert code == 4
    assert f"{URN} (shop-data)" in document["error"]["message"]
    assert (job.result["stage"], job.records()) == ("smoke", [])


def test_a_stack_that_somebody_else_changed_meanwhile_is_no_release(job):
    job.cli.exports(state("1"), state("1"), state("1"), state("2"))
    code, document = job("deploy")

    assert (code, document["error"]["name"]) == (1, "release_superseded")
    assert job.records() == []


@pytest.mark.parametrize(
    ("command", "answer", "code", "name"),
    [
        ("stack select", {"exit": 6, "stderr": NOT_FOUND}, 6, "stack_not_found"),
        ("stack select", {"exit": 3, "stderr": "error: not logged in\n"}, 3, "authentication_error"),
        ("preview", {"exit": 9, "stderr": "error: timed out\n"}, 9, "timeout"),
        ("up", {"exit": 1, "stderr": LOCKED}, 1, "state_locked"),
        ("up", {"exit": 255, "stderr": ""}, 1, "stage_failed"),
        ("preview", {"exit": 0}, 1, "stage_failed"),  # and it did not tell what it would do
    ],
)
def test_what_the_cli_answers_keeps_its_meaning(job, command, answer, code, name):
    job.cli.answer(command, events=[], **answer)
    got, document = job("deploy")

    assert (got, document["error"]["name"]) == (code, name)
    assert (job.result["error"]["code"], job.result["error"]["name"]) == (code, name)


def test_an_interruption_is_handed_on_once_and_waited_for(job):
    begun = job.cli.folder / "begun"
    job.cli.answer("up", seconds=60, touch=str(begun), events=summary(create=1))

    def interrupt() -> None:
        deadline = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    code, document = job("deploy")
    thread.join()

    assert (code, document["error"]["name"]) == (8, "cancelled")
    assert (job.result["stage"], job.records()) == ("up", [])


def test_without_the_cli_nothing_is_touched_and_the_hint_says_where_to_get_it(job, monkeypatch):
    monkeypatch.setenv("PATH", os.environ["PATH"].partition(os.pathsep)[2])
    code, document = job("deploy")

    assert code == 2
    assert "there is no `pulumi` on the PATH" in document["error"]["message"]
    assert "tap doctor --engine pulumi" in document["error"]["hint"]


def test_a_rollback_runs_the_old_program_in_a_worktree_with_todays_environment(job):
    a = job.release()
    code, document = job("rollback")
    runs = [call for call in job.cli.calls() if call["command"] in ("refresh", "preview", "up")]

    assert code == 0, document
    assert [call["command"] for call in runs] == ["refresh", "preview", "up", "preview"]
    assert (
        job.cli.commands()[0] == "refresh --skip-preview --yes --exec-kind auto.local --event-log EVENTS --stack prod"
    )
    assert len({call["cwd"] for call in runs}) == 1
    assert runs[0]["cwd"] != str(job.root)
    assert not Path(runs[0]["cwd"]).exists()
    assert {call["environment"] for call in runs} == {str(job.root / ".venv")}
    assert (job.result["commit"], job.result["previousCommit"]) == (git(job.root, "rev-parse", "HEAD"), a)
    assert [record["kind"] for record in job.records()] == ["release", "rollback"]


def test_a_rollback_that_fails_is_noted_and_not_tried_again_by_itself(job):
    job.release()
    job.cli.answer("up", exit=1, events=[diagnostic("AccessDenied"), *summary()], stderr="error: update failed\n")
    code, document = job("rollback")
    again, second = job("rollback")

    assert code == 12
    assert document["error"]["message"].startswith("ROLLBACK FAILED: the stack 'prod' is not back at ")
    assert "AccessDenied" in document["error"]["message"]
    assert (again, second["error"]["name"]) == (2, "rollback_tried")


def test_a_stack_that_can_not_be_verified_is_no_good_rollback_though_it_is_back(job, monkeypatch):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    a = job.release()
    stack = {"urn": "urn:pulumi:prod::shop::tap:stack:TapStack::tap", "type": "tap:stack:TapStack", "custom": False}
    route = {"urn": "urn:pulumi:prod::shop::aws:ec2/route:Route::r", "type": "aws:ec2/route:Route", "custom": True}
    job.cli.exports(state("1", resources=[stack, {**route, "id": "r-1"}]))
    code, document = job("rollback")

    assert code == 12
    assert f"is back at {a[:10]}, but does not pass `tap verify`" in document["error"]["message"]
    assert "AWS can not be asked with the credentials at hand" in document["error"]["message"]
    assert (job.result["stage"], job.records()[-1]["succeeded"]) == ("verify", False)


def test_what_may_have_been_created_stops_a_rollback_and_both_ways_out_are_named(job):
    job.release()
    component, provider = "urn:pulumi:prod::shop::tap:stack:TapStack::tap", f"{URN}-provider::an-id"
    pending = {"type": "creating", "resource": {"urn": URN, "type": BUCKET, "parent": component, "provider": provider}}
    job.cli.exports(state("3", pending=[pending]))
    code, document = job("rollback")

    assert code == 12
    assert (
        f"  {URN}\n    pulumi import {BUCKET} data ID --stack prod --parent parent={component} "
        f"--provider provider={URN}-provider --protect=false --generate-code=false"
    ) in document["error"]["message"]
    assert "--clear-pending-creates" in document["error"]["hint"]
    assert job.cli.commands() == []


def test_the_lock_of_a_dead_process_of_this_host_goes_and_nothing_calls_cancel(job, tmp_path):
    job.release()
    lock = _lock_file(job, tmp_path, pid=2**22 - 3, hostname=os.uname().nodename)

    assert job("rollback")[0] == 0
    assert not lock.exists()
    assert all(call["command"] != "cancel" for call in job.cli.calls())


@pytest.mark.parametrize("hostname", ["another-runner", os.uname().nodename])
def test_the_lock_of_another_host_or_a_live_process_stays_and_nothing_is_run(job, tmp_path, hostname):
    job.release()
    lock = _lock_file(job, tmp_path, pid=os.getpid(), hostname=hostname)
    code, document = job("rollback")

    assert (code, document["error"]["name"]) == (1, "state_locked")
    assert hostname in document["error"]["message"]
    assert lock.exists()
    assert job.cli.commands() == []


def test_a_lock_in_a_bucket_is_not_broken_and_its_holder_is_named(job):
    job.release()
    job.cli.answer("refresh", exit=1, stderr=LOCKED)
    code, document = job("rollback")

    assert (code, document["error"]["name"]) == (1, "state_locked")
    assert "root@runner" in document["error"]["message"]
    assert [words.split()[0] for words in job.cli.commands()] == ["refresh"]


def _lock_file(job: Job, folder: Path, *, pid: int, hostname: str) -> Path:
    """As the CLI writes it in a `file://` backend."""
    job.cli.answer("whoami", stdout=json.dumps({"user": "ada", "url": f"file://{folder}/backend"}))
    lock = folder / "backend" / ".pulumi" / "locks" / "organization" / "shop" / "prod" / "14f35308.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(
        json.dumps({"pid": pid, "username": "ada", "hostname": hostname, "timestamp": "2026-11-23T11:22:00Z"})
    )
    return lock
