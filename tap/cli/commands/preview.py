"""`tap preview`: what `up` would do."""

from __future__ import annotations

import click

from tap.cli.delivery_options import PULUMI, engine_option
from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, stack_option


@click.command()
@stack_option
@operation_options(
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
@engine_option
@json_option
@everywhere
@click.pass_context
def preview(context: click.Context, /, stack: str, diff: bool, engine: str, **given: object) -> None:
    """Show what `tap up` would do, property by property. Changes nothing."""
    if engine == PULUMI:
        from tap.cli.pulumi_cli import hand_over

        hand_over(context)
    from tap.cli.running import make_options, run_operation

    run_operation(
        context, "preview", make_options(stack, given), yes=False, skip_preview=False, preview_only=True, diff=diff
    )
