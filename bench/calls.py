"""Which calls a run makes, and how long bare boto3 takes for the same ones."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from tap.lane import DEFAULT_REGION, Lane, Place, WaitingClients, make_provider
from tap.local_aws import control
from tap.local_aws.clients import Clients
from tap.local_aws.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY

_IDENTIFIER = re.compile(
    r"\b(?:vpc|subnet|igw|eipalloc|eipassoc|nat|rtb|rtbassoc|sg|sgr|vpce|fl|eni|acl|dopt)-[0-9a-f]{8,}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


@dataclass(frozen=True)
class Call:
    service: str
    region: str
    operation: str
    parameters: dict[str, Any]
    response: dict[str, Any]


class RecordingClients(Clients):
    """The clients of a run, which write down every call that was answered, in the order of the answers."""

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(endpoint, region)
        self.calls: list[Call] = []
        self._recording = threading.Lock()

    def _make(self, service: str, region: str) -> Any:
        client = super()._make(service, region)
        original = client._make_api_call

        def record(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
            response: dict[str, Any] = original(operation, parameters)
            with self._recording:
                self.calls.append(Call(service, region, operation, parameters, response))
            return response

        client._make_api_call = record
        return client


@dataclass
class RecordingLane:
    """Opens the embedded lane of a project, and keeps what was called through it."""

    clients: RecordingClients | None = field(default=None)

    def __call__(self, root: Path, endpoint: str, pool: Executor, ready: Callable[[Place], None]) -> Lane:
        running = control.start(root)
        place: Future[Place] = Future()
        place.set_result(Place(running.endpoint, running.instance))
        self.clients = RecordingClients(running.endpoint, DEFAULT_REGION)
        coming: Future[Clients] = Future()
        coming.set_result(self.clients)
        ready(place.result())
        return Lane(partial(make_provider, WaitingClients(coming)), endpoint, running.instance, place)


def replay(calls: list[Call], endpoint: str) -> float:
    """Seconds that boto3 takes for the calls, one after another, making its clients included."""
    renamed: dict[str, str] = {}
    clients: dict[tuple[str, str], Any] = {}
    seconds = 0.0
    session = boto3.Session(aws_access_key_id=ACCESS_KEY_ID, aws_secret_access_key=SECRET_ACCESS_KEY)
    for call in calls:
        parameters = translated(call.parameters, renamed)
        began = time.perf_counter()
        key = (call.service, call.region)
        if key not in clients:
            clients[key] = session.client(call.service, region_name=call.region, endpoint_url=endpoint)
        response = clients[key]._make_api_call(call.operation, parameters)
        seconds += time.perf_counter() - began
        learn(call.response, response, renamed)
    return seconds


def translated(value: Any, renamed: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _IDENTIFIER.sub(lambda found: renamed.get(found[0], found[0]), value)
    if isinstance(value, dict):
        return {key: translated(item, renamed) for key, item in value.items()}
    if isinstance(value, list):
        return [translated(item, renamed) for item in value]
    return value


def learn(before: Any, now: Any, renamed: dict[str, str]) -> None:
    """What the identifiers of the recorded answer are called this time."""
    if isinstance(before, str) and isinstance(now, str):
        renamed.update(zip(_IDENTIFIER.findall(before), _IDENTIFIER.findall(now), strict=False))
    elif isinstance(before, dict) and isinstance(now, dict):
        for key in before.keys() & now.keys() - {"ResponseMetadata"}:
            learn(before[key], now[key], renamed)
    elif isinstance(before, list) and isinstance(now, list):
        for one, other in zip(before, now, strict=False):
            learn(one, other, renamed)
