"""A gateway on loopback in front of an embedded AWS: it keeps account of every call, and can hold an answer back."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECONDS_MAX = 60
_READING = ("Describe", "Get", "Head", "List")
_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Call:
    """One request, as AWS would name it: `ec2 CreateVpc`; of S3's the method, such as `s3 PUT /bucket?versioning`."""

    service: str
    operation: str

    @property
    def reads(self) -> bool:
        return self.operation.startswith((*_READING, "GET ", "HEAD "))


@dataclass
class Gateway:
    """endpoint: where to call. calls: every call to AWS so far, in the order in which they came."""

    endpoint: str = ""
    calls: list[Call] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    _hold: str = ""
    _go_on: threading.Event = field(default_factory=threading.Event)

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.calls if not call.reads]

    def hold(self, operation: str) -> None:
        """From now on AWS's answers to this operation do not come back; `held` is set once there is one."""
        self._hold = operation
        self.held.clear()
        self._go_on.clear()

    def let_go(self) -> None:
        self._hold = ""
        self._go_on.set()

    def answered(self, call: Call) -> None:
        if self._hold and call.operation == self._hold:
            self.held.set()
            self._go_on.wait(SECONDS_MAX)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed has closed its connection; anything else shows in the caller's own answer."""


@contextmanager
def gateway_to(endpoint: str) -> Iterator[Gateway]:
    """A gateway to that endpoint, at a free port, for as long as this lasts."""
    gateway = Gateway()
    server = _Server(("127.0.0.1", 0), _handler(gateway, urlsplit(endpoint).netloc))
    gateway.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.let_go()
        server.shutdown()
        server.server_close()
        thread.join(SECONDS_MAX)


def _call_of(method: str, path: str, headers: Any, body: bytes) -> Call:
    scope = _SCOPE.search(headers.get("Authorization", ""))
    service = scope["service"] if scope else "?"
    target = headers.get("X-Amz-Target", "")
    action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0] if not target else ""
    return Call(service, target.rpartition(".")[2] or action or f"{method} {path}")


def _handler(gateway: Gateway, upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SECONDS_MAX

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = _call_of(self.command, self.path, self.headers, body)
            if not self.path.startswith("/_tap/"):
                gateway.calls.append(call)
            connection = http.client.HTTPConnection(upstream, timeout=SECONDS_MAX)
            try:
                headers = {key: value for key, value in self.headers.items() if key.lower() not in _HOP}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except OSError:
                self.close_connection = True
                return
            finally:
                connection.close()
            gateway.answered(call)
            self._answer(answer, content)

        def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
            try:
                self.send_response_only(answer.status, answer.reason)
                for key, value in answer.getheaders():
                    if key.lower() not in _HOP:
                        self.send_header(key, value)
                self.send_header("Content-Length", answer.headers.get("Content-Length") or str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:  # whoever asked is gone
                self.close_connection = True

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815  - http.server's names

        def log_message(self, format: str, *arguments: object) -> None:
            return

    return Handler
