"""A proxy on loopback that loses, breaks, delays and refuses AWS's answers, as its rules say; it notes every call.

    with fault_proxy(embedded_aws.endpoint) as proxy:
        proxy.rules = [Rule("ec2 CreateVpc", Fault.CLOSE, probability=0.5)]
        ...  # tap --endpoint {proxy.endpoint}, or boto3 with endpoint_url=proxy.endpoint
    proxy.calls  # each with the fault that it met, and whether AWS got it

Rules are asked in their order and the first that applies decides; what is under `/_tap/` always passes. The same seed
gives the n-th call of an operation the same fate, whatever other operations come between.
"""

from __future__ import annotations

import http.client
import os
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.faults.wire import Called, called, error_answer

SECONDS_MAX = 60.0
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


class Fault(StrEnum):
    CLOSE = "close"
    """The connection is closed without an answer."""
    RESET = "reset"
    """The connection is reset (RST)."""
    CUT = "cut"
    """Half of the body comes, of the length that was announced, and the connection is closed."""
    TRUNCATE = "truncate"
    """Half of the body comes as if it were the whole."""
    GARBLE = "garble"
    """The body is not what the protocol knows."""
    SILENCE = "silence"
    """No answer for `seconds`, then the connection is closed."""
    DELAY = "delay"
    """The answer comes `seconds` late."""
    ERROR = "error"
    """`status` with `code` as an error of the service's protocol."""
    NONE = "none"
    """Passed on as it is: for `before` and `after` alone, or to let some calls through."""


@dataclass(frozen=True)
class Rule:
    """What befalls calls whose name (`ec2 CreateVpc`, `s3 Put*`, `* Create*`) fits the pattern.

    applied: whether AWS gets the request before the fault (its answer is what is lost), or never. probability: of each
    call that fits. first: from the n-th fitting call on, counted from 1. times: at most so often (None: always).
    where: a further condition. before, after: called with the call before AWS gets it, and once AWS has answered, in
    the thread that serves it; they may block.
    """

    pattern: str
    fault: Fault = Fault.CLOSE
    applied: bool = True
    probability: float = 1.0
    first: int = 1
    times: int | None = None
    seconds: float = 0.0
    status: int = 500
    code: str = "InternalError"
    where: Callable[[Called], bool] | None = None
    before: Callable[[Called], None] | None = None
    after: Callable[[Called], None] | None = None


def throttle(pattern: str = "*", **settings: Any) -> Rule:
    """AWS refuses for the rate of requests."""
    named = {"status": 503, "code": "RequestLimitExceeded", **settings}
    return Rule(pattern, Fault.ERROR, applied=False, **named)


@dataclass(frozen=True)
class Call:
    """A call that came in. fault: what it met. applied: whether AWS got it; status: what AWS then said, else 0."""

    called: Called
    fault: Fault
    applied: bool
    status: int

    @property
    def name(self) -> str:
        return self.called.name


@dataclass
class Proxy:
    """endpoint: where to call. calls: in the order of their ends. `rules` may be set anew at any time."""

    endpoint: str = ""
    seed: int = 0
    calls: list[Call] = field(default_factory=list)
    _rules: tuple[Rule, ...] = ()
    _seen: Counter[tuple[int, str]] = field(default_factory=Counter)
    _struck: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self._rules

    @rules.setter
    def rules(self, rules: Sequence[Rule]) -> None:
        with self._lock:
            self._rules = tuple(rules)
            self._seen.clear()
            self._struck.clear()

    @property
    def faults(self) -> list[Call]:
        """The calls that met a fault."""
        return [call for call in self.calls if call.fault is not Fault.NONE]

    def rule_for(self, call: Called) -> Rule | None:
        """The rule that strikes this call; counted as having come."""
        with self._lock:
            for number, rule in enumerate(self._rules):
                if not fnmatchcase(call.name, rule.pattern) or (rule.where and not rule.where(call)):
                    continue
                self._seen[number, call.name] += 1
                self._seen[number, ""] += 1
                if self._seen[number, ""] < rule.first or self._struck[number] == rule.times:
                    continue
                # Of text, so that the fate of an operation's n-th call hangs on nothing else.
                dice = random.Random(f"{self.seed} {number} {call.name} {self._seen[number, call.name]}")  # noqa: S311  - no secret
                if dice.random() < rule.probability:
                    self._struck[number] += 1
                    return rule
        return None

    def wait(self, seconds: float) -> None:
        self._ended.wait(min(seconds, SECONDS_MAX))

    def end(self) -> None:
        self._ended.set()


