"""`tap graph`: the stack as a picture."""

from __future__ import annotations

import click

from tap.cli.failures import Report
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command()
@stack_option
@click.option(
    "--format",
    "format",
    type=click.Choice(["html", "svg", "mermaid", "dot", "json"]),
    help="What to make; by default what the ending of --output says, else html.",
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    help="Where to write it, - for stdout. By default html goes to tap-graph-<stack>.html, all else to stdout.",
)
@click.option("--view", type=click.Choice(["topology", "security", "routes"]), help="Which picture an svg has.")
@click.option("--diff", is_flag=True, help="Draw what `tap up` would do: run a preview and mark what it changes.")
@click.option("--open", "open", is_flag=True, help="Open the file in a browser.")
@click.option("--endpoint", default="", metavar="URL", help="With --diff: another AWS emulator on loopback.")
@json_option
@everywhere
@click.pass_context
def graph(context: click.Context, /, **given: str | bool | None) -> None:
    """Draw the stack from its state: network, who may talk to whom, where traffic goes. Asks no cloud."""
    from tap.cli.graphing import run, wanted

    settings = settings_of(context)
    run(settings, wanted(settings, given), context.ensure_object(Report))
