"""`tap verify`: prove on what is built, not on what the code meant."""

from __future__ import annotations

from typing import Any

import click

from tap.cli.failures import Report
from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command()
@stack_option
@click.option(
    "--engine",
    type=click.Choice(["embedded", "pulumi"]),
    default="embedded",
    show_default=True,
    help="The embedded AWS, or, only reading, the account of your own AWS credentials.",
)
@click.option("--state", metavar="FILE", help="With --engine pulumi: a file of `pulumi stack export`, - for stdin.")
@click.option("--permissions", is_flag=True, help="Print the least IAM policy that this needs, and do nothing else.")
@click.option(
    "--explain",
    "between",
    nargs=3,
    metavar="FROM TO PORT",
    help="Show the path of one connection, or what stops it: internet, an address, web, app, db, ssh, or an id.",
)
@operation_options("endpoint")
@json_option
@everywhere
@click.pass_context
def verify(
    context: click.Context,
    /,
    permissions: bool,
    between: tuple[str, str, str] | None,
    **asked: Any,
) -> None:
    """Look at what the cloud has, and say what of it does not hold; exit code 5 if there is anything.

    Only reads. What it could not see, it does not call right.
    """
    from tap.cli import verifying
    from tap.cli.views.judgement_view import as_document, as_lines
    from tap.cli.views.path_view import path_document, path_lines
    from tap.cli.views.zone_view import zone_documents, zone_lines

    settings, report = settings_of(context), context.ensure_object(Report)
    if permissions:
        click.echo(verifying.permissions_text())
        return
    request, project = verifying.Request(**asked), settings.project()
    if between:
        explanation = verifying.explained(project, request, between)
        report.document, lines = path_document(explanation), path_lines(explanation, color=settings.colored)
    else:
        facts, judgement = verifying.judged(project, request)
        report.document = {**as_document(judgement, request.stack), "zones": zone_documents(facts)}
        lines = [*zone_lines(facts), "", *as_lines(judgement, request.stack, color=settings.colored)]
    if not settings.json:
        click.echo("\n".join(lines), color=settings.colored)
    if not between:
        verifying.require_clean(judgement)
