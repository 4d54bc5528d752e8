"""Roots for embedded AWSs of a test's own, none of which outlives its test."""

import psutil
import pytest

from tap.local_aws import control


def servers_of(root):
    """The processes of embedded AWSs that serve this root, as the operating system lists them."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "tap.local_aws.server" in command and f"--root={root}" in command:
            found.append(process)
    return found


@pytest.fixture
def root(tmp_path):
    yield tmp_path
    control.stop(tmp_path)
    left = servers_of(tmp_path)
    for process in left:
        process.kill()
    assert left == []


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """An embedded AWS for tests that change nothing about it, started amid hostile surroundings."""
    root = tmp_path_factory.mktemp("running")
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("MOTO_ACCOUNT_ID", "999999999999")
        surroundings.setenv("AWS_PROFILE", "production")
        surroundings.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        aws = control.start(root, port=0)
    yield root, aws
    control.stop(root)
    assert servers_of(root) == []
