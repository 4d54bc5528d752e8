"""A stand-in for GitHub's REST API on loopback: pull requests by head, comments in pages, made and updated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rehearsal.loopback import served

TOKEN = "ghs_aTokenThatMustNotBeShown"  # noqa: S105  - it opens nothing
BOT = "github-actions[bot]"
COMMENT_CHARACTERS_MAX = 65_536
PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX = 30, 100


@dataclass
class GitHubSink:
    """refusals: statuses that the next requests are answered with, whatever they ask."""

    url: str = ""
    repository: str = "acme/tap"
    pull_requests: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def add_comment(self, body: str, login: str = BOT) -> dict[str, Any]:
        number = len(self.comments) + 1
        comment = {"id": number, "body": body, "user": {"login": login}, "html_url": f"https://github/c/{number}"}
        self.comments.append(comment)
        return comment

    def add_pull_request(self, number: int, sha: str, *, owner: str, branch: str) -> None:
        head = {"sha": sha, "ref": branch, "label": f"{owner}:{branch}", "repo": {"full_name": f"{owner}/tap"}}
        self.pull_requests.append({"number": number, "state": "open", "head": head})

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Status and document: 401 without the token, 404 for what is not there, 422 for what is too long."""
        parts = urlsplit(target)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.requests.append((method, target))
        if self.refusals:
            return self.refusals.pop(0), {"message": "refused"}
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        path = parts.path.removeprefix(f"/repos/{self.repository}")
        given = json.loads(body) if body else {}
        if len(given.get("body", "")) > COMMENT_CHARACTERS_MAX:
            return 422, {"message": "Body is too long"}
        if (method, path) == ("GET", "/pulls"):
            wanted = [each for each in self.pull_requests if each["head"]["label"] == asked["head"]]
            return 200, self._page(wanted, asked)
        if method == "GET" and re.fullmatch(r"/issues/\d+/comments", path):
            return 200, self._page(self.comments, asked)
        if method == "POST" and re.fullmatch(r"/issues/\d+/comments", path):
            return 201, self.add_comment(given["body"])
        if method == "PATCH" and (found := re.fullmatch(r"/issues/comments/(\d+)", path)):
            comment = self.comments[int(found[1]) - 1]
            comment["body"] = given["body"]
            return 200, comment
        return 404, {"message": "Not Found"}

    @staticmethod
    def _page(listed: list[Any], asked: dict[str, str]) -> list[Any]:
        size = min(int(asked.get("per_page", PAGE_SIZE_DEFAULT)), PAGE_SIZE_MAX)
        begin = (int(asked.get("page", 1)) - 1) * size
        return listed[begin : begin + size]


@contextmanager
def github_sink() -> Iterator[GitHubSink]:
    """A GitHub at a free port of loopback."""
    sink = GitHubSink()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, document = sink.answer(self.command, self.path, dict(self.headers), body)
            text = json.dumps(document).encode()
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"{sink.url}/elsewhere")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815  - http.server's names

        def log_message(self, format: str, *arguments: Any) -> None:
            return

    with served(Handler) as url:
        sink.url = url
        yield sink
