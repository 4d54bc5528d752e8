"""What the views print of a run."""

from __future__ import annotations

import io
import threading
import time

import pytest

from tap.cli.views.human_view import HumanView
from tap.cli.views.json_view import JsonView
from tap.cli.views.line_view import LineView
from tap.cli.views.view import RunInfo
from tap.engine.events import Diagnostic, OutputsRegistered, StepBegan
from tap.engine.model import Op, Step
from tests.cli import runs

UP = RunInfo("up", "dev", planning=False)
PREVIEW = RunInfo("up", "dev", planning=True)


def lines_of(events, info=UP, *, color=False, cancelled=False, **given) -> str:
    stream = io.StringIO()
    with LineView(stream, info, color=color, clock=lambda: 0.0, **given) as view:
        for event in events:
            view.report(event)
        view.concluded({}, cancelled=cancelled)
    return stream.getvalue()


def screen_of(events, info=UP, *, width=100, color=False) -> str:
    """What is on the screen when the run is over: what was drawn after the live table was taken away."""
    stream = io.StringIO()
    with HumanView(stream, info, color=color, width=width, clock=lambda: 0.0) as view:
        for event in events:
            view.report(event)
        view.concluded({}, cancelled=False)
    return stream.getvalue().rpartition("\x1b[?25h")[2].replace("\x1b[1A\x1b[2K", "").lstrip("\r\n")


def test_the_lines_of_a_first_up_are_pulumis():
    printed = lines_of(runs.first_up())

    assert printed.splitlines() == [
        "Updating (dev):",
        "",
        " +  pulumi:pulumi:Stack shop-dev creating",
        " +  pulumi:pulumi:Stack shop-dev created",
        " +  tap:index:Network net creating",
        " +  tap:index:Network net created",
        " +  aws:ec2:Vpc main creating (0s)",
        " +  aws:ec2:Vpc main created (0s)",
        " +  aws:s3:Bucket logs creating (0s)",
        " +  aws:s3:Bucket logs created (0s)",
        "",
        "Outputs:",
        "    password: [secret]",
        '    vpcId: "vpc-1"',
        "    zones: [",
        '        [0]: "a"',
        '        [1]: "b"',
        "    ]",
        "",
        "Resources:",
        "    + 4 created",
        "",
        "Duration: 9s",
    ]


@pytest.mark.parametrize("width", [80, 200])
def test_the_tree_of_a_first_up_is_indented_by_parent(width):
    printed = screen_of(runs.first_up(), width=width)

    assert printed.splitlines()[:5] == [
        "     Type                  Name      Status        Info",
        " +   pulumi:pulumi:Stack   shop-dev  created",
        " +   ├─ tap:index:Network  net       created",
        " +   │  └─ aws:ec2:Vpc     main      created (0s)",
        " +   └─ aws:s3:Bucket      logs      created (0s)",
    ]
    assert "\x1b" not in printed


@pytest.mark.parametrize("width", [80, 200])
def test_the_preview_table_says_each_resource_once_with_what_differs(width):
    printed = screen_of(runs.preview_of_edits(), PREVIEW, width=width).splitlines()

    assert printed[0] == "     Type                  Name      Plan     Info"
    assert " ~   ├─ aws:iam:Policy     reader    update   [diff: ~policy,+description]" in printed
    assert [line.startswith(" +-  │  ├─ aws:ec2:Vpc     main      replace  REPLACING") for line in printed].count(
        True
    ) == 1
    assert " +   │  └─ aws:ec2:Subnet  a         create" in printed


@pytest.mark.parametrize("show", [lines_of, screen_of])
def test_a_preview_shows_diffs_lost_data_and_counts_with_to(show):
    printed = show(runs.preview_of_edits(), PREVIEW)

    assert "        ~ Statement: [\n" in printed
    assert '                ~ Action: "s3:Get*" => "s3:*"\n' in printed
    assert '    ~ cidrBlock: "10.0.0.0/16" => "10.1.0.0/16"  (forces replacement)\n' in printed
    assert "    aws:s3:Bucket (logs) DELETES DATA: every object and version in the bucket\n" in printed
    assert printed.endswith(
        "Resources:\n    + 1 to create\n    ~ 1 to update\n    - 1 to delete\n    +-1 to replace\n"
        "    4 changes. 2 unchanged\n"
    )
    assert "Duration" not in printed


