"""The commands as people and scripts call them: real processes, exit codes, what stands on which stream."""

from __future__ import annotations

import json
import subprocess

import pytest

HEAVY = ("pulumi", "pulumi_aws", "boto3", "botocore", "grpc", "moto", "google.protobuf")
PLANTED_BUG = """
import sys
from tap.cli import main, stack_status
stack_status.look = lambda *given: 1 / 0
sys.argv = ["tap", *sys.argv[1:]]
main.main()
"""


@pytest.mark.parametrize(
    ("arguments", "code", "stderr"),
    [
        (["up", "--nope"], 1, "error: unknown flag: --nope\n"),
        (["--nope"], 1, "error: unknown flag: --nope\n"),
        (["up", "-Z"], 1, "error: unknown shorthand flag: 'Z' in -Z\n"),
        (["up", "--stak", "x"], 1, "error: unknown flag: --stak\nhint: did you mean --stack?\n"),
        (["nope"], 2, "error: unknown command 'nope' for 'tap'\n"),
        (["statsu"], 2, "error: unknown command 'statsu' for 'tap'; did you mean 'status'?\n"),
        (["up", "--parallel", "0"], 2, "error: invalid value for '--parallel' / '-p': 0 is not in the range x>=1\n"),
        (["up", "--color", "pink"], 2, "error: invalid value for '--color': 'pink' is not one of"),
        (["up", "extra"], 2, "error: got unexpected extra argument (extra)\n"),
        (["up", "--stack"], 2, "error: option '--stack' requires an argument\n"),
        (["status", "--cwd", "nowhere"], 2, "error: there is no folder 'nowhere'\n"),
        (["destroy", "--yes", "--preview-only"], 1, "error: --yes and --preview-only cannot be used together\n"),
        (["local", "env"], 1, "error: the embedded AWS is stopped\nhint: `tap local start`"),
        (
            ["up", "--stack", "dev"],
            2,
            "error: --yes or --skip-preview or --preview-only must be passed in to proceed "
            "when running in non-interactive mode\n",
        ),
    ],
)
def test_what_can_not_be_done_has_pulumis_exit_code_and_text(tap, arguments, code, stderr):
    ended = tap(*arguments)

    assert ended.returncode == code
    assert ended.stderr.startswith(stderr)
    assert ended.stdout == ""


def test_a_folder_without_a_project_is_said_to_have_none(tap):
    (tap.root / "Pulumi.yaml").unlink()

    ended = tap("up")

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: no Pulumi.yaml project file found (searching upwards from {tap.root})\n")


def test_the_project_is_found_from_a_folder_below_it(tap):
    below = tap.root / "a" / "b"
    below.mkdir(parents=True)

    assert json.loads(tap("--cwd", str(below), "status", "--json").stdout)["root"] == str(tap.root)
    assert json.loads(tap("status", "-C", str(below), "-j").stdout)["root"] == str(tap.root)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["up", "--nope", "--json"], {"code": 1, "name": "error", "message": "unknown flag: --nope"}),
        (
            ["outputs", "--json", "--stack", "nosuch"],
            {"code": 6, "name": "stack_not_found", "message": "no stack named 'nosuch' found"},
        ),
        (["up", "-yj", "--parallel", "x"], {"code": 2, "name": "configuration_error"}),
        (["destroy", "--json", "--stack", "dev"], {"code": 2, "name": "configuration_error"}),
    ],
)
def test_under_json_an_error_is_one_document_on_stdout(tap, arguments, error):
    ended = tap(*arguments)

    document = json.loads(ended.stdout)
    assert ended.returncode == document["error"]["code"]
    assert {key: document["error"][key] for key in error} == error
    assert document["error"]["retryable"] is False
    assert document["error"]["hint"]
    assert ended.stderr == ""


def test_a_bug_of_ours_is_said_as_one_and_its_traceback_goes_to_a_file(tap):
    ended = tap.python("-c", PLANTED_BUG, "status")

    assert ended.returncode == 255
    assert "this is a bug of tap" in ended.stderr
    assert "ZeroDivisionError" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ".tap/crash.log" in ended.stderr
    assert "Traceback (most recent call last)" in (tap.root / ".tap" / "crash.log").read_text()


