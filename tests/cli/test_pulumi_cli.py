"""`--engine pulumi` of preview and refresh: the Pulumi CLI's own command line, and its exit code.

The CLI is a stand-in that records what it is called with: that the real one takes these options, only a run proves.
"""

from __future__ import annotations

import os
import shlex

import pytest


@pytest.fixture
def pulumi(tap):
    """A folder with a `pulumi` that writes down its arguments, and ends with 7."""
    folder = tap.root / "bin"
    folder.mkdir()
    script = folder / "pulumi"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$PWD" "$@"\nexit 7\n')
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize(
    ("line", "handed_over"),
    [
        ("preview -s prod --engine pulumi --json", "preview --non-interactive --stack prod --json"),
        ("preview --engine pulumi", "preview --non-interactive --stack local"),
        (
            "refresh -s prod --engine pulumi --preview-only --expect-no-changes --diff",
            "refresh --non-interactive --stack prod --preview-only --diff --expect-no-changes",
        ),
        (
            "--color never preview --engine pulumi -s prod -t a -t 'b c' --parallel 4 -r",
            "preview --non-interactive --stack prod --target a --target 'b c' --refresh --parallel 4 --color never",
        ),
    ],
)
def test_the_command_is_pulumis_with_the_options_that_were_given(tap, pulumi, line, handed_over):
    ended = tap(*shlex.split(line), **pulumi)

    assert ended.returncode == 7
    assert ended.stdout.splitlines() == [str(tap.root), *shlex.split(handed_over)]


def test_a_policy_pack_is_found_from_where_tap_runs_and_not_from_the_projects_folder(tap, pulumi):
    (tap.root / "sub").mkdir()
    ended = tap("preview", "--engine", "pulumi", "-C", "sub", "--policy-pack", "../policy", **pulumi)

    assert ended.stdout.splitlines() == [
        str(tap.root / "sub"),
        *shlex.split("preview --non-interactive --stack local --policy-pack ../policy"),
    ]


def test_without_a_pulumi_it_says_what_helps(tap):
    ended = tap("preview", "--engine", "pulumi", PATH="/nowhere")

    assert ended.returncode == 1
    assert ended.stderr == (
        "error: there is no `pulumi` on the PATH\nhint: `tap doctor` says what is missing and how to get it\n"
    )


def test_another_emulator_is_not_for_pulumi(tap, pulumi):
    ended = tap("preview", "--engine", "pulumi", "--endpoint", "http://127.0.0.1:1", **pulumi)

    assert ended.returncode == 2
    assert "--endpoint is for --engine embedded" in ended.stderr
