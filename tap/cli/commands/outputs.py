"""`tap outputs`: what the stack tells others, from the state."""

from __future__ import annotations

import click

from tap.cli.failures import Report
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command()
@click.argument("name", required=False)
@stack_option
@click.option("--show-secrets", is_flag=True, help="Show secrets instead of [secret].")
@click.option("--shell", is_flag=True, help="Print assignments for a shell.")
@json_option
@everywhere
@click.pass_context
def outputs(context: click.Context, /, name: str | None, stack: str, show_secrets: bool, shell: bool) -> None:
    """Print the stack's outputs, or only the one with this NAME, as the last run left them."""
    from tap.cli.stack_outputs import as_lines, one_value, read_outputs, shown

    settings = settings_of(context)
    found = shown(read_outputs(settings.project(), stack, show_secrets=show_secrets), show_secrets=show_secrets)
    if name is not None:
        found = {name: one_value(found, name)}
    if settings.json:
        context.ensure_object(Report).document = found if name is None else found[name]
    else:
        click.echo("\n".join(as_lines(found, name, shell=shell)))
