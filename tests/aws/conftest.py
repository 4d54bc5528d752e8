"""The embedded AWS, one server per session, and a provider on it."""

from __future__ import annotations

import logging
import threading
from functools import cache

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tap.aws.provider import AwsProvider


class World:
    """Bare boto3 on the embedded AWS: what tests make their prerequisites and look at results with."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._client = cache(self._make)

    def client(self, service: str, region: str = "us-east-1"):
        with self._lock:
            return self._client(service, region)

    def _make(self, service, region):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106  - the emulator takes anything
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="session")
def world():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line per request otherwise
    server.start()
    host, port = server.get_host_and_port()
    yield World(f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def provider(world):
    provider = AwsProvider(world)
    provider.configure({"region": "us-east-1", "version": "7.51.1"})
    return provider
