"""`tap verify` as people and pipelines call it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tap.verify.rules import RULES
from tests.cli.conftest import Tap, make_project

HEAVY = ("pulumi", "pulumi_aws", "boto3", "grpc", "moto", "google.protobuf", "parliament", "cloudsplaining")


def test_a_good_stack_is_proved_whatever_the_users_own_settings_are(story):
    run = story.runs["embedded"]

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == f"Stack local: {len(RULES)} rules hold, no findings"
    assert (
        "If us-east-1a is lost: the way to the internet is kept by private us-east-1b, public us-east-1b" in run.stdout
    )


def test_a_broken_stack_ends_with_5_and_the_worst_first(story):
    run, document = story.runs["broken"], story.document("broken")

    assert run.returncode == 5
    assert document["error"]["code"] == 5
    assert document["clean"] is False
    ranks = ["critical", "high", "medium", "low"]
    severities = [ranks.index(finding["severity"]) for finding in document["findings"]]
    assert severities == sorted(severities)
    assert all(finding["fix"] for finding in document["findings"])


def test_a_rollback_fails_for_what_is_critical_and_tells_the_rest(story):
    stage, failure, told = story.smoke["broken"]
    findings = story.document("broken")["findings"]
    critical = {each["rule"] for each in findings if each["severity"] == "critical"}
    less = {each["rule"] for each in findings} - critical

    assert story.smoke["good"] == ("verify", "", [])
    assert stage == "verify"
    assert critical
    assert less
    assert {line.split()[1].rstrip(":") for line in failure.splitlines()[1:] if "critical" in line} == critical
    assert less <= {line.split()[1].rstrip(":") for line in told}
    assert "bucket-tls-only" not in failure + "".join(told)


def test_the_account_of_the_users_own_credentials_is_proved_from_an_exported_state(story):
    document = story.document("account")

    assert document["clean"] is True
    assert len(document["passed"]) == len(RULES)
    assert [zone["lost"] for zone in document["zones"]] == ["us-east-1a", "us-east-1b"]


def test_a_state_that_does_not_tell_everything_is_not_called_right(story):
    run, document = story.runs["unsettled"], story.document("unsettled")

    assert run.returncode == 5
    pending, outputs = document["unseen"]
    assert "subnet" in pending["subject"]
    assert "how it ended is not known" in pending["why"]
    assert outputs["why"] == "the stack's outputs do not name private_subnet_ids"
    not_judged = {each["rule"] for each in document["notJudged"]}
    assert {"private-subnets-have-no-way-in", "database-from-app-only"} <= not_judged
    assert "no-open-admin-port" in {each["rule"] for each in document["passed"]}


def test_the_credentials_of_another_account_are_refused(story):
    run = story.runs["another account"]

    assert run.returncode == 1
    assert "in account 123456789012, the credentials at hand belong to account 999999999999" in run.stderr
    assert run.stdout == ""


def test_explain_says_what_stops_a_connection(story):
    document = story.document("explained")

    assert story.runs["explained"].returncode == 0
    assert document["reached"] is False
    assert "NAT gateway lets nothing in" in document["path"]["hops"][-1]["says"]


def test_it_imports_nothing_of_pulumis(tmp_path):
    code = (
        "import sys\n"
        "from tap.cli.commands import verify\n"
        "from tap.cli import verifying\n"
        "from tap.cli.views import judgement_view, path_view, zone_view\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert told.stdout.strip() == "[]"


def test_permissions_is_a_policy_and_needs_no_project(tmp_path):
    ended = Tap(tmp_path)("verify", "--permissions")

    document = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert "ec2:DescribeVpcs" in document["Statement"][0]["Action"]


PULUMI = ("verify", "--engine", "pulumi")


@pytest.mark.parametrize(
    ("arguments", "code", "stderr"),
    [
        (("verify",), 1, "error: there is nothing to verify: the state of the stack 'local' has no resources\n"),
        (("verify", "-s", "nope"), 6, "error: no stack named 'nope' found\n"),
        (("verify", "--state", "x"), 2, "error: --state goes with --engine pulumi only"),
        ((*PULUMI, "--endpoint", "http://127.0.0.1:1"), 2, "error: --endpoint goes with the embedded engine only\n"),
        (
            ("verify", "--explain", "web", "db", "22", "--sarif", "x.sarif", "--audit"),
            2,
            "error: --sarif, --audit: --explain shows one connection, and judges nothing\n",
        ),
        ((*PULUMI, "--state", "nope.json"), 2, "error: the state 'nope.json' can not be read: No such file"),
        ((*PULUMI, "--state", "broken.json"), 1, "error: could not deserialize deployment: "),
        (PULUMI, 2, "error: the Pulumi CLI is not on the PATH"),
    ],
)
def test_what_can_not_be_verified_says_why(tmp_path, arguments, code, stderr):
    make_project(tmp_path, "local")
    (tmp_path / "broken.json").write_text("{")

    ended = Tap(tmp_path)(*arguments, PATH="/nowhere")

    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.startswith(stderr)


def test_the_state_may_come_by_stdin(tmp_path):
    make_project(tmp_path, "local")
    state = {"version": 3, "deployment": {"manifest": {"time": "2026-11-28T00:00:00Z", "magic": "", "version": ""}}}
    command = [sys.executable, "-m", "tap.cli.main", *PULUMI, "--state", "-"]

    ended = subprocess.run(
        command, cwd=tmp_path, input=json.dumps(state), capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("error: there is nothing to verify: the state of the stack 'local' has no resources")


def test_the_pulumi_cli_is_asked_for_the_state_that_it_keeps(tmp_path):
    make_project(tmp_path, "local")
    pulumi = tmp_path / "pulumi"
    pulumi.write_text('#!/bin/sh\necho "asked: $*" >&2\nexit 6\n')
    pulumi.chmod(0o755)

    ended = Tap(tmp_path)("verify", "--engine", "pulumi", "-s", "acme/shop/prod", PATH=f"{tmp_path}:/bin")

    assert ended.returncode == 1
    assert "`pulumi stack export` failed (exit code 6)" in ended.stderr
    assert "asked: stack export --stack acme/shop/prod --non-interactive" in ended.stderr
