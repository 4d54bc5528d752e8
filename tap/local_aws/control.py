"""Start, stop and ask after a project's embedded AWS. Imports nothing heavy: `tap status` has 250 ms."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tap.errors import TapError
from tap.local_aws import process
from tap.local_aws.credentials import ACCESS_KEY_ID, DEFAULT_REGION, SECRET_ACCESS_KEY
from tap.local_aws.endpoint import ask
from tap.local_aws.run_file import RunFile, lock_path, log_path, read_run_file, run_file_path

DEFAULT_PORT = 4566
"""The port that AWS emulators use by convention."""

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 5.0
"""How long to wait after SIGTERM, and again after SIGKILL."""

_SECONDS_BETWEEN_LOOKS = 0.02
_LOG_LINES_SHOWN = 5

_IN_THE_WAY = frozenset(
    {
        "AWS_DEFAULT_PROFILE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_PROFILE",
        "AWS_ROLE_ARN",
        "AWS_SECURITY_TOKEN",
        "AWS_SESSION_TOKEN",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    }
)


class LocalAwsError(TapError):
    """The embedded AWS did not start, or did not stop."""

    name = "local_aws_error"
    retryable = True


class State(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    UNHEALTHY = "unhealthy"
    """The process is there, but does not answer, or is not ready yet."""


@dataclass(frozen=True, slots=True)
class LocalAws:
    """A running embedded AWS. started: whether this call started it, or found it running."""

    endpoint: str
    pid: int
    instance: str
    started: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What there is; of a stopped one only `state` and `log`. started_at is ISO 8601, detail says what is wrong."""

    state: State
    log: Path
    endpoint: str = ""
    pid: int = 0
    instance: str = ""
    started_at: str = ""
    detail: str = ""


class Stopped(StrEnum):
    NOT_RUNNING = "not running"
    STOPPED = "stopped"
    KILLED = "killed"
    """It did not end by itself within STOP_SECONDS_MAX."""


def start(root: Path, port: int = DEFAULT_PORT) -> LocalAws:
    """The project's embedded AWS, ready: the one that runs, else a new one at `port`, at a free port if that is taken.

    Any number of these at once, in any processes, end with one embedded AWS. Port 0 asks for any free port. Raises
    LocalAwsError if it is not ready within START_SECONDS_MAX.
    """
    deadline = time.monotonic() + START_SECONDS_MAX
    with _alone(root):
        running = _read(root)
        if running is not None and running.is_alive():
            _wait_until_ready(root, running.pid, running.endpoint, running.instance, deadline)
            return LocalAws(running.endpoint, running.pid, running.instance, started=False)
        instance = str(uuid.uuid4())
        with process.listen(port) as listener:
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
            pid = process.spawn(root, listener, instance)
        try:
            _wait_until_ready(root, pid, endpoint, instance, deadline)
        except LocalAwsError:
            process.kill_child(pid)
            raise
        return LocalAws(endpoint, pid, instance, started=True)


def stop(root: Path) -> Stopped:
    """End the project's embedded AWS, and with it everything in it. LocalAwsError if it survives even SIGKILL."""
    if _read(root) is None:
        return Stopped.NOT_RUNNING
    with _alone(root):
        running = _read(root)
        if running is None:
            return Stopped.NOT_RUNNING
        if not running.is_alive():
            running.remove(root)
            return Stopped.NOT_RUNNING
        for number, outcome in ((signal.SIGTERM, Stopped.STOPPED), (signal.SIGKILL, Stopped.KILLED)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, number)
            if _ended_within(running, STOP_SECONDS_MAX):
                running.remove(root)
                return outcome
    raise LocalAwsError(
        f"the embedded AWS (process {running.pid}) has not ended {STOP_SECONDS_MAX:.0f} s after SIGKILL",
        hint=f"see what holds process {running.pid}, then run `tap local stop` again",
    )


def status(root: Path) -> Status:
    """Whether the project's embedded AWS runs and answers. Starts, changes and removes nothing."""
    log = log_path(root)
    running = _read(root)
    if running is None or not running.is_alive():
        return Status(State.STOPPED, log)
    health = ask(running.endpoint, "/_tap/health")
    if health.get("instance") != running.instance:
        state, detail = State.UNHEALTHY, f"process {running.pid} runs, but does not answer at {running.endpoint}"
    elif not health.get("ready"):
        state, detail = State.UNHEALTHY, "it is still starting"
    else:
        state, detail = State.RUNNING, ""
    return Status(state, log, running.endpoint, running.pid, running.instance, running.started_at, detail)


def environment(endpoint: str) -> dict[str, str]:
    """What to export so that the AWS CLI and every SDK talk to this endpoint, with credentials that open nothing else.

    The configuration files are switched off as well: a profile of the user's could name another endpoint for a service
    or bring real credentials along, and `--profile prod` out of habit now fails by name instead.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": DEFAULT_REGION,
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def variables_in_the_way(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Which variables must be unset beside setting `environment`: they bring a profile, a token, another endpoint."""
    return tuple(sorted(name for name in environ if name in _IN_THE_WAY or name.startswith("AWS_ENDPOINT_URL_")))


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One start or stop at a time. The kernel lets go of the lock when its holder dies."""
    from filelock import FileLock, Timeout  # takes 100 ms to import, and `tap status` does not need it

    path = lock_path(root)
    lock = FileLock(path, timeout=START_SECONDS_MAX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise LocalAwsError(
            f"another `tap` has been starting or stopping the embedded AWS for {START_SECONDS_MAX:.0f} s",
            hint="run `tap local status`, and try again",
        ) from None
    except OSError as error:
        raise LocalAwsError(
            f"{path.parent} can not be written: {error.strerror}", hint="the embedded AWS keeps its log there"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _read(root: Path) -> RunFile | None:
    try:
        return read_run_file(root)
    except OSError as error:
        raise LocalAwsError(f"{run_file_path(root)} can not be read: {error.strerror}") from error


def _wait_until_ready(root: Path, pid: int, endpoint: str, instance: str, deadline: float) -> None:
    while time.monotonic() < deadline:
        health = ask(endpoint, "/_tap/health")
        if health.get("instance") == instance and health.get("ready"):
            return
        if not process.runs(pid, instance):
            raise LocalAwsError(f"the embedded AWS ended while starting{_end_of_log(root)}", hint=_see_log(root))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    raise LocalAwsError(
        f"the embedded AWS was not ready within {START_SECONDS_MAX:.0f} s{_end_of_log(root)}", hint=_see_log(root)
    )


def _ended_within(running: RunFile, seconds_max: float) -> bool:
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        if not process.runs(running.pid, running.instance):
            return True
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return False


def _end_of_log(root: Path) -> str:
    try:
        lines = log_path(root).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "".join(f"\n  {line}" for line in lines[-_LOG_LINES_SHOWN:])


def _see_log(root: Path) -> str:
    return f"see {log_path(root)}, and run `tap local stop` before trying again"
