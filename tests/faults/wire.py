"""AWS's wire, as far as a proxy must read it: which operation a request is, and how each protocol says an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.sax.saxutils import escape

import botocore.session

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
_RPC = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)")
_READING = ("Describe", "Get", "Head", "List")


class Protocol(StrEnum):
    EC2 = "ec2"
    QUERY = "query"
    JSON = "json"
    CBOR = "rpc-v2-cbor"
    REST_XML = "rest-xml"


@dataclass(frozen=True)
class Called:
    """What a request asks for, in AWS's names: `ec2 CreateVpc`, `s3 PutBucketVersioning`, `monitoring PutMetricAlarm`.

    service: the name that requests are signed for. Both "" where it is no request to AWS (`/_tap/...`).
    """

    service: str
    operation: str
    protocol: Protocol

    @property
    def name(self) -> str:
        return f"{self.service} {self.operation}"

    @property
    def reads(self) -> bool:
        return self.operation.startswith(_READING)


def called(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Called:
    scope = _SCOPE.search(headers.get("Authorization", ""))
    service = scope["service"] if scope else ""
    if target := headers.get("X-Amz-Target", ""):
        return Called(service, target.rpartition(".")[2], Protocol.JSON)
    if rpc := _RPC.search(path):
        return Called(service, rpc["operation"], Protocol.CBOR)
    if service == "s3":
        return Called(service, _s3_operation(method, path), Protocol.REST_XML)
    action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return Called(service, action, Protocol.EC2 if service == "ec2" else Protocol.QUERY)


def error_answer(protocol: Protocol, code: str, message: str) -> tuple[dict[str, str], bytes]:
    """Headers and body by which AWS says an error in this protocol."""
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    request = "<RequestID>fault</RequestID>"
    match protocol:
        case Protocol.EC2:
            xml = f"<Response><Errors><Error>{inner}</Error></Errors>{request}</Response>"
        case Protocol.QUERY:
            xml = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>{request}</ErrorResponse>"
        case Protocol.REST_XML:
            xml = f"<Error>{inner}</Error>"
        case Protocol.JSON:
            return {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(
                {"__type": code, "message": message}
            ).encode()
        case Protocol.CBOR:
            pairs = b"".join(_cbor_text(text) for text in ("__type", code, "message", message))
            return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, b"\xa2" + pairs
    return {"Content-Type": "text/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode()


def _cbor_text(text: str) -> bytes:
    """RFC 8949, major type 3 with a length of two bytes."""
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded


def _s3_operation(method: str, path: str) -> str:
    """The most specific of S3's operations with this method, depth and query."""
    parts = urlsplit(path)
    bucket, _, key = parts.path.lstrip("/").partition("/")
    depth = bool(bucket) + bool(key)
    given = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    fitting = [
        (len(needed), operation) for needed, operation in _s3_operations()[method, depth] if needed.issubset(given)
    ]
    return max(fitting)[1] if fitting else f"{method} {path}"


@cache
def _s3_operations() -> dict[tuple[str, int], list[tuple[frozenset[str], str]]]:
    """(method, parts of the path) -> (names in the query, operation); from botocore's own model."""
    model = botocore.session.get_session().get_service_model("s3")
    found: dict[tuple[str, int], list[tuple[frozenset[str], str]]] = {}
    for operation in model.operation_names:
        described = model.operation_model(operation)
        if described.deprecated or operation == "ListDirectoryBuckets":  # asked for at a host of its own
            continue
        template = urlsplit(described.http["requestUri"])
        query = {name for name, _ in parse_qsl(template.query, keep_blank_values=True)} - {"x-id"}
        shape = described.input_shape
        for name in shape.required_members if shape else ():
            if shape.members[name].serialization.get("location") == "querystring":
                query.add(shape.members[name].serialization["name"])
        depth = len([part for part in template.path.split("/") if part])
        found.setdefault((described.http["method"], depth), []).append((frozenset(query), operation))
    return found
