"""Which endpoints are let through, by example and by property."""

import socket
from urllib.parse import urlsplit

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from tap.errors import UsageError
from tap.local_aws.endpoint import EndpointError, instance_of, require_loopback

OCTETS = st.integers(0, 255)
PORTS = st.integers(1, 65_535)


@pytest.mark.parametrize(
    ("given_url", "accepted"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("http://127.0.0.1:4566/", "http://127.0.0.1:4566"),
        ("https://127.0.0.1", "https://127.0.0.1"),
        ("http://[::1]:4566", "http://[::1]:4566"),
        ("http://localhost:4566", "http://localhost:4566"),
        ("HTTP://LocalHost:4566", "http://localhost:4566"),
        ("http://127.255.255.254:1", "http://127.255.255.254:1"),
    ],
)
def test_loopback_is_let_through(given_url, accepted):
    assert require_loopback(given_url) == accepted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:4566",
        "//127.0.0.1",
        "http://",
        "http://:4566",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://ec2.us-east-1.amazonaws.com",
        "http://10.0.0.1",
        "http://0.0.0.0:4566",
        "http://[::]:4566",
        "http://169.254.169.254",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1:4566@evil.example",
        "http://evil.example@127.0.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.",
        "http://127.0.0.1.",
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.0.0.1",
        "http://0177.0.0.1",
        "http://127.1",
        "http://127.0.0.01",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:10.0.0.1]",
        "http://[::127.0.0.1]",
        "http://[::1%25eth0]",
        "http://[::1",
        "http://evil.example\\@127.0.0.1",
        "http://127.0.0.1\\evil.example",
        "http://127.0.0.1#@evil.example",
        "http://127.0.0.1?@evil.example",
        "http://127.0.0.1/path",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://127.0.0.1\n.evil.example",
        "http://127.0.0.1\t",
        " http://127.0.0.1",
        "http://\uff11\uff12\uff17.0.0.1",  # full-width digits
        "http://127\u30020\u30020\u30021",  # ideographic full stops
        "http://\u24dbocalhost",  # a circled letter
    ],
)
def test_everything_else_is_refused(url):
    with pytest.raises(EndpointError) as caught:
        require_loopback(url)

    assert isinstance(caught.value, UsageError)
    assert caught.value.hint


def test_the_error_names_the_host_and_shows_no_password():
    with pytest.raises(EndpointError) as caught:
        require_loopback("http://admin:geheim@evil.example:80")

    assert "evil.example" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "admin" not in str(caught.value)


def test_localhost_with_an_address_elsewhere_is_refused(monkeypatch):
    elsewhere = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.1", "10.1.2.3")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: elsewhere)
    with pytest.raises(EndpointError, match=r"10\.1\.2\.3"):
        require_loopback("http://localhost:4566")


@given(st.tuples(OCTETS, OCTETS, OCTETS), PORTS)
def test_all_of_127_is_let_through(rest, port):
    url = f"http://127.{rest[0]}.{rest[1]}.{rest[2]}:{port}"

    assert require_loopback(url) == url


@given(st.integers(0, 2**32 - 1).filter(lambda number: number >> 24 != 127), PORTS)
def test_no_other_ipv4_address_is_let_through(number, port):
    address = socket.inet_ntoa(number.to_bytes(4, "big"))
    with pytest.raises(EndpointError, match=address.replace(".", r"\.")):
        require_loopback(f"http://{address}:{port}")


@given(st.integers(0, 2**128 - 1).filter(lambda number: number != 1), PORTS)
def test_no_other_ipv6_address_is_let_through(number, port):
    address = socket.inet_ntop(socket.AF_INET6, number.to_bytes(16, "big"))
    with pytest.raises(EndpointError):
        require_loopback(f"http://[{address}]:{port}")


@given(st.text(alphabet=st.sampled_from("lochst127.0:@/\\#?[]%f%x-_ \t\n\u3002\uff11ehttp"), max_size=30))
def test_what_is_let_through_is_loopback_for_two_parsers(tail):
    try:
        accepted = require_loopback(f"http://{tail}")
    except EndpointError:
        return
    hosts = {urlsplit(accepted).hostname, (urllib3.util.parse_url(accepted).host or "").strip("[]")}

    assert len(hosts) == 1
    host = hosts.pop()
    assert host in ("localhost", "::1") or socket.inet_aton(host)[0] == 127


def test_the_instance_is_what_the_embedded_aws_says(running):
    _, aws = running

    assert instance_of(aws.endpoint) == aws.instance


def test_nobody_and_another_emulator_have_no_instance():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"

        assert instance_of(endpoint) is None  # takes connections and says nothing

    assert instance_of(endpoint) is None  # nobody there any more


def test_an_instance_elsewhere_is_not_asked_for():
    with pytest.raises(EndpointError):
        instance_of("http://192.0.2.1:4566")
