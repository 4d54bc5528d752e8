"""The HTTP server of the embedded AWS, with small applications in moto's place, and with moto itself."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import urllib3

from tap.local_aws import keep_alive
from tap.local_aws.keep_alive import KeepAliveHandler, KeepAliveServer, serialised


@contextmanager
def serving(application):
    server = KeepAliveServer("127.0.0.1", 0, application, KeepAliveHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Method", environ["REQUEST_METHOD"])])
    return [str(len(body)).encode(), b" ", body[:100]]


def no_reading(environ, start_response):
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


def ask(connection, method, path, body=None, headers=None, **options):
    connection.request(method, path, body, headers or {}, **options)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_one_connection_serves_many_requests():
    with serving(echo) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        answers = [ask(connection, "POST", "/", b"x" * size) for size in (0, 1, 70_000)]
        own_port = connection.sock.getsockname()[1]
        answers.append(ask(connection, "POST", "/", b"last"))
        same_connection = connection.sock.getsockname()[1] == own_port
        connection.close()

    assert answers == [(200, b"0 "), (200, b"1 x"), (200, b"70000 " + b"x" * 100), (200, b"4 last")]
    assert same_connection


def test_a_body_that_the_application_leaves_does_not_become_the_next_request():
    with serving(no_reading) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        answers = [ask(connection, "PUT", f"/{number}", b"GET /stolen HTTP/1.1\r\n\r\n") for number in range(3)]
        connection.close()

    assert answers == [(200, b"/0"), (200, b"/1"), (200, b"/2")]


def test_a_body_in_chunks_arrives_whole_and_the_connection_goes_on():
    with serving(echo) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        chunked = ask(connection, "POST", "/", iter([b"ab", b"cde"]), encode_chunked=True)
        after = ask(connection, "POST", "/", b"next")
        connection.close()

    assert chunked == (200, b"5 abcde")
    assert after == (200, b"4 next")


def test_an_answer_to_head_has_a_length_but_no_content():
    with serving(no_reading) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("HEAD", "/abc")
        answer = connection.getresponse()
        content = answer.read()
        after = ask(connection, "GET", "/next")
        connection.close()

    assert (answer.status, answer.headers["Content-Length"], content) == (200, "4", b"")
    assert after == (200, b"/next")


@pytest.mark.parametrize("length", ["1001", "-1", "+5", "many", "\u00b2"])
def test_a_body_too_large_or_of_unknown_length_is_refused(length, monkeypatch):
    monkeypatch.setattr(keep_alive, "BODY_BYTES_MAX", 1000)
    with serving(echo) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_chunks_beyond_the_bound_are_refused(monkeypatch):
    monkeypatch.setattr(keep_alive, "BODY_BYTES_MAX", 1000)
    with serving(echo) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        status, _ = ask(connection, "POST", "/", iter([b"x" * 600, b"y" * 600]), encode_chunked=True)
        connection.close()

    assert status == 413


@pytest.mark.parametrize(
    "half", ["Content-Length: 1000\r\n\r\nAction=CreateVpc", "Transfer-Encoding: chunked\r\n\r\n10\r\nAction=CreateVpc"]
)
def test_half_a_request_is_not_done(half):
    done = []

    def noting(environ, start_response):
        done.append(environ["wsgi.input"].read())
        return no_reading(environ, start_response)

    with serving(noting) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{half}".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)

    assert (answer, done) == (b"", [])


def test_connections_beyond_the_bound_are_closed(monkeypatch):
    monkeypatch.setattr(keep_alive, "CONNECTIONS_MAX", threading.active_count() + 1)
    with serving(no_reading) as port:
        first = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        second = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        served = ask(first, "GET", "/first")
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask(second, "GET", "/second")
        first.close()
        second.close()

    assert served == (200, b"/first")


def test_an_application_that_is_not_safe_for_threads_gets_one_request_at_a_time():
    inside, most = [], []

    def fragile(environ, start_response):
        inside.append(environ["PATH_INFO"])
        most.append(len(inside))
        time.sleep(0.002)
        inside.pop()
        start_response("200 OK", [])
        return [b"done"]

    with serving(serialised(fragile)) as port, ThreadPoolExecutor(8) as threads:
        pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=8, retries=False)
        answers = list(threads.map(lambda number: pool.request("GET", f"/{number}").data, range(80)))
        pool.close()

    assert answers == [b"done"] * 80
    assert set(most) == {1}


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("application/x-amz-json-1.1", lambda data: json.loads(data)["message"]),
        ("application/x-www-form-urlencoded", lambda data: data.decode()),
    ],
)
def test_what_the_application_raises_is_answered_and_the_connection_goes_on(content_type, read):
    def failing(environ, start_response):
        if environ["PATH_INFO"] == "/fine":
            return no_reading(environ, start_response)
        raise NotImplementedError("no such <action> & more")

    with serving(failing) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        status, data = ask(connection, "POST", "/", b"{}", {"Content-Type": content_type})
        after = ask(connection, "GET", "/fine")
        connection.close()

    assert status == 501
    assert "no such" in read(data)
    assert after == (200, b"/fine")
