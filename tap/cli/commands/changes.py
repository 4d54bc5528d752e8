"""`tap changes`: what previews say, as markdown for reviewers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tap.cli.settings import everywhere
from tap.errors import AuthenticationError, UsageError

if TYPE_CHECKING:
    from tap.pull_request.event import Subject

AUTHOR = "github-actions[bot]"


@click.command()
@click.argument("previews", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PREVIEW...")
@click.option("--summary", is_flag=True, help="Append to the job's summary (GITHUB_STEP_SUMMARY) instead of printing.")
@click.option("--comment", is_flag=True, help="Write the pull request's one comment, with the token in GITHUB_TOKEN.")
@click.option(
    "--author", default=AUTHOR, show_default=True, metavar="LOGIN", help="Whose comment is updated: the token's owner."
)
@everywhere
def changes(previews: tuple[Path, ...], summary: bool, comment: bool, author: str) -> None:
    """Show what previews say as a markdown table, with what would lose data first.

    PREVIEW is a file that `tap preview --json` or `pulumi preview --json` wrote, or a folder with embedded.json and
    aws.json, either of which may be missing. The files may come from a stranger: they are read as data, and bounded.
    """
    from tap.notify.notice import origin_of
    from tap.pull_request import markdown
    from tap.pull_request.event import read_event
    from tap.pull_request.previews import read_previews

    found = read_previews(previews)
    origin = origin_of(os.environ)
    event = os.environ.get("GITHUB_EVENT_PATH", "")
    if comment:
        if not event:
            raise UsageError("GITHUB_EVENT_PATH is not set", hint="--comment is for a job of GitHub's")
        subject = read_event(Path(event))
        text = markdown.comment(found, subject.commit, subject.link or origin.link)
        click.echo(_write(text, subject, author))
        return
    text = markdown.comment(found, origin.commit, origin.link)
    if summary:
        _append(text)
    else:
        click.echo(text, nl=False)


def _append(text: str) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        raise UsageError("GITHUB_STEP_SUMMARY is not set", hint="--summary is for a job of GitHub's")
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"GITHUB_STEP_SUMMARY {path!r} can not be written: {error.strerror}") from error


def _write(text: str, subject: Subject, author: str) -> str:
    """Write the comment; what to say of it."""
    from tap.pull_request import markdown
    from tap.pull_request.event import checked_repository
    from tap.pull_request.github import GitHub

    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        raise AuthenticationError(
            "GITHUB_TOKEN is not set", hint="give the step `env: GITHUB_TOKEN: ${{ github.token }}`"
        )
    repository = checked_repository(os.environ.get("GITHUB_REPOSITORY", ""))
    github = GitHub(os.environ.get("GITHUB_API_URL") or "https://api.github.com", repository, token)
    number = subject.number if subject.head is None else github.pull_request_of(subject.head)
    if number is None:
        return f"No open pull request has {subject.commit} as its newest commit: nothing to comment on."
    return f"Wrote {github.write_comment(number, text, marker=markdown.MARKER, author=author)}"
