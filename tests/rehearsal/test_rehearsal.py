"""The workflow that deploys, played from its file: a push that goes well, and one whose deploy fails half-way.

A small version of `make rehearse`: a stack with fewer resources, and without the workflow's own lint and tests, which
would run these tests again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.acts import GREEN, ROLLED_BACK, commit_mistake, copy_program, play_push, tap
from rehearsal.slack_sink import SECRET_PATH, Answer, SlackSink, slack_sink
from rehearsal.stage import Stage
from rehearsal.world import seen_by_boto3
from tests.integration.project import SMALL, processes_of

LEFT_OUT = {each: "not again within the tests" for each in ("make setup", "make lint", "make test")}


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("rehearsal").resolve() / "clone"
    copy_program(root, Path(sys.prefix), {name: str(value).lower() for name, value in SMALL.items()})
    try:
        tap(root, "local", "start", "--port", "0")
        yield root
    finally:
        tap(root, "local", "stop")
    assert processes_of(root) == {}


@pytest.fixture(scope="module")
def sink() -> Iterator[SlackSink]:
    with slack_sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """What the rehearsal says."""
    return []


@pytest.fixture(scope="module")
def green(clone, sink, lines):
    """The first act; nearly all tests need what it built."""
    return play_push(Stage(clone, sink.url, LEFT_OUT), sink, lines.append)


@pytest.fixture(scope="module")
def half_way(green, clone, sink, lines):
    """The second act, and AWS before and after it."""
    before = seen_by_boto3(clone)
    commit_mistake(clone)
    act = play_push(Stage(clone, sink.url, LEFT_OUT), sink, lines.append)
    return act, before, seen_by_boto3(clone)


def test_a_good_push_is_previewed_deployed_verified_and_told(green):
    assert green.run.results == {
        "lint": "success",
        "test": "success",
        "preview": "success",
        "deploy": "success",
        "rollback": "skipped",
    }
    assert green.told == GREEN
    assert green.run.outcomes("deploy") == {
        ".venv/bin/tap notify slack --event started -s prod": "success",
        ".venv/bin/tap deploy -s prod --engine embedded --yes --result deploy.json": "success",
        ".venv/bin/tap verify -s prod --engine embedded": "success",
        ".venv/bin/tap notify slack --event succeeded -s prod --result deploy.json": "success",
        ".venv/bin/tap notify slack --event failed -s prod --result deploy.json": "skipped",
    }


def test_a_deploy_that_fails_half_way_is_rolled_back_and_told_in_order(half_way):
    act, before, after = half_way

    assert act.told == ROLLED_BACK
    assert act.run.results["preview"] == "success"
    assert act.run.results["deploy"] == "failure"
    assert act.run.results["rollback"] == "success"
    assert after == before


def test_the_deploy_had_changed_something_before_it_failed(half_way):
    act, _, _ = half_way
    (deploy,) = [step for step in act.run.steps if "tap deploy" in step.shown]

    assert "rehearsal-topic" in deploy.output
    assert "InvalidSubnet.Conflict" in deploy.output


def test_the_messages_have_commit_author_counts_and_link(half_way, sink):
    failed, rolled_back = (each.body.decode() for each in sink.received[-2:])

    for text in ("Failed commit", "Back at", "Rehearsal", "https://github.com/acme/tap/actions/runs/1"):
        assert text in rolled_back
    assert "InvalidSubnet.Conflict" in failed
    assert "update" in failed


def test_the_webhook_is_in_nothing_that_was_put_out(half_way, green, clone, sink, lines):
    outputs = [step.output for step in [*green.run.steps, *half_way[0].run.steps]]
    kept = [path.read_bytes() for path in clone.rglob("*.json*") if path.is_file() and ".venv" not in path.parts]

    assert not any(SECRET_PATH in text or sink.url in text for text in [*outputs, *lines])
    assert kept
    assert not any(SECRET_PATH.encode() in text for text in kept)


def test_a_slack_that_refuses_changes_nothing_of_the_result(half_way, clone, lines):
    subprocess.run(["git", "checkout", "--quiet", "HEAD~1"], cwd=clone, check=True)
    with slack_sink(Answer(403, "invalid_token")) as refusing:
        act = play_push(Stage(clone, refusing.url, LEFT_OUT), refusing, lines.append)

    assert act.run.results["deploy"] == "success"
    assert act.run.results["rollback"] == "skipped"
    assert act.run.outcomes("deploy")[".venv/bin/tap notify slack --event started -s prod"] == "failure"
