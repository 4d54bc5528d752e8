"""A provider on the embedded AWS, and the embedded AWS as the world that it works on."""

from __future__ import annotations

import pytest

from tap.aws.provider import AwsProvider
from tap.local_aws.clients import Clients


@pytest.fixture(scope="session")
def world(embedded_aws):
    """Bare boto3 on the embedded AWS: what tests make their prerequisites and look at results with."""
    return embedded_aws


@pytest.fixture(scope="session")
def clients(embedded_aws):
    clients = Clients(embedded_aws.endpoint, "us-east-1")
    yield clients
    clients.close()


@pytest.fixture
def provider(clients):
    provider = AwsProvider(clients)
    provider.configure({"region": "us-east-1", "version": "7.51.1"})
    return provider