@contextmanager
def fault_proxy(upstream: str, *, seed: int = 0, rules: Sequence[Rule] = ()) -> Iterator[Proxy]:
    """A proxy to that endpoint, at a free port of loopback, for as long as this lasts."""
    proxy = Proxy(seed=seed)
    proxy.rules = tuple(rules)
    server = _Server(proxy, urlsplit(upstream).netloc)
    proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.end()
        server.shutdown()
        server.server_close()
        thread.join(SECONDS_MAX)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, proxy: Proxy, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy, self.upstream = proxy, upstream

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked went away: that is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = SECONDS_MAX
    disable_nagle_algorithm = True

    def serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked was killed meanwhile: half a request is none
            self.close()
            return
        if self.path.startswith("/_tap/"):
            answer = _passed_on(self.server.upstream, self.command, self.path, self.headers, body)
            self.send(*answer) if answer else self.close()
            return
        call = called(self.command, self.path, self.headers, body)
        rule = self.server.proxy.rule_for(call) or Rule("*", Fault.NONE)
        if rule.before:
            rule.before(call)
        answer = _passed_on(self.server.upstream, self.command, self.path, self.headers, body) if rule.applied else None
        if rule.after:
            rule.after(call)
        self.server.proxy.calls.append(Call(call, rule.fault, rule.applied, answer[0] if answer else 0))
        self.befall(rule, call, answer)

    def befall(self, rule: Rule, call: Called, answer: _Answer | None) -> None:
        if rule.fault is Fault.ERROR:
            self.send(rule.status, *error_answer(call.protocol, rule.code, f"{rule.code}, said by a fault rule"))
        elif rule.fault is Fault.SILENCE:
            self.server.proxy.wait(rule.seconds)
            self.close()
        elif rule.fault is Fault.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Not by `close`, which would say FIN before: the other side has to see a reset.
            os.close(self.connection.detach())
            self.close()
        elif rule.fault is Fault.CLOSE or answer is None:
            self.close()
        else:
            self.spoil(rule, *answer)

    def spoil(self, rule: Rule, status: int, headers: dict[str, str], content: bytes) -> None:
        half = content[: len(content) // 2]
        match rule.fault:
            case Fault.CUT:
                self.send(status, headers, half, announced=max(len(content), 1))
                self.close()
            case Fault.TRUNCATE:
                self.send(status, headers, half)
            case Fault.GARBLE:
                self.send(status, headers, b"<\xff{" + half)
            case _:
                if rule.fault is Fault.DELAY:
                    time.sleep(rule.seconds)
                self.send(status, headers, content)

    def send(self, status: int, headers: dict[str, str], content: bytes, announced: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command != "HEAD" and status not in (204, 304):
            self.send_header("Content-Length", str(len(content) if announced is None else announced))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def close(self) -> None:
        self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve  # noqa: N815  - http.server's names

    def log_message(self, format: str, *arguments: object) -> None:
        return


_Answer = tuple[int, dict[str, str], bytes]


def _passed_on(upstream: str, method: str, path: str, headers: Any, body: bytes) -> _Answer | None:
    """What AWS answers; None if it does not. A connection each: one that was kept might be dead, and nothing may be
    sent twice."""
    connection = http.client.HTTPConnection(upstream, timeout=SECONDS_MAX)
    try:
        connection.request(
            method, path, body, {key: value for key, value in headers.items() if key.lower() not in _HOP}
        )
        answer = connection.getresponse()
        return answer.status, {k: v for k, v in answer.getheaders() if k.lower() not in _HOP}, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
