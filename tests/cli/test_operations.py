"""Whole operations on a small program, seen from outside: text, documents, exit codes."""

from __future__ import annotations

import json
import signal
import sys

import pytest

from tap.local_aws import control
from tests.cli.conftest import Tap, make_project
from tests.cli.terminal import Terminal

PROGRAM = """
import pulumi

class Shop(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("shop:index:Shop", "corner")

Shop()
pulumi.export("greeting", "hello")
pulumi.export("ports", [80, 443])
pulumi.export("password", pulumi.Output.secret("hunter2"))
"""
COMMAND = [sys.executable, "-m", "tap.cli.main"]


@pytest.fixture(scope="module")
def project(tmp_path_factory, warm):
    """One project and one embedded AWS for all; each test has a stack of its own."""
    root = tmp_path_factory.mktemp("shop")
    make_project(root, "local", "dev", "prod", "fresh", "surprised", "broken", "slow", warm=warm)
    yield Tap(root, warm)
    control.stop(root)


@pytest.fixture
def shop(project):
    (project.root / "__main__.py").write_text(PROGRAM)
    return project


def test_up_outputs_status_and_destroy_of_a_small_program(shop):
    up = shop("up")
    again = shop("up", "--expect-no-changes", "--json")
    table = shop("outputs")
    one = shop("outputs", "greeting")
    opened = shop("outputs", "password", "--show-secrets")
    document = json.loads(shop("outputs", "--json").stdout)
    missing = shop("outputs", "nope")
    status = json.loads(shop("status", "--json").stdout)
    words = shop("status").stdout
    destroyed = shop("destroy")

    assert up.returncode == 0, up.stderr
    assert up.stdout.startswith("Updating (local):\n\n")
    assert " +  shop:index:Shop corner created\n" in up.stdout
    assert "    password: [secret]\n" in up.stdout
    assert "Resources:\n    + 2 created\n\nDuration: " in up.stdout
    assert again.returncode == 0
    assert json.loads(again.stdout)["changeSummary"] == {"same": 2}
    assert table.stdout == (
        "Current stack outputs (3):\n    OUTPUT    VALUE\n    greeting  hello\n"
        "    password  [secret]\n    ports     [80, 443]\n"
    )
    assert one.stdout == "hello\n"
    assert opened.stdout == "hunter2\n"
    assert document == {"greeting": "hello", "password": "[secret]", "ports": [80, 443]}
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: current stack does not have output property 'nope'\n")
    assert status["state"]["resources"] == 2
    assert status["state"]["lastRun"]["result"] == "succeeded"
    assert status["embeddedAws"]["state"] == "running"
    assert status["embeddedAws"]["isTheOneBuiltOn"] is True
    assert status["locks"] == []
    assert "State: 2 resources\n    last run: update succeeded at " in words
    assert "the state was built on this embedded AWS" in words
    assert destroyed.returncode == 0
    assert "    - 2 deleted\n" in destroyed.stdout


def test_a_preview_changes_nothing_and_says_when_changes_were_not_expected(shop):
    preview = shop("preview", "--expect-no-changes", "-s", "fresh")

    assert preview.returncode == 7
    assert preview.stderr == "error: no changes were expected for preview but changes were proposed\n"
    assert "    + 2 to create\n" in preview.stdout
    assert '    greeting: "hello"\n' in preview.stdout
    assert json.loads(shop("status", "--json", "-s", "fresh").stdout)["state"]["exists"] is False


def test_changes_that_were_not_expected_are_made_and_exit_with_7(shop):
    ended = shop("up", "-fs", "surprised", "--expect-no-changes", "--json")

    document = json.loads(ended.stdout)
    assert ended.returncode == 7
    assert document["error"]["name"] == "no_changes_expected"
    assert document["error"]["message"] == "no changes were expected for update but changes were proposed"
    assert document["changeSummary"] == {"create": 2}
    assert document["outputs"] == {"greeting": "hello", "password": "[secret]", "ports": [80, 443]}


def test_a_program_that_raises_exits_with_1_and_the_document_says_why(shop):
    (shop.root / "__main__.py").write_text("raise ValueError('the program is broken')\n")

    ended = shop("up", "-fs", "broken", "--json")

    document = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert document["error"]["code"] == 1
    assert "ValueError: the program is broken" in document["error"]["message"]
    assert document["result"] == "failed"


def test_a_stack_that_is_not_there_is_said_to_be_missing(shop):
    for command in (["up", "--yes"], ["preview"], ["destroy", "--yes"], ["outputs"]):
        ended = shop(*command, "--stack", "nosuch")

        assert ended.returncode == 6
        assert ended.stderr.startswith("error: no stack named 'nosuch' found\n")


def test_on_a_terminal_another_stack_is_previewed_and_asked_about(shop):
    with Terminal([*COMMAND, "up", "-s", "dev"], shop.root, shop.environment()) as terminal:
        terminal.wait_for("Do you want to perform this update?")
        terminal.type("details\n")
        terminal.wait_for("[urn=urn:pulumi:dev::shop::shop:index:Shop::corner]")
        terminal.type("no\n")
        code = terminal.end()

    assert code == 8
    assert "Previewing update (dev):" in terminal.shown
    assert "confirmation declined, not proceeding with the update" in terminal.shown
    assert "Updating (dev)" not in terminal.shown
    assert json.loads(shop("status", "-s", "dev", "--json").stdout)["state"]["exists"] is False


def test_agreement_on_a_terminal_runs_and_prod_is_destroyed_only_by_name(shop):
    with Terminal([*COMMAND, "up", "-s", "prod"], shop.root, shop.environment(NO_COLOR="1")) as terminal:
        terminal.wait_for("Do you want to perform this update?")
        terminal.type("yes\n")
        made = terminal.end()
    with Terminal([*COMMAND, "destroy", "-s", "prod"], shop.root, shop.environment()) as second:
        second.wait_for("Type its name to confirm")
        second.type("yes\n")
        declined = second.end()
    status = json.loads(shop("status", "-s", "prod", "--json").stdout)

    assert made == 0
    assert "+   └─ shop:index:Shop" in terminal.shown
    assert "+ 2 created" in terminal.shown
    assert "\x1b[3" not in terminal.shown
    assert declined == 8
    assert status["state"]["resources"] == 2


def test_ctrl_c_once_says_what_is_left_and_exits_with_1(shop):
    (shop.root / "__main__.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(2)\n")

    with Terminal([*COMMAND, "up", "-fs", "slow", "--non-interactive"], shop.root, shop.environment()) as terminal:
        terminal.wait_for("begun")
        terminal.process.send_signal(signal.SIGINT)
        code = terminal.end()

    assert code == 1
    assert "^C received; cancelling." in terminal.shown
    assert "update canceled" in terminal.shown
    assert "`tap up` goes on from there" in terminal.shown


def test_ctrl_c_twice_stops_now_and_exits_with_8(shop):
    (shop.root / "__main__.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(50)\n")

    with Terminal(
        [*COMMAND, "up", "-fs", "slow", "--non-interactive"], shop.root, shop.environment(NO_COLOR="1")
    ) as terminal:
        terminal.wait_for("begun")
        terminal.process.send_signal(signal.SIGINT)
        terminal.wait_for("^C received; cancelling.")
        terminal.process.send_signal(signal.SIGINT)
        code = terminal.end()

    assert code == 8
    assert "error: update cancelled" in terminal.shown
    assert "`tap up` goes on from there" in terminal.shown
