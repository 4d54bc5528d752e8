"""The embedded AWS as a process: looked at through the operating system, its files and HTTP."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid

import boto3
import psutil
import pytest
import urllib3

from tap.local_aws import control
from tap.local_aws.control import LocalAwsError, State, Stopped
from tap.local_aws.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.local_aws.conftest import servers_of

START = (
    "import pathlib, sys; from tap.local_aws import control; print(control.start(pathlib.Path(sys.argv[1]), port=0))"
)


def run_file(root):
    return root / ".tap" / "local-aws" / "server.json"


def until(condition, seconds_max=15):
    deadline = time.monotonic() + seconds_max
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def write_run_file(root, pid, instance):
    run_file(root).parent.mkdir(parents=True)
    said = {"pid": pid, "port": 1, "instance": instance, "started_at": "2026-01-01T00:00:00+00:00"}
    run_file(root).write_text(json.dumps(said))


def test_starts_at_once_in_many_processes_end_with_one_embedded_aws(root):
    command = [sys.executable, "-W", "error", "-c", START, str(root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    starters = [subprocess.Popen(command, **pipes) for _ in range(3)]
    answers, complaints = zip(*(starter.communicate(timeout=60) for starter in starters), strict=True)

    assert complaints == ("", "", "")
    assert len(servers_of(root)) == 1
    assert sorted("started=True" in answer for answer in answers) == [False, False, True]
    # Those who started it are gone by now, and it runs on.
    found = control.start(root, port=0)
    assert not found.started
    assert found.pid == servers_of(root)[0].pid
    assert all(found.instance in answer and found.endpoint in answer for answer in answers)


def test_a_started_one_answers_and_says_who_it_is(running):
    root, aws = running
    instance = urllib3.request("GET", f"{aws.endpoint}/_tap/instance").json()
    health = urllib3.request("GET", f"{aws.endpoint}/_tap/health").json()

    assert instance["instance"] == aws.instance
    assert instance["pid"] == aws.pid == servers_of(root)[0].pid
    assert instance["root"] == str(root)
    assert health == {"instance": aws.instance, "ready": True}


def test_status_of_a_running_one_has_its_facts(running):
    root, aws = running
    status = control.status(root)

    assert status.state is State.RUNNING
    assert (status.endpoint, status.pid, status.instance) == (aws.endpoint, aws.pid, aws.instance)
    assert status.started_at == urllib3.request("GET", f"{aws.endpoint}/_tap/instance").json()["startedAt"]
    assert status.log.exists()


def test_it_listens_on_loopback_only(running):
    _, aws = running
    listening = [c for c in psutil.Process(aws.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]

    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}


def test_it_has_a_session_of_its_own(running):
    _, aws = running

    assert os.getsid(aws.pid) == aws.pid


def test_the_surroundings_of_whoever_starts_it_do_not_get_in(running):
    _, aws = running
    environment = psutil.Process(aws.pid).environ()

    assert "AWS_PROFILE" not in environment
    assert "MOTO_ACCOUNT_ID" not in environment


def test_what_environment_says_takes_other_programs_there(running):
    _, aws = running
    hostile = {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_SESSION_TOKEN": "real"}
    variables = {**os.environ, **hostile, **control.environment(aws.endpoint)}
    for name in control.variables_in_the_way(variables):
        del variables[name]
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'], boto3.Session().region_name)"
    answer = subprocess.run(
        [sys.executable, "-c", program], env=variables, capture_output=True, text=True, timeout=60, check=True
    )

    assert answer.stdout.split() == ["123456789012", "us-east-1"]


def test_a_taken_port_gives_way_to_a_free_one_and_no_file_is_inherited(root):
    kept_open, inheritable = os.pipe()
    os.set_inheritable(inheritable, True)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        aws = control.start(root, port=taken)
        os.close(inheritable)
        readable, _, _ = select.select([kept_open], [], [], 5)

    assert aws.started
    assert aws.endpoint != f"http://127.0.0.1:{taken}"
    assert control.status(root).state is State.RUNNING
    assert readable == [kept_open]
    assert os.read(kept_open, 1) == b""  # the end of the pipe: the server does not hold its other side
    os.close(kept_open)


def test_stopping_ends_it_and_starting_again_gives_another_empty_one(root):
    first = control.start(root, port=0)
    port = int(first.endpoint.rpartition(":")[2])
    s3 = s3_at(first.endpoint)
    s3.create_bucket(Bucket="a-bucket-that-goes")
    s3.close()
    stopped = control.stop(root)
    left = servers_of(root)
    status = control.status(root)
    second = control.start(root, port=port)
    s3 = s3_at(second.endpoint)
    buckets = s3.list_buckets()["Buckets"]
    s3.close()

    assert stopped is Stopped.STOPPED
    assert left == []
    assert status.state is State.STOPPED
    assert second.started
    assert second.instance != first.instance
    assert second.endpoint == first.endpoint  # a port just left is not taken
    assert buckets == []


def s3_at(endpoint):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )


def test_one_that_hangs_is_unhealthy_and_stop_says_that_it_killed_it(root, monkeypatch):
    monkeypatch.setattr(control, "STOP_SECONDS_MAX", 0.5)
    aws = control.start(root, port=0)
    os.kill(aws.pid, signal.SIGSTOP)
    status = control.status(root)
    stopped = control.stop(root)

    assert status.state is State.UNHEALTHY
    assert str(aws.pid) in status.detail
    assert stopped is Stopped.KILLED
    assert servers_of(root) == []
    assert not run_file(root).exists()


def test_it_ends_by_itself_when_its_run_file_is_gone(root):
    control.start(root, port=0)
    shutil.rmtree(root / ".tap")

    assert until(lambda: servers_of(root) == [])


def test_one_that_died_is_stopped_and_stop_cleans_up_behind_it(root):
    dead = subprocess.Popen(["true"])
    dead.wait()
    write_run_file(root, dead.pid, str(uuid.uuid4()))
    state = control.status(root).state
    stopped = control.stop(root)

    assert state is State.STOPPED
    assert stopped is Stopped.NOT_RUNNING
    assert not run_file(root).exists()


@pytest.mark.parametrize("instance", ["5a6cbbd4-0a2c-4b9e-9d8f-6a2c0f4c9a11", "", "sleep", None])
def test_a_process_that_got_the_number_of_a_dead_one_is_left_alone(root, instance):
    with subprocess.Popen(["sleep", "60"]) as stranger:
        write_run_file(root, stranger.pid, instance)
        state = control.status(root).state
        stopped = control.stop(root)
        alive = stranger.poll() is None
        stranger.kill()

    assert alive
    assert state is State.STOPPED
    assert stopped is Stopped.NOT_RUNNING


def test_stopping_what_never_ran_touches_nothing(root):
    assert control.stop(root) is Stopped.NOT_RUNNING
    assert list(root.iterdir()) == []


def test_asking_for_the_status_touches_nothing(root):
    assert control.status(root).state is State.STOPPED
    assert list(root.iterdir()) == []


def test_one_that_can_not_start_is_an_error_with_its_own_last_words(root, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(LocalAwsError, match="ended while starting") as caught:
        control.start(root, port=0)

    assert "encodings" in str(caught.value)  # what Python says when it does not find its own library
    assert "server.log" in caught.value.hint
    assert servers_of(root) == []


def test_a_root_that_can_not_be_written_is_an_error_that_names_it(root):
    (root / ".tap").write_text("not a directory")
    with pytest.raises(LocalAwsError, match="can not be written") as caught:
        control.start(root, port=0)

    assert str(root / ".tap") in str(caught.value)


def test_the_log_of_the_last_run_is_kept_beside_the_new_one(root, monkeypatch):
    logs = root / ".tap" / "local-aws"
    logs.mkdir(parents=True)
    (logs / "server.log").write_text("the last words of the run before")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(LocalAwsError):
        control.start(root, port=0)

    assert (logs / "server.log.1").read_text() == "the last words of the run before"
    assert "the last words" not in (logs / "server.log").read_text()


def test_control_imports_nothing_heavy():
    program = "import sys, tap.local_aws.control; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()

    assert {"moto", "flask", "werkzeug", "boto3", "botocore", "filelock", "pulumi"}.isdisjoint(loaded)
