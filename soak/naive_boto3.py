"""What bare boto3 makes of the stack's own calls when answers are lost: its retries send a creation again."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bench.calls import Call, RecordingLane, learn, translated
from bench.engine import Silent
from tap import operations
from tap.local_aws.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.conftest import Account
from tests.faults.proxy import Fault, Rule, fault_proxy
from tests.integration.inventory import counts, inventory
from tests.integration.project import project_in

_READING = ("Describe", "Get", "Head", "List")
_CONFIG = Config(s3={"addressing_style": "path"}, proxies={})
RESET_SECONDS_MAX = 60


@dataclass(frozen=True)
class Naive:
    """creates: calls that create, each sent once by the program. duplicates: what there was beyond what they ask for.

    failed: calls that boto3 gave up, or that AWS refused, most of them because their first try was carried out.
    """

    creates: int
    answers_lost: int
    duplicates: int
    failed: int


def naive_creates(creates: int, probability: float) -> Naive:
    """The calls of an undisturbed `tap up`, again and again, each time in an empty AWS."""
    with tempfile.TemporaryDirectory() as folder, project_in(Path(folder) / "project") as project:
        lane = RecordingLane()
        outcome = operations.up(project.root, operations.Options("local"), Silent(), open_lane=lane)
        if not outcome.succeeded or lane.clients is None:
            raise RuntimeError("the run whose calls were to be recorded failed")
        calls, made = list(lane.clients.calls), len(project.ids())
        lane.clients.close()
        aws = project.aws
        wanted = _counts(aws)
        total: Counter[str] = Counter()
        with fault_proxy(aws.endpoint) as proxy:
            while total["creates"] < creates:
                _reset(aws.endpoint)
                proxy.seed += 1
                proxy.rules = [Rule("*", Fault.CLOSE, where=lambda call: not call.reads, probability=probability)]
                total["failed"] += _sent(calls, proxy.endpoint)
                total["creates"] += made
                found = _counts(aws)
                total["duplicates"] += sum(max(0, count - wanted.get(kind, 0)) for kind, count in found.items())
            return Naive(total["creates"], len(proxy.faults), total["duplicates"], total["failed"])


def _counts(aws: Account) -> dict[str, int]:
    found = inventory(aws)
    return counts(found, but={kind: {} for kind in found})


def _reset(endpoint: str) -> None:
    if urllib3.request("POST", f"{endpoint}/moto-api/reset", timeout=RESET_SECONDS_MAX, retries=False).status != 200:
        raise RuntimeError("the embedded AWS could not be emptied")


def _sent(calls: Sequence[Call], endpoint: str) -> int:
    """Send what changes something, one call after another, as a script would; how many failed."""
    session = boto3.Session(aws_access_key_id=ACCESS_KEY_ID, aws_secret_access_key=SECRET_ACCESS_KEY)
    clients: dict[tuple[str, str], Any] = {}
    renamed: dict[str, str] = {}
    failed = 0
    for call in calls:
        if call.operation.startswith(_READING):
            continue
        key = (call.service, call.region)
        if key not in clients:
            clients[key] = session.client(call.service, region_name=call.region, endpoint_url=endpoint, config=_CONFIG)
        try:
            # boto3's methods are this, under other names.
            response = clients[key]._make_api_call(call.operation, translated(call.parameters, renamed))
        except (BotoCoreError, ClientError):
            failed += 1
        else:
            learn(call.response, response, renamed)
    for client in clients.values():
        client.close()
    return failed
