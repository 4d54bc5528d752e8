"""GitHub's REST API, as far as one comment needs it: find the pull request, find the comment, write it.

The token is in no argument, no log, no error's text. https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tap.errors import AuthenticationError, NotificationError, UsageError
from tap.local_aws.endpoint import is_loopback_address

REQUEST_SECONDS_MAX = 10
ATTEMPTS_MAX = 3
"""Of what may be repeated: a comment that was to be made may have been, so that is never sent twice."""
PAGES_MAX = 30
"""Of 100 comments each; a pull request with more gets a second comment of ours rather than none."""
PAGE_SIZE = 100
ANSWER_BYTES_MAX = 20_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """What a run was of, as GitHub itself says in the event, and not as the run's artifact says."""

    owner: str
    repository: str
    branch: str
    sha: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirection would take the token along to wherever it points."""

    def redirect_request(self, *_given: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository, `owner/name`, behind the API at `url`."""

    url: str
    repository: str
    token: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback_address(parts.hostname or "")):
            raise UsageError(f"GITHUB_API_URL {self.url!r} is no https:// address", hint="https://api.github.com is")

    def pull_request_of(self, head: Head) -> int | None:
        """The open pull request whose newest commit the head is; None if there is none (closed, or pushed to since).

        `workflow_run.pull_requests` is empty for forks, so it is looked for by its head.
        """
        query = urlencode({"state": "open", "head": f"{head.owner}:{head.branch}", "per_page": PAGE_SIZE})
        for each in self._ask("GET", f"/pulls?{query}"):
            there = each["head"]
            if there["sha"] == head.sha and (there["repo"] or {}).get("full_name") == head.repository:
                return int(each["number"])
        return None

    def write_comment(self, pull_request: int, body: str, *, marker: str, author: str) -> str:
        """Update the author's comment that begins with the marker, or make it; the comment's address.

        Only the author's own: anybody can write a comment that begins with the marker.
        """
        for each in self._comments(pull_request):
            if (each["user"] or {}).get("login") == author and str(each["body"]).startswith(marker):
                return str(self._ask("PATCH", f"/issues/comments/{int(each['id'])}", {"body": body})["html_url"])
        return str(self._ask("POST", f"/issues/{pull_request}/comments", {"body": body})["html_url"])

    def _comments(self, pull_request: int) -> Iterator[Mapping[str, Any]]:
        for page in range(1, PAGES_MAX + 1):
            query = urlencode({"per_page": PAGE_SIZE, "page": page})
            listed = self._ask("GET", f"/issues/{pull_request}/comments?{query}")
            yield from listed
            if len(listed) < PAGE_SIZE:
                return

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        attempts = 1 if method == "POST" else ATTEMPTS_MAX
        for attempt in range(1, attempts + 1):
            try:
                return self._once(method, path, body)
            except NotificationError:
                if attempt == attempts:
                    raise
                time.sleep(attempt)
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: Mapping[str, str] | None) -> Any:
        """One request. Raises NotificationError where a repetition may help, else AuthenticationError, UsageError."""
        what = f"{method} {path.partition('?')[0]}"
        request = urllib.request.Request(  # noqa: S310  - __post_init__ has seen the scheme
            f"{self.url.rstrip('/')}/repos/{quote(self.repository)}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": "tap",
                **({"Content-Type": "application/json"} if body is not None else {}),
            },
        )
        try:
            opener = urllib.request.build_opener(_NoRedirects)
            with opener.open(request, timeout=REQUEST_SECONDS_MAX) as answer:
                return json.loads(answer.read(ANSWER_BYTES_MAX))
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, what) from None
        except (OSError, HTTPException, ValueError) as error:
            raise NotificationError(f"GitHub was not reached for {what}: {_kind(error)}") from None


def _refusal(status: int, what: str) -> Exception:
    if status in (401, 403):
        hint = "the job needs `permissions: pull-requests: write`, which a fork's own run never has"
        return AuthenticationError(f"GitHub refused {what} with {status}", hint=hint)
    if status == 429 or status >= 500:
        return NotificationError(f"GitHub answered {what} with {status}")
    return UsageError(
        f"GitHub answered {what} with {status}", hint="is GITHUB_REPOSITORY right, the request still there?"
    )


def _kind(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return "it did not answer in time" if isinstance(reason, TimeoutError) else type(reason).__name__