@pytest.mark.parametrize("show", [lines_of, screen_of])
def test_lost_data_is_red_where_there_is_color(show):
    colored = show(runs.preview_of_edits(), PREVIEW, color=True)

    assert "\x1b[1;31mDELETES DATA: every object" in colored
    assert "\x1b[" not in show(runs.preview_of_edits(), PREVIEW, color=False)


@pytest.mark.parametrize("show", [lines_of, screen_of])
def test_a_failure_names_the_resource_awss_code_and_what_helps(show):
    printed = show(runs.failed_up())

    assert "**creating failed**" in printed
    assert (
        "Diagnostics:\n"
        "  aws:s3:Bucket (logs):\n"
        "    error: creating S3 bucket logs-1: the name is taken\n"
        "      AWS error code: BucketAlreadyExists\n"
        "      hint: choose another name\n"
        "\n"
        "  pulumi:pulumi:Stack (shop-dev):\n"
        "    error: update failed\n" in printed
    )


@pytest.mark.parametrize(
    ("info", "lines"),
    [
        (UP, ["    kept: 1", '    ~ name: "old" => "new"', "    - gone: 2"]),
        (PREVIEW, ['    ~ name: "old" => "new"', "    - gone: 2"]),
    ],
)
def test_outputs_are_compared_with_the_ones_before(info, lines):
    old = runs.replace(runs.STACK, outputs={"kept": 1, "gone": 2, "name": "old"})
    new = runs.replace(runs.STACK, outputs={"kept": 1, "name": "new"})
    told = OutputsRegistered(Step(Op.SAME, runs.STACK_URN, old, new))

    printed = lines_of([*runs.same(old), told], info).splitlines()

    assert sorted(printed[printed.index("Outputs:") + 1 : -1]) == sorted(lines)


def test_a_failed_preview_shows_no_counts():
    events = [*runs.preview_of_edits()[:-1], Diagnostic("error", "preview failed")]
    events.append(runs.Summary({Op.UPDATE: 1}, 1, "failed", planning=True))

    assert "Resources:" not in lines_of(events, PREVIEW)


@pytest.mark.parametrize("show", [lines_of, screen_of])
def test_steps_of_default_providers_are_not_shown(show):
    assert "pulumi:providers" not in show(runs.first_up())


@pytest.mark.parametrize("show", [lines_of, screen_of])
def test_secrets_are_in_no_view(show):
    for events, info in ((runs.first_up(), UP), (runs.preview_of_edits(), RunInfo("up", "dev", True, diff=True))):
        assert "hunter2" not in show(events, info)


def test_full_diffs_show_creations_and_deletions_too():
    printed = lines_of(runs.preview_of_edits(), RunInfo("preview", "dev", True, diff=True))

    assert "    [urn=urn:pulumi:dev::shop::aws:s3/bucket:Bucket::logs]\n    [id=logs-1]\n" in printed
    assert '    - bucket: "logs-1"\n    - password: [secret]\n' in printed
    assert '    + cidrBlock: "10.1.0.0/24"\n    + vpcId: [unknown]\n' in printed


def test_a_replacement_that_is_through_is_called_replaced():
    moved = runs.replace(runs.VPC, inputs={"cidrBlock": "10.1.0.0/16"})

    printed = lines_of([*runs.same(runs.STACK), *runs.replaced(runs.VPC, moved, ("cidrBlock",))])

    assert printed.count("creating replacement") == 1
    assert printed.count("deleting original") == 1
    assert printed.splitlines()[-2].startswith(" +- aws:ec2:Vpc main replaced (0s)")


