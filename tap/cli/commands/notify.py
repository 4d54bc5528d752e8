"""`tap notify`: tell people what became of a deployment."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tap.cli.settings import everywhere, stack_option
from tap.notify.notice import Event, Notice, origin_of, read_result


@click.group()
@everywhere
def notify() -> None:
    """Tell people what became of a deployment."""


@notify.command()
@stack_option
@click.option("--event", required=True, type=click.Choice([each.value for each in Event]), help="What happened.")
@click.option(
    "--result",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `tap deploy --result` or `tap rollback --result` wrote.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1, 600),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="When to give up.",
)
@click.option("--dry-run", is_flag=True, help="Print the message instead of sending it; needs no webhook.")
@everywhere
def slack(stack: str, event: str, result: Path | None, timeout: float, dry_run: bool) -> None:
    """Post a message to Slack's incoming webhook, whose address is in SLACK_WEBHOOK_URL.

    Commit, author and the link to the run come from --result and from GitHub's variables. Exits with 13 if the message
    was not delivered.
    """
    from tap.notify.slack_message import slack_message

    notice = Notice(Event(event), stack, origin_of(os.environ), read_result(result) if result else None)
    message = slack_message(notice)
    if dry_run:
        import json

        click.echo(json.dumps(message, indent=4, ensure_ascii=False))
        return
    from tap.notify.slack import WEBHOOK_VARIABLE, checked_webhook, post

    post(checked_webhook(os.environ.get(WEBHOOK_VARIABLE, "").strip()), message, timeout)
    click.echo(f"Told Slack: {stack} {event}.")
