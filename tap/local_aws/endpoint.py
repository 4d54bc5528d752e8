"""Which endpoints the embedded engine may talk to (loopback, nothing else), and which embedded AWS answers at one."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tap.errors import UsageError

PROBE_SECONDS_MAX = 2.0
"""How long a question to `/_tap/` may take: the embedded AWS answers these without waiting for its other work."""

_ANSWER_BYTES_MAX = 65_536
_PLAIN_URL_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/[]-_~")


class EndpointError(UsageError):
    """An endpoint that the embedded engine may not talk to: `host` as it would be connected to, and why not."""

    name = "endpoint_not_local"

    def __init__(self, url: str, host: str, reason: str) -> None:
        self.host = host
        super().__init__(
            f"endpoint {_without_password(url)!r} is refused: host {host!r} {reason}",
            hint="give an AWS emulator on this machine, such as http://127.0.0.1:4566",
        )


def require_loopback(url: str) -> str:
    """The URL, in lower case and without a trailing slash, if whoever connects to it can only reach this machine.

    Accepted: http or https to 127.0.0.0/8, to ::1, or to `localhost` where that name has loopback addresses only.
    Any other name is refused without being looked up, as is everything that URL parsers read in different ways
    (user names, backslashes, decimal and octal addresses, IPv4 within IPv6). Raises EndpointError.
    """
    parts = _parse(url)
    host = parts.hostname or ""
    if host == "localhost":
        outside = sorted(address for address in _addresses_of(host) if not is_loopback_address(address))
        if outside:
            raise EndpointError(url, host, f"has an address on this machine that is not loopback: {', '.join(outside)}")
    elif not is_loopback_address(host):
        raise EndpointError(url, host, "is not on loopback (127.0.0.0/8, ::1 or localhost)")
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def is_loopback_address(host: str) -> bool:
    """Whether this is 127.0.0.0/8 in four plain decimal numbers, or ::1. Names are not looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # `::ffff:127.0.0.1` counts as loopback for some versions of Python and not for others: never for us.
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def instance_of(endpoint: str) -> str | None:
    """The instance that the embedded AWS at this endpoint has been since it started; None for another emulator.

    Raises EndpointError for an endpoint that is not on loopback. Nobody answering is None too.
    """
    answer = ask(endpoint, "/_tap/instance")
    instance = answer.get("instance")
    return instance if isinstance(instance, str) else None


def ask(endpoint: str, path: str) -> dict[str, Any]:
    """The JSON object at a path of a loopback endpoint; empty when there is none within PROBE_SECONDS_MAX."""
    parts = urlsplit(require_loopback(endpoint))
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=PROBE_SECONDS_MAX)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read(_ANSWER_BYTES_MAX))
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}


def _parse(url: str) -> SplitResult:
    """The parts of a URL that every parser reads alike; EndpointError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise EndpointError(url, "", f"can not be read: {error}") from error
    if not _PLAIN_URL_CHARACTERS.issuperset(url):
        raise EndpointError(url, host, "stands in a URL with characters that do not belong into an endpoint")
    if parts.scheme not in ("http", "https") or not host:
        raise EndpointError(url, host, "is not part of an http:// or https:// URL")
    if parts.path not in ("", "/"):
        raise EndpointError(url, host, f"is followed by a path ({parts.path}), which an endpoint can not have")
    return parts


def _addresses_of(name: str) -> set[str]:
    try:
        return {str(entry[4][0]) for entry in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
    except OSError:
        return set()  # a name without addresses reaches nobody; the connection then says so


def _without_password(url: str) -> str:
    """The URL as it may be shown: what stands before an @ can be a password."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}***@{rest.rpartition('@')[2]}" if "@" in rest else url
