"""One call's view of AWS: clients in the resource's region, the account's facts, the bound of its waits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from tap.aws.resource_type import Client


class ClientFactory(Protocol):
    """Where clients come from: they are made once per service and region, for one endpoint."""

    def client(self, service: str, region: str) -> Client: ...


class Account:
    """Whose credentials these are; asked once."""

    def __init__(self, clients: ClientFactory, region: str) -> None:
        self._clients = clients
        self._region = region
        self._lock = threading.Lock()

    @cached_property
    def _identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = self._clients.client("sts", self._region).get_caller_identity()
        return identity

    @property
    def id(self) -> str:
        with self._lock:
            return str(self._identity["Account"])

    @property
    def partition(self) -> str:
        with self._lock:
            return str(self._identity["Arn"]).split(":")[1]


@dataclass(frozen=True, slots=True)
class Session:
    """Implements `resource_type.Aws`."""

    clients: ClientFactory
    account: Account
    region: str
    seconds_max: float
    stopped: threading.Event

    @property
    def account_id(self) -> str:
        return self.account.id

    @property
    def partition(self) -> str:
        return self.account.partition

    def client(self, service: str) -> Client:
        return self.clients.client(service, self.region)

    def cancelled(self) -> bool:
        return self.stopped.is_set()
