"""The whole stack on the embedded AWS: cold, warm, against bare boto3, and with nothing to do."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.calls import RecordingLane, replay
from bench.engine import Silent
from tap import operations
from tap.local_aws import control

PROJECT = Path(__file__).parent.parent
FILES = ("tap_stack.py", "__main__.py", "Pulumi.yaml", "Pulumi.local.yaml")
ROUNDS = 3
SECONDS_MAX = 120
LOOKS = {"verify": (), "graph": ("--output", "stack.html"), "cost": ()}


@dataclass(frozen=True)
class Figures:
    """Seconds, medians of ROUNDS where a thing can be repeated; `calls` is how many a creation makes.

    looks: what looks at the built stack, by its command.
    """

    cold: float
    warm: float
    imports: float
    boto3: float
    calls: int
    preview: float
    looks: dict[str, float]


@contextmanager
def project_copy(folder: Path, name: str) -> Iterator[Path]:
    """A copy of the project with a state and an embedded AWS of its own."""
    root = folder / name
    root.mkdir()
    for file in FILES:
        shutil.copy(PROJECT / file, root)
    (root / "tap").symlink_to(PROJECT / "tap")
    try:
        yield root
    finally:
        control.stop(root)


def tap(root: Path, *arguments: str) -> float:
    """Seconds of one `tap` command, from outside."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tap.cli.main", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=SECONDS_MAX)
    return time.perf_counter() - began


def import_seconds(root: Path) -> float:
    """What the program needs besides its registrations: the interpreter, Pulumi, the AWS SDK, the stack.

    It ends as the program does (`tap/program/language_exec.py`): without a last look for garbage.
    """
    began = time.perf_counter()
    # The SDK's modules are lazy: each is loaded at the first look at something in it.
    looks = "ec2.Vpc, vpc.SecurityGroupIngressRule, s3.Bucket, iam.Role, kms.Key, cloudwatch.LogGroup, sns.Topic"
    code = "import gc, tap_stack, pulumi_aws as aws\n" + "\n".join(f"aws.{look}" for look in looks.split(", "))
    code += "\ngc.freeze()"
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, timeout=SECONDS_MAX)
    return time.perf_counter() - began


def _median_of_looks(root: Path, *arguments: str) -> float:
    return statistics.median(tap(root, *arguments) for _ in range(ROUNDS))


def measure(folder: Path) -> Figures:
    with project_copy(folder, "timed") as root:
        cold = tap(root, "up")
        warm, previews = [], []
        for _ in range(ROUNDS):
            tap(root, "destroy")
            warm.append(tap(root, "up"))
            previews.append(tap(root, "preview", "--expect-no-changes"))
        looks = {name: _median_of_looks(root, name, *rest) for name, rest in LOOKS.items()}
        imports = [import_seconds(root) for _ in range(ROUNDS)]
    calls, seconds = [], []
    with project_copy(folder, "recorded") as root:
        lane = RecordingLane()
        outcome = operations.up(root, operations.Options("local"), Silent(), open_lane=lane)
        if not outcome.succeeded or lane.clients is None:
            raise SystemExit("the recorded run failed")
        calls = lane.clients.calls
    for round_number in range(ROUNDS):
        with project_copy(folder, f"replayed-{round_number}") as root:
            seconds.append(replay(calls, control.start(root).endpoint))
    middle = statistics.median
    return Figures(cold, middle(warm), middle(imports), middle(seconds), len(calls), middle(previews), looks)
