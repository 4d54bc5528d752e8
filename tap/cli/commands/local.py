"""`tap local`: the AWS that comes with the project, as a process of its own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

import click

from tap.cli.failures import Report
from tap.cli.settings import everywhere, json_option, settings_of
from tap.errors import TapError
from tap.local_aws import control

NOT_RUNNING_HINT = "`tap local start` starts it, and so does `tap up`"


@click.group()
@everywhere
def local() -> None:
    """Start, stop and use the embedded AWS: an emulator on 127.0.0.1, the same for every command of this project.

    It keeps everything in memory: what is in it ends with it.
    """


@local.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=control.DEFAULT_PORT,
    show_default=True,
    metavar="N",
    help="Another free one is taken if this one is not free.",
)
@json_option
@everywhere
@click.pass_context
def start(context: click.Context, /, port: int) -> None:
    """Start the embedded AWS, if it does not run yet, and wait until it is ready."""
    settings = settings_of(context)
    running = control.start(settings.project().root, port)
    if settings.json:
        described = {"endpoint": running.endpoint, "pid": running.pid, "instance": running.instance}
        context.ensure_object(Report).document = {**described, "started": running.started}
        return
    verb = "Started the embedded AWS" if running.started else "The embedded AWS runs already"
    click.echo(f'{verb} at {running.endpoint} (process {running.pid}).\nUse it with: eval "$(tap local env)"')


@local.command()
@json_option
@everywhere
@click.pass_context
def stop(context: click.Context, /) -> None:
    """Stop the embedded AWS; what was built in it is gone, and the next `tap up` builds it anew."""
    settings = settings_of(context)
    stopped = control.stop(settings.project().root)
    if settings.json:
        context.ensure_object(Report).document = {"stopped": stopped.value}
        return
    said = {
        control.Stopped.NOT_RUNNING: "The embedded AWS does not run.",
        control.Stopped.STOPPED: "Stopped the embedded AWS.",
        control.Stopped.KILLED: "Killed the embedded AWS: it did not stop by itself.",
    }
    click.echo(said[stopped])


@local.command()
@json_option
@everywhere
@click.pass_context
def status(context: click.Context, /) -> None:
    """Say whether the embedded AWS runs, where, and where its log is."""
    settings = settings_of(context)
    found = control.status(settings.project().root)
    if settings.json:
        context.ensure_object(Report).document = status_document(found)
    else:
        click.echo("\n".join(status_lines(found)))


@local.command()
@click.option(
    "--shell",
    type=click.Choice(["sh", "fish"]),
    default="sh",
    show_default=True,
    help="Whose syntax; sh is bash's, zsh's.",
)
@json_option
@everywhere
@click.pass_context
def env(context: click.Context, /, shell: str) -> None:
    """Print what to export so that the AWS CLI and every SDK talk to the embedded AWS: `eval "$(tap local env)"`."""
    settings = settings_of(context)
    found = control.status(settings.project().root)
    if found.state is not control.State.RUNNING:
        raise TapError(f"the embedded AWS is {found.state.value}", hint=found.detail or NOT_RUNNING_HINT)
    variables = control.environment(found.endpoint)
    if settings.json:
        context.ensure_object(Report).document = dict(variables)
        return
    click.echo("\n".join(shell_lines(shell, variables, control.variables_in_the_way(os.environ))))


def shell_lines(shell: str, variables: Mapping[str, str], in_the_way: tuple[str, ...]) -> list[str]:
    """Lines for `eval`: first what would get in the way is unset, then the rest is set."""
    if shell == "fish":
        return [f"set -e {name};" for name in in_the_way] + [
            f"set -gx {name} {shlex.quote(value)};" for name, value in variables.items()
        ]
    return [f"unset {name}" for name in in_the_way] + [
        f"export {name}={shlex.quote(value)}" for name, value in variables.items()
    ]


def status_lines(found: control.Status) -> list[str]:
    """The embedded AWS in words."""
    if found.state is control.State.STOPPED:
        return ["Embedded AWS: stopped", f"    {NOT_RUNNING_HINT}"]
    lines = [f"Embedded AWS: {found.state.value}" + (f" ({found.detail})" if found.detail else "")]
    lines += [f"    endpoint: {found.endpoint}", f"    process:  {found.pid}", f"    instance: {found.instance}"]
    return [*lines, f"    since:    {found.started_at}", f"    log:      {found.log}"]


def status_document(found: control.Status) -> dict[str, object]:
    described: dict[str, object] = {"state": found.state.value, "log": str(found.log)}
    if found.state is not control.State.STOPPED:
        described |= {"endpoint": found.endpoint, "pid": found.pid, "instance": found.instance}
        described |= {"startedAt": found.started_at, "detail": found.detail}
    return described
