"""`tap graph` as people and scripts call it: what it draws from, where it writes to, what it never tells."""

from __future__ import annotations

import json
import lzma

import pytest

from tap.cli.graph_source import PreviewHeard
from tap.engine.events import StepEnded
from tap.engine.model import Op, Resource, Step
from tap.engine.values import UNKNOWN, Secret
from tap.graph.draw import FORMATS, draw
from tap.graph.inventory import Change
from tap.local_aws.endpoint import instance_of
from tap.state.store import StateStore
from tests.cli.conftest import Tap
from tests.cli.test_commands import HEAVY
from tests.graph.states import DATA
from tests.state.support import INFO, PASSPHRASE, creating

CANARY = "correct-horse-battery-staple"
TOPIC = "urn:pulumi:local::tap::aws:sns/topic:Topic::tap-alarms-local"
SECRET = {
    "topic": "arn:aws:sns:us-east-1:123456789012:tap-alarms-local",
    "endpoint": Secret(CANARY),
    "protocol": Secret({"deep": [CANARY]}),
    "tags": {"Name": Secret(CANARY)},
}
SUBSCRIPTION = Resource(
    "urn:pulumi:local::tap::aws:sns/topicSubscription:TopicSubscription::tap-alarms-email-local",
    True,
    "aws:sns/topicSubscription:TopicSubscription",
    id="subscription-1",
    inputs=SECRET,
    outputs={**SECRET, "pendingConfirmation": Secret(CANARY)},
)


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: tap\nruntime: python\n")
    (tmp_path / "Pulumi.local.yaml").write_text("{}\n")
    return Tap(tmp_path)


@pytest.fixture
def tap(empty):
    """A project whose stack was built in two zones."""
    path = empty.root / ".tap/.pulumi/stacks/tap/local.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(lzma.decompress((DATA / "two.json.xz").read_bytes()))
    return empty


def test_the_page_goes_to_a_file_whose_path_is_said(tap):
    ended = tap("graph")
    path = tap.root / "tap-graph-local.html"

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"Drawn: {path}\n", "")
    assert path.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("format", "start"), [("svg", "<svg "), ("mermaid", "flowchart TB\n"), ("dot", "digraph "), ("json", "{\n")]
)
def test_text_goes_to_stdout_or_to_the_file_that_is_named(tap, format, start):
    shown = tap("graph", "--format", format).stdout
    tap("graph", "--format", format, "--output", "drawn.txt")

    assert shown.startswith(start)
    assert (tap.root / "drawn.txt").read_text() == shown


def test_the_ending_of_a_file_says_what_to_make(tap):
    tap("graph", "-o", "a.svg")
    tap("graph", "-o", "b.mmd")
    page = tap("graph", "-o", "-")

    assert (tap.root / "a.svg").read_text().startswith("<svg ")
    assert (tap.root / "b.mmd").read_text().startswith("flowchart")
    assert page.stdout.startswith("<!DOCTYPE html>")


def test_under_json_there_is_one_document(tap):
    document = json.loads(tap("graph", "--json").stdout)
    written = json.loads(tap("graph", "--json", "-o", "graph.json").stdout)

    assert document["vpcs"][0]["cidr"] == "10.0.0.0/16"
    assert written == {"file": str(tap.root / "graph.json")}
    assert json.loads((tap.root / "graph.json").read_text()) == document


def test_the_file_is_opened_only_where_that_is_asked_for(tap):
    opened = tap.root / "opened"
    browser = tap.root / "browser.sh"
    browser.write_text(f"#!/bin/sh\necho $1 >> {opened}\n")
    browser.chmod(0o755)
    tap("graph", BROWSER=f"{browser} %s")
    before = opened.exists()
    tap("graph", "--open", BROWSER=f"{browser} %s")

    assert not before
    assert opened.read_text() == f"{(tap.root / 'tap-graph-local.html').as_uri()}\n"


def test_a_view_is_chosen_for_an_svg(tap):
    assert "Who may talk to whom" in tap("graph", "--format", "svg", "--view", "security").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 1, "the stack 'local' has no state yet: there is nothing to draw\nhint: `tap up` builds the stack; "),
        (["--stack", "nosuch"], 6, "no stack named 'nosuch' found\n"),
        (["--format", "png"], 2, "invalid value for '--format': 'png' is not one of "),
        (
            ["--view", "routes", "--open", "--output", "-", "--endpoint", "x"],
            2,
            "--view belongs to --format svg, not to html, which has all views; --open needs a file: "
            "add --output FILE; --endpoint belongs to --diff",
        ),
        (["--format", "mermaid", "--open"], 2, "--open needs a file: add --output FILE\n"),
    ],
)
def test_what_can_not_be_drawn_is_said_with_what_to_do(empty, arguments, code, told):
    ended = empty("graph", *arguments)

    assert ended.returncode == code
    assert ended.stderr.startswith(f"error: {told}")
    assert ended.stdout == ""
    assert list(empty.root.glob("*.html")) == []


def test_a_place_that_can_not_be_written_is_an_error_and_no_crash(tap):
    (tap.root / "folder").mkdir()

    assert tap("graph", "-o", "folder").stderr.startswith("error: --output names a folder: ")
    assert tap("graph", "-o", "Pulumi.yaml/x.html").stderr.startswith("error: failed to write ")


def test_a_state_that_can_not_be_read_is_an_error(tap):
    (tap.root / ".tap/.pulumi/stacks/tap/local.json").write_text("{")

    ended = tap("graph")

    assert ended.returncode == 1
    assert ended.stderr.startswith("error: failed to load checkpoint")


