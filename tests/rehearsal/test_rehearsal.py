"""The workflow that deploys, played from its file: a push that goes well, and one whose deploy fails half-way.

A small version of `make rehearse`: another program, of few resources, and so without `tap verify`; and without the
workflow's own set-up, lint and tests, which would run these tests again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.acts import GREEN, ROLLED_BACK, Act, commit_mistake, make_repository, play_push, tap
from rehearsal.slack_sink import SECRET_PATH, SlackSink, slack_sink
from rehearsal.stage import Stage
from rehearsal.world import Inventory, account_of, seen_by_boto3
from tests.integration.project import processes_of

LEFT_OUT = {
    **{each: "not again within the tests" for each in ("make setup", "make lint", "make test")},
    ".venv/bin/tap verify -s prod --engine pulumi": "it judges the real stack, which is not built here",
}
PROGRAM = """
import pulumi
from pulumi_aws import sns

topic = sns.Topic("first", tags={"retention": pulumi.Config().require("log_retention_days")})
pulumi.export("topic", topic.arn)
"""
MISTAKE = """
second = sns.Topic("second")
sns.TopicSubscription(
    "third",
    topic="arn:aws:sns:us-east-1:123456789012:nowhere",
    protocol="email",
    endpoint="ann@example.org",
    opts=pulumi.ResourceOptions(depends_on=[topic, second]),
)
"""
CONFIG = "config:\n  aws:region: us-east-1\n  tap:log_retention_days: 365\n"


@dataclass(repr=False)
class Story:
    """Both acts, what AWS had after the first and after the second, and all that the rehearsal said."""

    green: Act
    half_way: Act
    before: Inventory
    after: Inventory
    topics: list[dict[str, str]]
    sink: SlackSink
    lines: list[str]
    root: Path


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("rehearsal").resolve() / "clone"
    make_repository(root, Path(sys.prefix), PROGRAM, CONFIG)
    lines: list[str] = []
    try:
        tap(root, "local", "start", "--port", "0")
        with slack_sink() as sink:
            stage = Stage(root, sink.url, LEFT_OUT)
            green = play_push(stage, sink, lines.append)
            before = seen_by_boto3(root)
            commit_mistake(root, MISTAKE)
            half_way = play_push(stage, sink, lines.append)
            yield Story(green, half_way, before, seen_by_boto3(root), _topics(root), sink, lines, root)
    finally:
        tap(root, "local", "stop")
    assert processes_of(root) == {}


def _topics(root: Path) -> list[dict[str, str]]:
    """The tags of every topic that there is."""
    with account_of(root) as account:
        sns = account.client("sns")
        listed = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
        tags = [sns.list_tags_for_resource(ResourceArn=arn)["Tags"] for arn in listed]
    return [{tag["Key"]: tag["Value"] for tag in each} for each in tags]


def test_a_good_push_is_previewed_deployed_and_told(story):
    assert story.green.run.results == {
        "lint": "success",
        "test": "success",
        "preview": "success",
        "deploy": "success",
        "rollback": "skipped",
    }
    assert story.green.told == GREEN
    assert story.green.run.outcomes("deploy") == {
        ".venv/bin/tap notify slack --event started -s prod": "success",
        ".venv/bin/tap deploy -s prod --engine embedded --yes --result deploy.json": "success",
        ".venv/bin/tap notify slack --event succeeded -s prod --result deploy.json": "success",
        ".venv/bin/tap notify slack --event failed -s prod --result deploy.json": "skipped",
    }


def test_a_deploy_that_fails_half_way_is_rolled_back_and_told_in_order(story):
    assert story.half_way.run.results == {
        "lint": "success",
        "test": "success",
        "preview": "success",
        "deploy": "failure",
        "rollback": "success",
    }
    assert story.half_way.told == ROLLED_BACK
    assert story.after == story.before
    (tags,) = story.topics
    assert tags["retention"] == "365"


def test_the_deploy_had_changed_something_before_it_failed(story):
    (deploy,) = [step for step in story.half_way.run.steps if "tap deploy" in step.shown]

    assert "aws:sns:Topic second created" in deploy.output
    assert "aws:sns:Topic first updated" in deploy.output
    assert "aws:sns:TopicSubscription third **creating failed**" in deploy.output


def test_the_messages_have_commits_author_counts_and_link(story):
    failed, rolled_back = (each.body.decode() for each in story.sink.received[-2:])

    for text in ("Failed commit", "Back at", "Rehearsal", "1 update, 1 delete", "github.com/acme/tap/actions/runs/1"):
        assert text in rolled_back
    for text in ("1 create, 1 update", "creating aws:sns/topicSubscription:TopicSubscription", "The rollback follows"):
        assert text in failed


def test_the_webhook_is_in_nothing_that_was_said_or_kept(story):
    outputs = [step.output for step in [*story.green.run.steps, *story.half_way.run.steps]]
    kept = [path for folder in (".tap", ".git") for path in (story.root / folder).rglob("*") if path.is_file()]

    assert len(kept) > 20
    assert not [text for text in [*outputs, *story.lines] if SECRET_PATH in text]
    assert not [path for path in [*kept, *story.root.glob("*.json")] if SECRET_PATH.encode() in path.read_bytes()]


def test_what_is_stood_in_for_is_said(story):
    said = "\n".join(story.lines)

    for text in ("stood in   actions/checkout: ", "stood in   make test: not again within the tests"):
        assert text in said
    assert "deploy (environment prod; its approval is given here)" in said
