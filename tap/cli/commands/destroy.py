"""`tap destroy`: delete everything that the state holds."""

from __future__ import annotations

import click

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
    "exclude_protected",
    "refresh",
    "continue_on_error",
    "parallel",
    "endpoint",
)
@json_option
@everywhere
@click.pass_context
def destroy(
    context: click.Context,
    /,
    stack: str,
    yes: bool,
    skip_preview: bool,
    preview_only: bool,
    diff: bool,
    **given: object,
) -> None:
    """Delete every resource of the stack, dependents first. Protected ones stay, and are named."""
    from tap.cli.running import make_options, run_operation

    options = make_options(stack, given)
    run_operation(context, "destroy", options, yes=yes, skip_preview=skip_preview, preview_only=preview_only, diff=diff)