def held(root, *resources, pending=()):
    with StateStore(root, "tap", "local", environ=PASSPHRASE).open("update") as session:
        session.finish(session.base.with_contents(resources, pending), INFO)


def test_an_emptied_stack_is_said_to_be_empty(empty):
    held(empty.root)

    assert empty("graph").stderr.startswith(
        "error: the state of the stack 'local' is empty: there is nothing to draw\n"
    )


def test_a_half_finished_stack_is_drawn_and_says_so(empty):
    bucket = Resource("urn:pulumi:local::tap::aws:s3/bucket:Bucket::tap-app-bucket-local", True, "aws:s3/bucket:Bucket")
    topic = Resource(TOPIC, True, "aws:sns/topic:Topic", id="arn:1")
    held(empty.root, topic, pending=[creating(bucket)])
    ended = empty("graph", "--format", "svg")

    assert ended.returncode == 0
    assert ended.stderr == (
        "warning: Half-finished: creating tap-app-bucket-local was begun and, as far as the state knows, did not end.\n"
    )
    assert "<title>bucket app-bucket (half-finished)</title>" in ended.stdout
    assert "2 resources · half-finished" in ended.stdout


def built_on(root, endpoint, instance):
    path = root / ".tap/.pulumi/stacks/tap/local.json"
    document = json.loads(path.read_bytes())
    document["checkpoint"]["embeddedAws"] = {"endpoint": endpoint, "instance": instance}
    path.write_text(json.dumps(document))


def test_a_state_whose_embedded_aws_is_gone_is_drawn_with_a_warning(tap):
    built_on(tap.root, "http://127.0.0.1:9", "an-earlier-one")
    drawn = tap("graph", "--json")

    assert json.loads(drawn.stdout)["vpcs"]
    assert drawn.returncode == 0
    assert drawn.stderr == (
        "warning: the state was built on an embedded AWS that was stopped; the next `tap up` builds everything anew\n"
    )


def test_a_state_that_another_aws_still_holds_is_not_said_to_be_gone(tap, embedded_aws):
    built_on(tap.root, embedded_aws.endpoint, instance_of(embedded_aws.endpoint))
    drawn = tap("graph", "--json")
    status = tap("status")

    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert f"the state was built on the AWS at {embedded_aws.endpoint}; `tap up --endpoint" in status.stdout


def test_the_old_half_of_a_replacement_is_listed_apart(empty):
    old = Resource(TOPIC, True, "aws:sns/topic:Topic", id="arn:old", delete=True)
    held(empty.root, Resource(TOPIC, True, "aws:sns/topic:Topic", id="arn:new"), old)
    drawn = json.loads(empty("graph", "--json").stdout)

    assert [topic["key"] for topic in drawn["topics"]] == [TOPIC]
    assert drawn["others"] == [f"{TOPIC}#2"]
    assert drawn["notes"] == ["1 replaced resource waits to be deleted."]


@pytest.mark.parametrize("format", FORMATS)
def test_no_secret_of_the_state_is_drawn_and_no_passphrase_is_needed(empty, format):
    held(empty.root, Resource(TOPIC, True, "aws:sns/topic:Topic", id=str(SECRET["topic"])), SUBSCRIPTION)
    ended = empty("graph", "--format", format, "--output", "-")

    assert ended.returncode == 0, ended.stderr
    assert "alarms" in ended.stdout
    assert CANARY not in ended.stdout + ended.stderr
    assert "ciphertext" not in ended.stdout


def preview(*steps: Step):
    heard = PreviewHeard()
    for step in steps:
        heard.report(StepEnded(step, True, step.op))
    return heard.inventory("tap", "local")


@pytest.mark.parametrize("format", FORMATS)
def test_no_secret_of_a_preview_is_drawn(format):
    drawn = draw(preview(Step(Op.CREATE, SUBSCRIPTION.urn, new=SUBSCRIPTION)), format)

    assert "alarms-email" in drawn
    assert CANARY not in drawn


def test_a_preview_has_what_goes_what_comes_and_what_is_replaced():
    topic = Resource(TOPIC, True, "aws:sns/topic:Topic", id="arn:old", outputs={"name": "old"})
    renamed = Resource(TOPIC, True, "aws:sns/topic:Topic", inputs={"name": "new"}, outputs={"arn": UNKNOWN})
    inventory = preview(
        Step(Op.CREATE_REPLACEMENT, TOPIC, topic, renamed, keys=("name",), diffs=("name",)),
        Step(Op.REPLACE, TOPIC, topic, renamed, keys=("name",), diffs=("name",)),
        Step(Op.DELETE_REPLACED, TOPIC, topic),
        Step(Op.DELETE, SUBSCRIPTION.urn, SUBSCRIPTION),
    )
    things = {thing.name: thing for thing in inventory.things}

    assert {name: thing.change for name, thing in things.items()} == {
        "tap-alarms-local": Change.REPLACE,
        "tap-alarms-email-local": Change.DELETE,
    }
    assert things["tap-alarms-local"].properties == {"arn": "[unknown]", "name": "new"}
    assert things["tap-alarms-local"].changed == ("name",)


def test_drawing_imports_nothing_heavy(tap):
    program = (
        "import sys\n"
        "from tap.cli.main import run\n"
        "code = run(sys.argv[1:])\n"
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )

    assert tap.python("-c", program, "graph").stderr == "0 []\n"
