"""Pulumi's options of the operations, with Pulumi's names and meanings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

PARALLEL_DEFAULT = 16

_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "yes": click.option("--yes", "-y", is_flag=True, help="Go ahead after the preview without asking."),
    "skip_preview": click.option("--skip-preview", "-f", is_flag=True, help="Go ahead without a preview."),
    "preview_only": click.option("--preview-only", is_flag=True, help="Only show what would be done."),
    "targets": click.option(
        "--target",
        "-t",
        "targets",
        multiple=True,
        metavar="URN",
        help="Only this resource; * and ** are wildcards. Repeat.",
    ),
    "target_dependents": click.option(
        "--target-dependents", is_flag=True, help="With --target: also what depends on the targets."
    ),
    "excludes": click.option(
        "--exclude",
        "excludes",
        multiple=True,
        metavar="URN",
        help="Leave this resource alone; * and ** are wildcards. Repeat.",
    ),
    "exclude_dependents": click.option(
        "--exclude-dependents", is_flag=True, help="With --exclude: also what depends on the excluded."
    ),
    "exclude_protected": click.option(
        "--exclude-protected", is_flag=True, help="Leave protected resources, and what they need, alone."
    ),
    "replaces": click.option(
        "--replace",
        "replaces",
        multiple=True,
        metavar="URN",
        help="Replace this resource even if it is unchanged. Repeat.",
    ),
    "target_replaces": click.option(
        "--target-replace",
        "target_replaces",
        multiple=True,
        metavar="URN",
        help="--target and --replace in one. Repeat.",
    ),
    "refresh": click.option("--refresh", "-r", is_flag=True, help="First make the state what the cloud says."),
    "parallel": click.option(
        "--parallel",
        "-p",
        type=click.IntRange(min=1),
        default=PARALLEL_DEFAULT,
        show_default=True,
        metavar="N",
        help="How many resource operations run at once.",
    ),
    "expect_no_changes": click.option(
        "--expect-no-changes", is_flag=True, help="Exit with 7 if there are any changes."
    ),
    "diff": click.option("--diff", is_flag=True, help="Show every property that changes, in full."),
    "continue_on_error": click.option(
        "--continue-on-error", is_flag=True, help="Go on with what does not depend on a failure."
    ),
    "policy_packs": click.option(
        "--policy-pack",
        "policy_packs",
        multiple=True,
        metavar="DIR",
        help="Have this policy pack judge every resource before it is made. Repeat.",
    ),
    "policy_pack_configs": click.option(
        "--policy-pack-config",
        "policy_pack_configs",
        multiple=True,
        metavar="FILE",
        help="JSON with the levels and properties of the pack's policies; one for each --policy-pack.",
    ),
    "endpoint": click.option(
        "--endpoint", default="", metavar="URL", help="Another AWS emulator on loopback, instead of the embedded one."
    ),
}


def operation_options(*names: str) -> Callable[[_Command], _Command]:
    """The options with these names, in this order in the help."""

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return decorate
