"""A stand-in for Slack's incoming webhook on loopback: keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from rehearsal.loopback import served

SECRET_PATH = "/services/T0REHEARSE/B0REHEARSE/notASecretButNeverShown"  # noqa: S105  - it opens nothing


@dataclass(frozen=True)
class Answer:
    """seconds: how long the sender waits for it."""

    status: int = 200
    body: str = "ok"
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.body)
        return message


@dataclass
class SlackSink:
    """answers: what the requests are answered with, in turn; the last one goes on."""

    url: str = ""
    answers: Sequence[Answer] = (Answer(),)
    received: list[Received] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """The messages' headings, in the order in which they came."""
        return [each.message["blocks"][0]["text"]["text"] for each in self.received]

    def take(self, request: Received) -> Answer:
        self.received.append(request)
        return self.answers[min(len(self.received), len(self.answers)) - 1]


@contextmanager
def slack_sink(*answers: Answer) -> Iterator[SlackSink]:
    """A sink at a free port of loopback."""
    sink = SlackSink(answers=answers or (Answer(),))
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = sink.take(Received("POST", self.path, dict(self.headers), body))
            if answer.seconds:
                released.wait(answer.seconds)
            try:
                self.send_response(answer.status)
                for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body.encode())
            except OSError:
                pass  # whoever asked did not wait

        def log_message(self, format: str, *arguments: Any) -> None:
            return

    with served(Handler) as url:
        sink.url = f"{url}{SECRET_PATH}"
        try:
            yield sink
        finally:
            released.set()
