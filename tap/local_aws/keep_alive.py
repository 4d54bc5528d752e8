"""HTTP/1.1 with connections that stay open, for one WSGI application that can not stand two requests at once.

Werkzeug's own handler closes the connection after each answer, which costs boto3 a new connection (and the server a new
thread) per call. A connection may stay open only if each request's body has been read to its end: that is done here.
"""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

BODY_BYTES_MAX = 256 * 1024 * 1024
"""Larger requests are refused: bodies are held in memory. Larger S3 objects can be uploaded in parts."""

CONNECTIONS_MAX = 1000
"""Each open connection is a thread. A run of 16 at once over 8 services and 2 regions opens 256 at the most."""

_BODY_SECONDS_MAX = 60.0
_TURN_SECONDS_MAX = 60.0
_CHUNK_BYTES = 65_536
_WITHOUT_BODY = (204, 304)

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

log = logging.getLogger(__name__)


class KeepAliveHandler(MotoRequestHandler):
    """One connection: reads each request whole, answers it in one write, and waits for the next."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        # Waiting for the next request has no bound: a connection closed by the server while a creation is on its way
        # would leave the client not knowing whether it was made. Reading a request that has begun has one.
        self.connection.settimeout(_BODY_SECONDS_MAX)
        try:
            self._answer()
        finally:
            self.connection.settimeout(None)

    def _answer(self) -> None:
        environ = self.make_environ()
        body = self._read_body(environ)
        if body is None:
            self.close_connection = True
            self._write("413 Content Too Large", [("Connection", "close")], b"")
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["wsgi.input_terminated"] = True
        environ["CONTENT_LENGTH"] = str(len(body))
        status, headers, content = call(self.server.app, environ)
        self._write(status, headers, content)

    def _read_body(self, environ: Environ) -> bytes | None:
        """The whole body; None if it is larger than BODY_BYTES_MAX, or its length is not a number.

        Raises ConnectionError if whoever sends it is gone before its end: half a request must not be done, it would
        create things without their tags.
        """
        if environ.get("HTTP_TRANSFER_ENCODING"):
            return _read_chunks(environ["wsgi.input"])
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES_MAX:
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError(f"a request ended after {len(body)} of its {length} bytes")
        return body

    def _write(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        code = int(status.split(" ", 1)[0])
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if code not in _WITHOUT_BODY and not any(name.lower() == "content-length" for name, _ in headers):
            lines.append(f"Content-Length: {len(content)}")
        if self.command == "HEAD" or code in _WITHOUT_BODY:
            content = b""
        # One write: a header and a body in two packets make the client wait for the second.
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No access log: it would grow without bound, and nobody reads it."""


class KeepAliveServer(ThreadedWSGIServer):
    """A thread per connection, with a bound on how many."""

    request_queue_size = 128

    def process_request(self, request: Any, client_address: Any) -> None:
        if threading.active_count() > CONNECTIONS_MAX:
            log.error("refused a connection: %d are open", CONNECTIONS_MAX)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("a connection failed")


def serialised(application: Application) -> Application:
    """One request at a time: moto's stores are plain dicts that requests change while others go through them.

    Costs nothing: all of them share one interpreter lock anyway. A request waits _TURN_SECONDS_MAX for its turn at the
    most, so that one that never ends (moto calls subscribers of SNS topics over HTTP) can not hold the others for ever.
    """
    turn = threading.Lock()

    def apply(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not turn.acquire(timeout=_TURN_SECONDS_MAX):
            raise TimeoutError(f"another request has been running for {_TURN_SECONDS_MAX:.0f} s")
        try:
            return _read_answer(application(environ, start_response))
        finally:
            turn.release()

    return apply


def call(application: Application, environ: Environ) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status line, headers and content of an application's answer; what it raises is an answer that says so."""
    started: list[Any] = ["500 Internal Server Error", []]

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:  # noqa: ARG001  - WSGI has it
        started[:] = [status, headers]

    try:
        content = b"".join(_read_answer(application(environ, start_response)))
    except Exception as error:
        log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        return failure(environ, error)
    return started[0], started[1], content


def failure(environ: Environ, error: Exception) -> tuple[str, list[tuple[str, str]], bytes]:
    """An answer in the words of AWS's protocols, so that a client shows what the emulator can not do or did wrong.

    What is not implemented is a 501, which boto3 does not try again.
    """
    missing = isinstance(error, NotImplementedError)
    status, code = (
        ("501 Not Implemented", "NotImplemented") if missing else ("500 Internal Server Error", "InternalError")
    )
    message = f"the embedded AWS failed: {error if missing else repr(error)}"
    if "json" in environ.get("CONTENT_TYPE", ""):
        content_type, text = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
    else:
        inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        # Read by all XML protocols: S3 takes the root's children, EC2 Errors/Error, the others Error.
        text = f"<Error>{inner}<Errors><Error>{inner}</Error></Errors><Error>{inner}</Error></Error>"
        content_type = "application/xml"
    return status, [("Content-Type", content_type)], text.encode()


def _read_chunks(stream: Any) -> bytes | None:
    body = bytearray()
    while chunk := stream.read(_CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return None
    return bytes(body)


def _read_answer(answer: Iterable[bytes]) -> list[bytes]:
    try:
        return list(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
