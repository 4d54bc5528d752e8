"""Which pull request a run is about, from what GitHub itself wrote down of the event.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tap.errors import UsageError
from tap.pull_request.github import Head

_SHA = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """head: to look the pull request up by; number: of one that the event names. link: to the run with the previews."""

    head: Head | None
    number: int | None
    commit: str
    link: str


def read_event(path: Path) -> Subject:
    """The subject of the event in GITHUB_EVENT_PATH. Raises UsageError for one that is of no pull request."""
    try:
        event = json.loads(path.read_bytes())
        run, request = event.get("workflow_run"), event.get("pull_request")
        if isinstance(run, dict):
            return _of_run(run)
        if isinstance(request, dict):
            sha = _checked(_SHA, request["head"]["sha"])
            return Subject(None, int(request["number"]), sha, "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the event in {str(path)!r} can not be read: {type(error).__name__}") from error
    raise UsageError(
        f"the event in {str(path)!r} is of no pull request", hint="--comment is for pull_request and workflow_run"
    )


def checked_repository(name: str) -> str:
    """GITHUB_REPOSITORY, if it is `owner/name`. Raises UsageError."""
    if not _REPOSITORY.fullmatch(name):
        raise UsageError(f"GITHUB_REPOSITORY {name!r} is no `owner/name`", hint="GitHub's runner sets it")
    return name


def _of_run(run: Mapping[str, Any]) -> Subject:
    there = run["head_repository"]
    head = Head(
        owner=str(there["owner"]["login"]),
        repository=_checked(_REPOSITORY, there["full_name"]),
        branch=str(run["head_branch"]),
        sha=_checked(_SHA, run["head_sha"]),
    )
    return Subject(head, None, head.sha, str(run["html_url"]))


def _checked(form: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(value)
    return value