def test_the_traceback_of_a_bug_is_shown_on_demand_and_json_stays_a_document(tap):
    ended = tap.python("-c", PLANTED_BUG, "status", "--json", TAP_DEBUG="1")

    assert ended.returncode == 255
    assert "Traceback (most recent call last)" in ended.stderr
    assert json.loads(ended.stdout)["error"]["name"] == "internal_error"


def test_colors_are_only_where_they_are_wanted(tap):
    assert "\x1b" not in tap("up", "--nope").stderr
    assert "\x1b[31m" in tap("up", "--nope", FORCE_COLOR="1").stderr
    assert "\x1b" not in tap("up", "--nope", FORCE_COLOR="1", NO_COLOR="1").stderr


def test_help_names_every_command_and_no_alias(tap):
    ended = tap()

    assert ended.returncode == 0
    for command in ("preview", "up", "refresh", "destroy", "outputs", "status", "local", "completion"):
        assert f"\n  {command} " in ended.stdout
    assert "apply" not in ended.stdout
    assert tap("--help").stdout == ended.stdout


@pytest.mark.parametrize(("alias", "command"), [("plan", "preview"), ("apply", "up"), ("output", "outputs")])
def test_aliases_are_the_commands_of_other_tools(tap, alias, command):
    shown = tap(alias, "--help")

    assert shown.returncode == 0
    assert shown.stdout.splitlines()[1:] == tap(command, "--help").stdout.splitlines()[1:]


def test_the_version_is_the_projects(tap):
    assert tap("--version").stdout.startswith("tap 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(tap, shell):
    ended = tap("completion", shell)

    assert ended.returncode == 0
    assert f"_TAP_COMPLETE={shell}_complete" in ended.stdout


def test_a_shell_that_asks_gets_commands_and_options(tap):
    commands = tap(_TAP_COMPLETE="bash_complete", COMP_WORDS="tap d", COMP_CWORD="1")
    options = tap(_TAP_COMPLETE="bash_complete", COMP_WORDS="tap up --sk", COMP_CWORD="2")

    assert commands.stdout.split() == ["plain,destroy", "plain,deploy", "plain,doctor"]
    assert options.stdout.split() == ["plain,--skip-preview"]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["up", "--help"], ["status"], ["outputs"], ["--version"], ["completion", "zsh"], ["local", "status"]],
)
def test_what_must_be_quick_imports_nothing_heavy(tap, arguments):
    program = (
        "import sys\n"
        "from tap.cli.main import run\n"
        "code = run(sys.argv[1:])\n"
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )

    ended = tap.python("-c", program, *arguments)

    assert ended.stderr.splitlines()[-1] == "0 []"


def test_a_reader_that_went_away_is_no_crash(tap):
    ended = subprocess.run(
        ["bash", "-c", f"'{__import__('sys').executable}' -m tap.cli.main --help | head -1; echo ${{PIPESTATUS[0]}}"],
        cwd=tap.root,
        env=tap.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_the_embedded_aws_is_started_used_and_stopped(tap):
    started = json.loads(tap("local", "start", "--port", "0", "--json").stdout)
    again = json.loads(tap("local", "start", "--json").stdout)
    told = json.loads(tap("local", "status", "--json").stdout)
    exported = tap("local", "env", AWS_PROFILE="prod").stdout
    fish = tap("local", "env", "--shell", "fish").stdout
    stopped = tap("local", "stop")

    assert started["started"] is True
    assert again == {**started, "started": False}
    assert told["state"] == "running"
    assert told["endpoint"] == started["endpoint"]
    assert f"export AWS_ENDPOINT_URL={started['endpoint']}\n" in exported
    assert exported.startswith("unset AWS_PROFILE\n")
    assert f"set -gx AWS_ENDPOINT_URL {started['endpoint']};\n" in fish
    assert stopped.stdout == "Stopped the embedded AWS.\n"
    assert tap("local", "stop").stdout == "The embedded AWS does not run.\n"
    assert tap("local", "status").stdout.startswith("Embedded AWS: stopped\n")
