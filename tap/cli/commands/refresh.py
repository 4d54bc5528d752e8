"""`tap refresh`: make the state what the cloud says."""

from __future__ import annotations

import click

from tap.cli.delivery_options import PULUMI, engine_option
from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, stack_option


@click.command()
@stack_option
@operation_options(
    "yes",
    "skip_preview",
    "preview_only",
    "diff",
    "targets",
    "target_dependents",
    "excludes",
    "exclude_dependents",
    "expect_no_changes",
    "parallel",
    "endpoint",
)
@engine_option
@json_option
@everywhere
@click.pass_context
def refresh(
    context: click.Context,
    /,
    stack: str,
    yes: bool,
    skip_preview: bool,
    preview_only: bool,
    diff: bool,
    engine: str,
    **given: object,
) -> None:
    """Read every resource from the cloud and note in the state what is different there."""
    if engine == PULUMI:
        from tap.cli.pulumi_cli import hand_over

        hand_over(context)
    from tap.cli.running import make_options, run_operation

    options = make_options(stack, given)
    run_operation(context, "refresh", options, yes=yes, skip_preview=skip_preview, preview_only=preview_only, diff=diff)
