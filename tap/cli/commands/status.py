"""`tap status`: what is there of a stack, without touching any of it."""

from __future__ import annotations

import click

from tap.cli.failures import Report
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command()
@stack_option
@json_option
@everywhere
@click.pass_context
def status(context: click.Context, /, stack: str) -> None:
    """Say what there is: the state and when it was written, who holds it, and the embedded AWS."""
    from tap.cli.stack_status import as_document, as_lines, look

    settings = settings_of(context)
    found = look(settings.project(), stack)
    if settings.json:
        context.ensure_object(Report).document = as_document(found)
    else:
        click.echo("\n".join(as_lines(found)))
