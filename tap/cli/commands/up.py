"""`tap up`: make the cloud what the program says."""

from __future__ import annotations

import click

from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, stack_option


@click.command()
@stack_option
@operation_options(
    "yes",
    "skip_preview",
    "diff",
    "targets",
    "target_dependents",
    "excludes",
    "exclude_dependents",
    "replaces",
    "target_replaces",
    "refresh",
    "expect_no_changes",
    "continue_on_error",
    "parallel",
    "policy_packs",
    "policy_pack_configs",
    "endpoint",
)
@json_option
@everywhere
@click.pass_context
def up(context: click.Context, /, stack: str, yes: bool, skip_preview: bool, diff: bool, **given: object) -> None:
    """Create, update, replace and delete until the cloud is what the program says.

    The stack `local` runs on the embedded AWS and needs no confirmation; any other is previewed first and asked about.
    """
    from tap.cli.running import make_options, run_operation

    run_operation(
        context, "up", make_options(stack, given), yes=yes, skip_preview=skip_preview, preview_only=False, diff=diff
    )
