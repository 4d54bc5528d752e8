"""`tap doctor`: what this machine lacks for each engine, and how to get it."""

from __future__ import annotations

import click

from tap.cli.failures import Report
from tap.cli.settings import everywhere, json_option, settings_of


@click.command()
@click.option("--engine", type=click.Choice(["embedded", "pulumi"]), help="Only what this engine needs.")
@json_option
@everywhere
@click.pass_context
def doctor(context: click.Context, /, engine: str | None) -> None:
    """Say what is missing on this machine for each engine, and how to get it.

    Exit 1 if it can not be done without: with --engine whatever that one needs, else what the embedded one needs.
    """
    from tap.cli.doctor import as_document, as_lines, examine, require_healthy

    settings = settings_of(context)
    findings = examine(settings.cwd, engine)
    if settings.json:
        context.ensure_object(Report).document = as_document(findings)
    else:
        click.echo("\n".join(as_lines(findings)))
    require_healthy(findings, engine)
