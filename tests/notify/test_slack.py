"""`tap notify slack` against a sink on loopback: what goes over the wire, what is tried again, what is never told."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.slack_sink import SECRET_PATH, Answer, slack_sink
from tap.errors import UsageError
from tap.notify.slack import checked_webhook

TAP = Path(sys.executable).with_name("tap")
SECRET = SECRET_PATH.rpartition("/")[2]
COMMIT = "5e9f1c" + "0" * 34
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/tap",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": COMMIT,
    "GITHUB_ACTOR": "ann",
}


def notify(*arguments: str, webhook: str | None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; whatever comes of it, the webhook is nowhere in what it puts out."""
    given = {} if webhook is None else {"SLACK_WEBHOOK_URL": webhook}
    ended = subprocess.run(
        [TAP, "notify", "slack", *arguments],
        env={"PATH": os.environ["PATH"], **given, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert SECRET not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended


def test_a_message_is_one_post_of_json_with_what_there_is_to_say(tmp_path):
    result = tmp_path / "deploy.json"
    changes = {"create": 3, "update": 1, "replace": 0, "delete": 0, "same": 70}
    document = {"v": 1, "kind": "deploy", "result": "succeeded", "commit": COMMIT, "author": "Ann A.", "seconds": 200.6}
    result.write_text(json.dumps({**document, "previousCommit": "b" * 40, "changes": changes, "error": None}))
    with slack_sink() as sink:
        ended = notify("--event", "succeeded", "-s", "prod", "--result", str(result), webhook=sink.url, **GITHUB)

    assert (ended.returncode, ended.stderr) == (0, "")
    (request,) = sink.received
    assert request.path == SECRET_PATH
    assert request.headers["Content-Type"] == "application/json;charset=utf-8"
    assert request.message["blocks"][0]["text"]["text"] == ":white_check_mark: prod: deploy succeeded"
    said = request.body.decode()
    for text in ("5e9f1c0000", "bbbbbbbbbb", "Ann A.", "3 min 21 s", "3 create, 1 update, 70 same"):
        assert text in said
    assert "https://github.com/acme/tap/actions/runs/77/attempts/2" in said
    assert f"https://github.com/acme/tap/commit/{COMMIT}" in said


@pytest.mark.parametrize(
    ("answers", "requests"),
    [
        ([Answer(503, "busy"), Answer()], 2),
        ([Answer(502, "bad gateway"), Answer(500, "rollup_error"), Answer()], 3),
        ([Answer(429, "rate_limited", (("Retry-After", "1"),)), Answer()], 2),
    ],
    ids=["5xx", "two kinds of 5xx", "429"],
)
def test_what_passes_is_tried_again(answers, requests):
    with slack_sink(*answers) as sink:
        ended = notify("--event", "started", "-s", "prod", webhook=sink.url)

    assert ended.returncode == 0
    assert len(sink.received) == requests
    assert len({each.body for each in sink.received}) == 1


@pytest.mark.parametrize(
    ("answer", "requests", "said"),
    [
        (Answer(403, "invalid_token"), 1, "Slack answered 403: invalid_token"),
        (Answer(404, f"no such {SECRET_PATH}"), 1, "Slack answered 404: no reason that can be shown"),
        (Answer(404, SECRET), 1, "Slack answered 404: no reason that can be shown"),
        (Answer(500, "down"), 3, "Slack answered 500: down"),
        (Answer(429, "slow", (("Retry-After", "3600"),)), 1, "Slack answered 429: slow"),
        (Answer(429, "slow", (("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)), 1, "Slack answered 429: slow"),
        (Answer(200, "<html>log in here</html>"), 1, "the answer was 200, but not Slack's"),
        (Answer(seconds=30), 1, "Slack was not reached: it did not answer in time"),
    ],
    ids=["403", "an echo", "a bare echo", "500 for good", "429 for long", "429 by date", "not Slack", "never answers"],
)
def test_a_message_that_was_not_delivered_has_an_exit_code_of_its_own(answer, requests, said):
    with slack_sink(answer) as sink:
        ended = notify(
            "--event", "failed", "-s", "prod", "--timeout", "4" if not answer.seconds else "1.2", webhook=sink.url
        )

    assert ended.returncode == 13
    assert ended.stderr.startswith(f"error: {said}")
    assert len(sink.received) == requests


def test_an_answer_that_drips_is_not_waited_for_longer_than_told():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        process = subprocess.Popen(
            [TAP, "notify", "slack", "--event", "started", "--timeout", "1.5"],
            env={"SLACK_WEBHOOK_URL": f"http://127.0.0.1:{listening.getsockname()[1]}{SECRET_PATH}"},
            stderr=subprocess.PIPE,
            text=True,
        )
        taken, _ = listening.accept()
        with taken:
            while process.poll() is None and time.monotonic() - began < 30:
                try:
                    taken.sendall(b"H" if time.monotonic() - began < 0.1 else b"T")
                except OSError:
                    break
                time.sleep(0.2)
        _, stderr = process.communicate(timeout=30)

    assert process.returncode == 13
    assert stderr == "error: Slack did not answer within 1.5 s\n"


def test_a_refused_connection_is_said_to_be_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = notify("--event", "started", "--timeout", "5", webhook=f"http://127.0.0.1:{port}{SECRET_PATH}")

    assert ended.returncode == 13
    assert ended.stderr == "error: Slack was not reached: the connection was refused\n"


@pytest.mark.parametrize(
    "webhook",
    [
        "",
        f"http://hooks.slack.com{SECRET_PATH}",
        f"https://hooks.slack.com.example.org{SECRET_PATH}",
        f"https://hooks.slack.com@example.org{SECRET_PATH}",
        f"https://hooks.slack.com:8443{SECRET_PATH}",
        f"https://hooks.slack.com:no{SECRET_PATH}",
        f"http://localhost:80{SECRET_PATH}",
        f"http://10.0.0.1{SECRET_PATH}",
        f"hooks.slack.com{SECRET_PATH}",
        f"file://{SECRET_PATH}",
        f"https://hooks.slack.com{SECRET_PATH}\nX: y",
        f"https://[{SECRET_PATH}",
    ],
)
def test_a_webhook_that_is_not_slacks_is_refused_and_not_shown(webhook):
    with pytest.raises(UsageError, match=r"^SLACK_WEBHOOK_URL ") as refused:
        checked_webhook(webhook)

    assert SECRET not in f"{refused.value} {refused.value.hint}"


def test_slacks_own_address_is_taken():
    assert checked_webhook(f"https://hooks.slack.com{SECRET_PATH}") == f"https://hooks.slack.com{SECRET_PATH}"


@pytest.mark.parametrize("webhook", [None, f"https://example.org{SECRET_PATH}"])
def test_a_webhook_that_can_not_be_used_is_a_usage_error(webhook):
    ended = notify("--event", "started", webhook=webhook)

    assert ended.returncode == 2
    assert ended.stderr.startswith("error: SLACK_WEBHOOK_URL ")
    assert "hint: set SLACK_WEBHOOK_URL in the environment" in ended.stderr


def test_the_webhook_is_no_argument_of_the_command():
    ended = notify("--help", webhook=None)

    assert ended.returncode == 0
    assert "--webhook" not in ended.stdout
    assert "SLACK_WEBHOOK_URL" in ended.stdout
