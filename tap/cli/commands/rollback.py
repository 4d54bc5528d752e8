"""`tap rollback`: back to the last release that was recorded."""

from __future__ import annotations

from pathlib import Path

import click

from tap.cli.delivery_options import allow_option, engine_option, result_option
from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, stack_option


@click.command()
@stack_option
@operation_options("yes")
@engine_option
@allow_option
@click.option("--rehearse", is_flag=True, help="Do it all on an embedded AWS of its own; the stack is not touched.")
@operation_options("endpoint")
@result_option
@json_option
@everywhere
@click.pass_context
def rollback(
    context: click.Context,
    /,
    stack: str,
    yes: bool,
    engine: str,
    allow_data_loss: tuple[str, ...],
    rehearse: bool,
    endpoint: str,
    result: Path | None,
) -> None:
    """Bring the stack back to the last release that was recorded: its program, run with the tools of today.

    Remove a dead lock (never a live one), back the state up, find out what became of interrupted operations, refresh,
    preview, gate (exit 5), up, expect no further changes, look at what is there. Exit 12 says that it was begun and did
    not get there.
    """
    from tap.cli.delivering import run_rollback
    from tap.cli.delivery_options import Request

    run_rollback(context, Request(stack, engine, endpoint, yes, allow_data_loss, result), rehearse=rehearse)
