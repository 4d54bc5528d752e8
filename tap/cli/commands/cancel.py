"""`tap cancel`: remove locks behind which nobody stands any more."""

from __future__ import annotations

import click

from tap.cli.settings import everywhere, settings_of, stack_option


@click.command()
@stack_option
@click.option("--yes", "-y", is_flag=True, expose_value=False, help="As with Pulumi's CLI; nothing is asked anyway.")
@everywhere
@click.pass_context
def cancel(context: click.Context, /, stack: str) -> None:
    """Remove the locks that dead processes left. One whose process may be running stays, and is named.

    What a run that was killed had done is in the state afterwards, for the Pulumi CLI too.
    """
    from tap.cli.stack_state import store_of

    for lock in store_of(settings_of(context).project(), stack).cancel():
        click.echo(f"Removed {lock}")
    click.echo(f"The currently running update for '{stack}' has been canceled!")
