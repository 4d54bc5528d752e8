"""An embedded AWS for tests: one per process that runs tests, with a fresh account for whoever wants an empty one."""

from __future__ import annotations

import itertools
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from hypothesis import HealthCheck, settings

from tap.local_aws import control
from tap.local_aws.credentials import ACCESS_KEY_ID, DEFAULT_REGION, SECRET_ACCESS_KEY

if TYPE_CHECKING:
    from tests.integration.home import Home
    from tests.integration.project import Project, Warm

# Nothing of the account of whoever runs the tests takes part in them, nor in the processes that they start.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")

# How long an example takes says how busy the machine is. CI tries the same examples each time, people new ones.
settings.register_profile(
    "tap", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("tap")

_CONFIG = Config(
    s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, max_pool_connections=32, proxies={}
)
_account_numbers = itertools.count(100_000_000_000 + uuid.uuid4().int % 800_000_000_000)


@dataclass
class Account:
    """One account of an embedded AWS, seen through boto3 alone."""

    endpoint: str
    access_key_id: str
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, region: str = DEFAULT_REGION) -> Any:
        with self._making:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    @property
    def account_id(self) -> str:
        return self.client("sts").get_caller_identity()["Account"]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _make(self, service: str, region: str) -> Any:
        return _session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=_CONFIG,
        )


@dataclass
class EmbeddedAws(Account):
    """The embedded AWS that the tests of this process share; its own clients use the default account, 123456789012.

    Names of S3 buckets are shared by all accounts, as on AWS: take unique ones.
    """

    def fresh_account(self) -> Account:
        """An account that nobody used before. Whoever starts a `tap` of its own passes the account's access_key_id."""
        return Account(self.endpoint, str(next(_account_numbers)))

    def reset(self) -> None:
        """Empty every account. What other tests of this process still need is gone too."""
        answer = urllib3.request("POST", f"{self.endpoint}/moto-api/reset", timeout=10, retries=False)
        assert answer.status == 200


_sessions: list[boto3.Session] = []


def _session() -> boto3.Session:
    """One session for all: it keeps the service models that it has read."""
    if not _sessions:
        _sessions.append(boto3.Session())
    return _sessions[0]


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory) -> Iterator[EmbeddedAws]:
    """One embedded AWS per process that runs tests (so one per pytest-xdist worker), at a free port."""
    root = tmp_path_factory.mktemp("embedded-aws")
    try:
        aws = EmbeddedAws(control.start(root, port=0).endpoint, ACCESS_KEY_ID)
        yield aws
        aws.close()
    finally:
        control.stop(root)
    assert control.status(root).state is control.State.STOPPED


@pytest.fixture
def aws_account(embedded_aws) -> Iterator[Account]:
    """An empty account for one test."""
    account = embedded_aws.fresh_account()
    yield account
    account.close()


@pytest.fixture(scope="session")
def warm(tmp_path_factory) -> Iterator[Warm]:
    """Processes that have made the imports of `tap` and of programs, to fork runs off: one pair per process."""
    from soak.warm_program import warm_programs
    from soak.warm_tap import warm_taps
    from tests.integration.project import Warm

    folder = tmp_path_factory.mktemp("warm")
    with warm_taps(folder / "tap") as tap, warm_programs(folder / "programs") as programs:
        yield Warm(tap, programs)


@pytest.fixture(scope="session")
def home(tmp_path_factory, warm) -> Iterator[Home]:
    from tests.integration.home import Home

    home = Home(tmp_path_factory.mktemp("home") / "project", warm)
    yield home
    home.close()


@pytest.fixture
def project(home) -> Iterator[Project]:
    """The project for one test. Its runs are forks: what a start from nothing is like, `cold_project` shows."""
    with home.project() as project:
        yield project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it: it has a time limit of its own."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)
