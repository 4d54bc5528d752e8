"""`tap completion`: the script that teaches a shell to complete tap's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from tap.cli.settings import COMPLETE_VARIABLE, everywhere


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@everywhere
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """Print the completion script for a shell: `eval "$(tap completion bash)"`."""
    kind = get_completion_class(shell)
    assert kind is not None, shell  # noqa: S101  - the choices are click's own
    click.echo(kind(context.find_root().command, {}, "tap", COMPLETE_VARIABLE).source())
