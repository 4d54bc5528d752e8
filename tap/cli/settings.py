"""The options that every command has, and what they come to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tap.cli.confirmation import LOCAL_STACK
from tap.cli.terminal import Color, is_interactive, wants_color
from tap.errors import UsageError

if TYPE_CHECKING:
    from tap.project.project import Project

_Command = TypeVar("_Command", bound=Callable[..., Any])
_META = "tap.settings."

COMPLETE_VARIABLE = "_TAP_COMPLETE"
"""Set by the scripts of `tap completion` when a shell asks for completions."""


@dataclass(frozen=True, slots=True)
class Settings:
    """cwd is where to look for the project; json: one document on stdout and nothing else there."""

    cwd: Path
    color: Color
    non_interactive: bool
    json: bool

    @property
    def colored(self) -> bool:
        return wants_color(self.color, os.environ, is_terminal=sys.stdout.isatty())

    @property
    def interactive(self) -> bool:
        """Whether the screen may be redrawn and somebody can answer."""
        terminal = sys.stdout.isatty() and sys.stdin.isatty()
        return not self.json and is_interactive(self.non_interactive, os.environ, is_terminal=terminal)

    def project(self) -> Project:
        """The project of cwd, with what its file says. Raises UsageError."""
        from tap.project.project import find_project

        if not self.cwd.is_dir():
            raise UsageError(f"there is no folder {str(self.cwd)!r}", hint="name the project's folder with --cwd")
        return find_project(self.cwd)


def settings_of(context: click.Context) -> Settings:
    meta = context.meta
    return Settings(
        cwd=Path(meta.get(_META + "cwd", ".")),
        color=meta.get(_META + "color", "auto"),
        non_interactive=meta.get(_META + "non_interactive", False),
        json=meta.get(_META + "json", False),
    )


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    # Click's meta is shared by a group and its commands, so these options may stand before or after the command.
    if value:
        context.meta[f"{_META}{parameter.name}"] = value


def everywhere(command: _Command) -> _Command:
    """The options of the group and of every command."""
    for decorate in (
        click.option(
            "--non-interactive", is_flag=True, expose_value=False, callback=_remember, help="Never prompt or redraw."
        ),
        click.option(
            "--color",
            type=click.Choice(["always", "never", "auto"]),
            expose_value=False,
            callback=_remember,
            help="Colorize output (default auto; NO_COLOR and FORCE_COLOR are honoured).",
        ),
        click.option(
            "--cwd", "-C", metavar="DIR", expose_value=False, callback=_remember, help="Run as if started in DIR."
        ),
    ):
        command = decorate(command)
    return command


def json_option(command: _Command) -> _Command:
    return click.option(
        "--json",
        "-j",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="One JSON document on stdout, and nothing else there.",
    )(command)


def stack_option(command: _Command) -> _Command:
    return click.option(
        "--stack", "-s", default=LOCAL_STACK, show_default=True, metavar="NAME", help="The stack to work on."
    )(command)
