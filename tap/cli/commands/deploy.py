"""`tap deploy`: preview, gate, up, check, and the record of what was released."""

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
@operation_options("policy_packs", "policy_pack_configs", "endpoint")
@result_option
@json_option
@everywhere
@click.pass_context
def deploy(
    context: click.Context,
    /,
    stack: str,
    yes: bool,
    engine: str,
    allow_data_loss: tuple[str, ...],
    endpoint: str,
    result: Path | None,
    **policies: tuple[str, ...],
) -> None:
    """Release the commit that is checked out.

    Preview it; refuse (exit 5) to delete or replace what holds data unless --allow-data-loss names it; make the cloud
    what the program says; expect no further changes; look at what was built; and only then record the release, to
    which `tap rollback` goes back. The worktree must be clean.
    """
    from tap.cli.delivering import run_deploy
    from tap.cli.delivery_options import Request

    run_deploy(context, Request(stack, engine, endpoint, yes, allow_data_loss, result, **policies))
