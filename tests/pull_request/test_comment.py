"""`tap changes --comment` against a stand-in for GitHub: the right request, one comment, and no word of the token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pull_request.github_sink import TOKEN, GitHubSink, github_sink

TAP = Path(sys.executable).with_name("tap")
SHA = "5e9f1c" + "0" * 34
STEP = {"op": "delete", "urn": "urn:pulumi:prod::tap::tap:stack:TapStack$aws:s3/bucket:Bucket::logs", "dataLoss": "x"}


@pytest.fixture
def github():
    with github_sink() as sink:
        sink.add_pull_request(7, SHA, owner="mallory", branch="fix/a b")
        yield sink


@pytest.fixture
def folder(tmp_path) -> Path:
    """What the run of a pull request left: a preview, and the event that GitHub wrote down."""
    (tmp_path / "previews").mkdir()
    (tmp_path / "previews" / "embedded.json").write_text(json.dumps({"version": 1, "stack": "prod", "steps": [STEP]}))
    run = {
        "head_sha": SHA,
        "head_branch": "fix/a b",
        "head_repository": {"full_name": "mallory/tap", "owner": {"login": "mallory"}},
        "html_url": "https://github.com/acme/tap/actions/runs/5",
        "pull_requests": [],
    }
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run}))
    return tmp_path


def comment(github: GitHubSink, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the job does."""
    given = {
        "PATH": os.environ["PATH"],
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "acme/tap",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_TOKEN": TOKEN,
    }
    ended = subprocess.run(
        [TAP, "changes", "previews", "--comment"],
        cwd=folder,
        env={name: value for name, value in (given | environment).items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert TOKEN not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended


def test_one_comment_is_made_and_then_updated_whatever_else_there_is(github, folder):
    others = [github.add_comment(f"comment {number}", "ann") for number in range(230)]
    forged = github.add_comment("<!-- tap:changes -->\nLooks good!", "mallory")
    first = comment(github, folder)
    document = {"version": 1, "stack": "prod", "steps": []}
    (folder / "previews" / "embedded.json").write_text(json.dumps(document))
    second = comment(github, folder)

    assert (first.returncode, first.stdout) == (0, "Wrote https://github/c/232\n")
    assert (second.returncode, second.stdout) == (0, "Wrote https://github/c/232\n")
    assert github.comments[:-1] == [*others, forged]
    assert forged["body"].endswith("Looks good!")
    assert "**No changes**" in github.comments[-1]["body"]
    assert "https://github.com/acme/tap/actions/runs/5" in github.comments[-1]["body"]


def test_a_loss_of_data_is_called_out_and_the_request_is_found_by_its_head(github, folder):
    ended = comment(github, folder)

    assert ended.returncode == 0
    (made,) = github.comments
    assert made["body"].startswith("<!-- tap:changes -->\n### What would change of `5e9f1c0000`\n")
    assert "> **1 change destroys data.**" in made["body"]
    assert ("POST", "/repos/acme/tap/issues/7/comments") in github.requests


def test_of_a_pull_request_that_was_pushed_to_since_nothing_is_said(github, folder):
    github.pull_requests.clear()
    github.add_pull_request(7, "a" * 40, owner="mallory", branch="fix/a b")
    ended = comment(github, folder)

    assert ended.returncode == 0
    assert ended.stdout.startswith(f"No open pull request has {SHA}")
    assert github.comments == []


def test_another_repository_with_the_same_branch_and_commit_is_not_the_one(github, folder):
    github.pull_requests[0]["head"]["repo"] = {"full_name": "mallory/other"}
    ended = comment(github, folder)

    assert ended.returncode == 0
    assert github.comments == []


@pytest.mark.parametrize(
    ("refusals", "code", "comments", "said"),
    [
        ([503], 0, 1, ""),
        ([503, 502, 500], 13, 0, "error: GitHub answered GET /pulls with 500"),
        ([403], 3, 0, "error: GitHub refused GET /pulls with 403"),
        ([302], 2, 0, "error: GitHub answered GET /pulls with 302"),
        ([404], 2, 0, "error: GitHub answered GET /pulls with 404"),
    ],
    ids=["passes", "is down", "no permission", "a redirection", "gone"],
)
def test_what_github_refuses_is_said_with_an_exit_code(github, folder, refusals, code, comments, said):
    github.refusals = list(refusals)
    ended = comment(github, folder)

    assert ended.returncode == code
    assert ended.stderr.startswith(said)
    assert len(github.comments) == comments
    assert not any("elsewhere" in target for _, target in github.requests)


def test_a_comment_that_may_have_been_made_is_not_made_again(github, folder):
    class Flaky(list):
        """Refuses the third request alone: the one that makes the comment."""

        def __bool__(self) -> bool:
            return len(github.requests) == 3

    github.refusals = Flaky([502])
    ended = comment(github, folder)

    assert ended.returncode == 13
    assert [method for method, _ in github.requests] == ["GET", "GET", "POST"]


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"GITHUB_TOKEN": ""}, 3, "error: GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "wrong"}, 3, "error: GitHub refused GET /pulls with 401"),
        ({"GITHUB_EVENT_PATH": ""}, 2, "error: GITHUB_EVENT_PATH is not set"),
        ({"GITHUB_EVENT_PATH": "missing.json"}, 2, "error: the event in 'missing.json' can not be read"),
        ({"GITHUB_REPOSITORY": "../../x"}, 2, "error: GITHUB_REPOSITORY '../../x' is no `owner/name`"),
        ({"GITHUB_API_URL": "http://api.example.org"}, 2, "error: GITHUB_API_URL 'http://api.example.org' is no https"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_written(github, folder, environment, code, said):
    ended = comment(github, folder, **environment)

    assert ended.returncode == code
    assert ended.stderr.startswith(said)
    assert github.comments == []


def test_an_event_with_a_commit_that_is_none_is_refused(github, folder):
    event = json.loads((folder / "event.json").read_text())
    event["workflow_run"]["head_sha"] = "main"
    (folder / "event.json").write_text(json.dumps(event))
    ended = comment(github, folder)

    assert ended.returncode == 2
    assert github.requests == []


def test_in_a_pull_requests_own_run_the_event_names_the_request(github, folder):
    (folder / "event.json").write_text(json.dumps({"pull_request": {"number": 9, "head": {"sha": SHA}}}))
    ended = comment(github, folder)

    assert ended.returncode == 0
    assert github.requests[-1] == ("POST", "/repos/acme/tap/issues/9/comments")


def test_an_event_of_no_pull_request_is_refused(github, folder):
    (folder / "event.json").write_text(json.dumps({"ref": "refs/heads/main"}))
    ended = comment(github, folder)

    assert ended.returncode == 2
    assert "is of no pull request" in ended.stderr
    assert github.requests == []
