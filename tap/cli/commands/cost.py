"""`tap cost`: what the stack costs on AWS in a month."""

from __future__ import annotations

import click

from tap.cli.failures import Report
from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command()
@stack_option
@click.option("--diff", is_flag=True, help="Price what `tap up` would make, and the difference, by a preview.")
@click.option("--price-file", metavar="FILE", help="Prices in place of ours: JSON as in tap/cost/prices.json.")
@click.option("--usage", metavar="FILE", help="Assumptions in place of ours: YAML as in tap/cost/usage.yaml.")
@operation_options("endpoint")
@json_option
@everywhere
@click.pass_context
def cost(
    context: click.Context,
    /,
    stack: str,
    diff: bool,
    price_file: str | None,
    usage: str | None,
    endpoint: str,
) -> None:
    """Say what the stack costs on AWS in a month: idle, for use, and which switch changes it by how much.

    From the state and a table of list prices, offline. What runs on the embedded AWS costs nothing.
    """
    from tap.cli.stack_cost import cost_of, cost_of_preview
    from tap.cli.views.cost import cost_document, cost_lines

    settings = settings_of(context)
    project = settings.project()
    files = [settings.cwd / name if name else None for name in (price_file, usage)]
    if diff:
        from tap.cli.running import make_options

        found = cost_of_preview(project, make_options(stack, {"endpoint": endpoint}), *files)
    else:
        found = cost_of(project, stack, *files)
    if settings.json:
        context.ensure_object(Report).document = cost_document(found)
    else:
        click.echo("\n".join(cost_lines(found)))