def test_a_cancelled_run_says_what_is_left():
    begun = StepBegan(Step(Op.CREATE, runs.BUCKET.urn, new=runs.BUCKET), False)

    printed = lines_of([*runs.created(runs.VPC), begun], cancelled=True)

    assert "The run was cancelled: 1 step done, 0 failed.\n" in printed
    assert "  not finished: aws:s3:Bucket (logs) creating\n" in printed
    assert "`tap up` goes on from there" in printed


def test_the_live_table_is_bounded_with_5000_resources():
    stream = io.StringIO()
    sizes = []
    with HumanView(stream, UP, color=True, width=80) as view:
        for number, event in enumerate(runs.many(5000)):
            view.report(event)
            if number % 1000 == 999:
                sizes.append(len(list(view._frame().renderables)))
        view.concluded({}, cancelled=False)

    assert max(sizes) <= 22
    assert stream.getvalue().count("queue-00000") >= 1
    assert stream.getvalue().count("queue-04999") >= 1


def test_the_live_table_is_bounded_under_many_parents():
    parent = runs.STACK_URN
    with HumanView(io.StringIO(), UP, color=False, width=80) as view:
        for depth in range(40):
            step = Step(Op.SAME, f"{runs.NETWORK_URN}{depth}", *[runs.replace(runs.NETWORK, parent=parent)] * 2)
            view.report(StepBegan(step, False))
            parent = step.urn
        for event in runs.created(runs.replace(runs.VPC, parent=parent)):
            view.report(event)
        size = len(list(view._frame().renderables))

    assert size <= 22


def test_a_quiet_run_gives_a_sign_of_life_that_ends_with_the_view():
    stream = io.StringIO()
    with LineView(stream, UP, color=False, heartbeat_seconds=0.02) as view:
        view.report(StepBegan(Step(Op.CREATE, runs.BUCKET.urn, new=runs.BUCKET), False))
        deadline = time.monotonic() + 10
        while stream.getvalue().count("in flight") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        view.concluded({}, cancelled=False)
        printed = stream.getvalue()

    assert "in flight: logs (creating)" in printed
    assert "heartbeat" not in [thread.name for thread in threading.enumerate()]


def test_a_reader_that_went_away_does_not_stop_the_run():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with LineView(Gone(), UP, color=False) as view:
        for event in runs.first_up():
            view.report(event)
        view.concluded({}, cancelled=False)

    assert view._progress.done_count == 4


def document_of(events, info=UP, outputs=None) -> dict:
    view = JsonView(info)
    with view:
        for event in events:
            view.report(event)
        view.concluded(outputs or {}, cancelled=False)
    return view.document()


def test_the_document_of_a_preview_has_pulumis_keys():
    document = document_of(runs.preview_of_edits(), PREVIEW)

    steps = {step["urn"].rpartition("::")[2]: step for step in document["steps"]}
    assert document["changeSummary"] == {"same": 2, "update": 1, "replace": 1, "create": 1, "delete": 1}
    assert steps["main"]["op"] == "replace"
    assert steps["main"]["replaceReasons"] == ["cidrBlock"]
    assert steps["main"]["detailedDiff"] == {"cidrBlock": {"kind": "update-replace"}}
    assert steps["main"]["oldState"]["inputs"]["cidrBlock"] == "10.0.0.0/16"
    assert steps["main"]["newState"]["inputs"]["cidrBlock"] == "10.1.0.0/16"
    assert steps["logs"]["dataLoss"].startswith("DELETES DATA")
    assert steps["logs"]["oldState"]["inputs"]["password"] == "[secret]"  # noqa: S105  - what is shown instead of one
    assert document["result"] == "succeeded"


def test_the_document_of_a_failed_up_names_what_failed():
    document = document_of(runs.failed_up(), outputs={"password": runs.Secret("hunter2"), "id": 1})

    assert document["steps"][1]["status"] == "failed"
    assert document["diagnostics"][0]["code"] == "BucketAlreadyExists"
    assert document["diagnostics"][0]["hint"] == "choose another name"
    assert document["outputs"] == {"password": "[secret]", "id": 1}
    assert document["result"] == "failed"
