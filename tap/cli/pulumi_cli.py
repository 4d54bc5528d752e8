"""Hands a command over to the Pulumi CLI: the options are the same, so are the texts and exit codes."""

from __future__ import annotations

import os
import shutil
import sys
from typing import NoReturn

import click

from tap.cli.settings import settings_of
from tap.errors import TapError, UsageError

_OURS = frozenset({"engine", "endpoint"})
"""Options that Pulumi's CLI does not have."""


def hand_over(context: click.Context) -> NoReturn:
    """Become `pulumi`, with this command and its options, for the stack of one's own AWS.

    It takes this process's place, so that its exit code is ours and Ctrl-C reaches it. Raises TapError if it is not
    there, UsageError for an option that it does not have.
    """
    if context.params.get("endpoint"):
        raise UsageError("--endpoint is for --engine embedded: the Pulumi CLI goes where its config says")
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise TapError("there is no `pulumi` on the PATH", hint="`tap doctor` says what is missing and how to get it")
    settings = settings_of(context)
    settings.project()  # the CLI finds it from here as well; where there is none, that is said in our words
    sys.stdout.flush()
    os.chdir(settings.cwd)  # what --policy-pack names is relative to it
    os.execv(pulumi, ["pulumi", *arguments(context)])  # noqa: S606  - without a shell, as it should be


def arguments(context: click.Context) -> list[str]:
    """The command line for Pulumi's CLI, from what was given here."""
    command, settings = context.command, settings_of(context)
    line = [str(command.name), "--non-interactive"]
    for option in command.params:
        value = context.params.get(str(option.name))
        given = context.get_parameter_source(str(option.name)) is not click.core.ParameterSource.DEFAULT
        if option.name in _OURS or not option.expose_value or not (given or option.name == "stack"):
            continue
        flag = option.opts[0]
        if isinstance(value, bool):
            line += [flag] if value else []
        else:
            line += [word for each in (value if isinstance(value, tuple) else (value,)) for word in (flag, str(each))]
    line += ["--json"] if settings.json else []
    line += ["--color", settings.color] if settings.color != "auto" else []
    return line
