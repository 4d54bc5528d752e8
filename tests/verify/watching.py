"""Clients whose calls are watched, or answered by AWS's errors, on their way out: real requests and real answers."""

from __future__ import annotations

import threading
from typing import Any

from botocore.awsrequest import AWSResponse

from tap.verify.reader import Clients

_ERROR = (
    "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>"
    "<RequestID>1</RequestID></Response>"
)


class _Body:
    def __init__(self, text: str) -> None:
        self._content = text.encode()

    def stream(self, **_: Any) -> Any:
        yield self._content


class Watched:
    """errors: operation -> the code that EC2 answers with, status 403, instead of what was asked for."""

    def __init__(self, clients: Clients, **errors: str) -> None:
        self.operations: set[tuple[str, str]] = set()
        self._clients = clients
        self._errors = errors
        self._known: set[int] = set()
        self._looking = threading.Lock()

    def client(self, service: str, region: str) -> Any:
        client = self._clients.client(service, region)
        with self._looking:
            if id(client) not in self._known:
                self._known.add(id(client))
                client.meta.events.register("before-call", self._note)
                for operation, code in self._errors.items():
                    client.meta.events.register_first(f"before-send.ec2.{operation}", _answer(code))
        return client

    def _note(self, model: Any, **_: Any) -> None:
        self.operations.add((model.service_model.service_name, model.name))


def _answer(code: str) -> Any:
    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 403, {}, _Body(_ERROR.format(code=code)))

    return answer
