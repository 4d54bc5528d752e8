"""The console script `tap`: loads only the command that is asked for, and turns every failure into an exit code."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tap.cli import failures
from tap.cli.failures import Failure, Report
from tap.cli.settings import COMPLETE_VARIABLE, Settings, everywhere, settings_of
from tap.errors import CancelledError

COMMANDS = {
    "preview": "Show what `tap up` would do",
    "up": "Make the cloud what the program says",
    "refresh": "Make the state what the cloud says",
    "destroy": "Delete everything in the stack",
    "outputs": "Print the stack's outputs",
    "deploy": "Preview, gate, up, check, and record the release",
    "rollback": "Bring the stack back to the last release that was recorded",
    "doctor": "Say what this machine lacks, and how to get it",
    "verify": "Prove on what is built that it holds",
    "status": "Say what is there: state, lock, embedded AWS",
    "cost": "Say what the stack costs on AWS in a month",
    "graph": "Draw the stack: one HTML file, or SVG, Mermaid, DOT, JSON",
    "import": "Take a resource that is in the cloud already into the state",
    "state": "List, export, import, edit the state",
    "cancel": "Remove the lock of a run that is no more",
    "changes": "Show previews as markdown, in a pull request's one comment",
    "notify": "Tell Slack what became of a deployment",
    "local": "Start, stop and use the embedded AWS",
    "completion": "Print a shell's completion script",
}
"""Name -> line in the help. They stand here so that the help imports no command."""

MODULES = {"import": "import_resource"}
"""Where a command's name can be no module's."""

ALIASES = {"plan": "preview", "apply": "up", "output": "outputs"}
"""What people type who come from other tools; not in the help."""

_JSON_CLUSTER = re.compile(r"-[yfr]*j[yfr]*")


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        module = MODULES.get(name, name)
        command = getattr(importlib.import_module(f"tap.cli.commands.{module}"), module)
        assert isinstance(command, click.Command)  # noqa: S101  - a bug of ours, said as one
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0][:1] != "-" and args[0] not in COMMANDS and args[0] not in ALIASES:
            near = failures.nearest(args[0], [*COMMANDS, *ALIASES])
            told = f"unknown command {args[0]!r} for 'tap'" + (f"; did you mean {near!r}?" if near else "")
            raise click.UsageError(told, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"tap {version('tapstack')}")
        context.exit()


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["--help", "-h"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@everywhere
@click.pass_context
def tap(context: click.Context) -> None:
    """Deploy this project's Pulumi program to an AWS that comes with it, without Pulumi's CLI or an account.

    Options, symbols, texts and exit codes are those of Pulumi's CLI.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run `tap` with the arguments of the process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can not show a character must not end a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if COMPLETE_VARIABLE in os.environ:
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(tap, {}, "tap", COMPLETE_VARIABLE, os.environ[COMPLETE_VARIABLE]))
    code = run(sys.argv[1:])
    _flush()
    if code == CancelledError.exit_code:
        os._exit(code)  # Python would wait for the calls on their way, which may take a minute
    gc.freeze()  # or the interpreter looks for garbage once more, in all that there is
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    wants_json = any(argument == "--json" or _JSON_CLUSTER.fullmatch(argument) for argument in arguments)
    report = Report()
    settings: Settings | None = None
    failure: Failure | None = None
    try:
        context = tap.make_context("tap", list(arguments), obj=report)
        with context:
            try:
                tap.invoke(context)
            finally:
                settings = settings_of(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        failure = failures.failure_of(CancelledError("cancelled"))
    except BrokenPipeError:
        return failures.EXIT_FAILED
    except Exception as error:  # whatever is left is a bug of ours, and is said as one
        failure = failures.failure_of(error) or failures.bug(error, _root(settings))
    if wants_json and (failure is not None or report.document is not None):
        from tap.cli.documents import write_document

        write_document(failures.with_error(report.document, failure) if failure else report.document, sys.stdout)
    elif failure is not None:
        failures.show(failure, color=settings.color if settings is not None else "auto")
    return failure.code if failure is not None else 0


def _root(settings: Settings | None) -> Path | None:
    """Where the report of a bug goes. Looking for it must not hide the bug, whatever happens."""
    with contextlib.suppress(Exception):
        return settings.project().root if settings is not None else None
    return None


def _flush() -> None:
    """A reader that went away is nobody's error; Python would say so at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
