"""A copy of the project in a folder of its own, and the real `tap` in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from soak.warm_tap import WarmTap
from tests.conftest import Account

ROOT = Path(__file__).parents[2]
TAP = Path(sys.executable).with_name("tap")
PROGRAM = ("tap_stack.py", "__main__.py", "Pulumi.yaml", "Pulumi.local.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml")
ACCOUNT_ID = "123456789012"

SMALL = {
    "enable_flow_logs": False,
    "enable_cross_region_replication": False,
    "nat_gateways": "none",
    "s3_gateway_endpoint": False,
}
"""A stack of fewer resources, for what does not depend on which ones there are."""

RUN_SECONDS_MAX = 600
SHOWN_SECONDS_MAX = 120
_HOLDING = f"""

def _hold(_):
    import pathlib, time
    pathlib.Path("held").touch()
    deadline = time.monotonic() + {RUN_SECONDS_MAX}
    while not pathlib.Path("go-on").exists() and time.monotonic() < deadline:
        time.sleep(0.02)

stack.vpc.id.apply(_hold)
"""
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Warm:
    """Processes that have made the imports already and are forked. programs: a virtual environment for Pulumi.yaml."""

    tap: WarmTap
    programs: Path


@dataclass
class Project:
    """The program and its configuration in `root`, with a state and an embedded AWS that nobody else uses.

    warm: forks the runs that are waited for, and their programs, off a process that has made the imports.
    """

    root: Path
    warm: Warm | None = None
    _accounts: dict[str, Account] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `tap` to its end."""
        if self.warm is not None:
            return self.warm.tap(arguments, self.root, self.environment(**environment), RUN_SECONDS_MAX)
        return subprocess.run(
            [TAP, *arguments],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def succeed(self, *arguments: str, **environment: str) -> str:
        """What a run that has to succeed puts out."""
        ended = self(*arguments, **environment)
        assert ended.returncode == 0, f"tap {' '.join(arguments)}: {ended.returncode}\n{problems(ended)}"
        return ended.stdout

    def document(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """The document of a run with --json that has to succeed."""
        return json.loads(self.succeed(*arguments, "--json", **environment))

    @contextmanager
    def running(self, *arguments: str) -> Iterator[Running]:
        """A `tap` whose output is read while it runs; killed at the end if it still does."""
        process = subprocess.Popen(
            [TAP, *arguments],
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        running = Running(process)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.kill()
            running.end()

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of whoever runs the tests decides what `tap` does or prints."""
        return {name: os.environ[name] for name in _KEPT if name in os.environ} | more

    def configure(self, stack: str = "local", *, without: tuple[str, ...] = (), **settings: object) -> None:
        """The project's own configuration of the stack, with these settings of the program in place of its own."""
        config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
        config |= {f"tap:{name}": value for name, value in settings.items()}
        for name in without:
            del config[f"tap:{name}"]
        (self.root / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}))

    def use_python_of(self, environment: Path) -> None:
        """Run the program in that virtual environment."""
        settings = yaml.safe_load((self.root / "Pulumi.yaml").read_text())
        settings["runtime"]["options"]["virtualenv"] = str(environment)
        (self.root / "Pulumi.yaml").write_text(yaml.safe_dump(settings))

    def hold(self) -> None:
        """From now on the program stands still once it has its VPC, with the better part of the stack to come."""
        program = self.root / "__main__.py"
        program.write_text(program.read_text() + _HOLDING)

    def wait_until_held(self) -> None:
        _wait_for(self.root / "held", SHOWN_SECONDS_MAX)

    def let_go(self) -> None:
        """The program goes on, and no later run stands still."""
        (self.root / "go-on").touch()

    def start_aws(self) -> Account:
        """Start the embedded AWS at a free port, unless it runs already, and look at it."""
        self.succeed("local", "start", "--port", "0")
        return self.aws

    @property
    def aws(self) -> Account:
        """The embedded AWS as boto3 sees it."""
        endpoint = json.loads(self.succeed("local", "status", "--json"))["endpoint"]
        return self._accounts.setdefault(endpoint, Account(endpoint, "test"))

    @property
    def aws_pid(self) -> int:
        return json.loads(self.succeed("local", "status", "--json"))["pid"]

    def state_path(self, stack: str = "local") -> Path:
        return self.root / ".tap" / ".pulumi" / "stacks" / "tap" / f"{stack}.json"

    def state(self, stack: str = "local") -> dict[str, Any]:
        """The stack's deployment, as its file has it."""
        return json.loads(self.state_path(stack).read_bytes())["checkpoint"]["latest"]

    def ids(self, stack: str = "local") -> dict[str, str]:
        """Logical name -> id of what the state says is in the cloud."""
        return {
            each["urn"].rpartition("::")[2]: each["id"]
            for each in self.state(stack).get("resources", [])
            if each["custom"] and "pulumi:providers" not in each["type"]
        }

    def close(self, *, but: int = 0) -> None:
        """Stop the embedded AWS; nothing of what was started here may go on.

        but: the process of an embedded AWS that goes on all the same.
        """
        if not but:
            self("local", "stop")
        for account in self._accounts.values():
            account.close()
        left = processes_of(self.root, but)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert left == {}, left


@dataclass
class Running:
    """A process and the lines that it has put out so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def shown(self) -> str:
        return "".join(self.lines)

    def wait_for(self, text: str) -> None:
        """Until a line with that text has been put out. AssertionError if it never is."""
        with self._more:
            self._more.wait_for(lambda: self._has(text) or not self._reader.is_alive(), SHOWN_SECONDS_MAX)
            assert self._has(text), f"{text!r} was not shown:\n{self.shown}"

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """The exit code, once the process has ended and all of its output is here."""
        code = self.process.wait(RUN_SECONDS_MAX)
        self._reader.join(SHOWN_SECONDS_MAX)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def _has(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()
        with self._more:
            self._more.notify_all()


def problems(ended: subprocess.CompletedProcess[str]) -> str:
    """What a run has to say of its failure."""
    try:
        return json.dumps(json.loads(ended.stdout)["diagnostics"], indent=2)
    except (ValueError, KeyError):
        return f"{ended.stdout}\n{ended.stderr}"


def _wait_for(path: Path, seconds_max: float) -> None:
    deadline = time.monotonic() + seconds_max
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} has not come"
        time.sleep(0.02)


@contextmanager
def project_in(folder: Path) -> Iterator[Project]:
    """A fresh copy of the project in the folder, which must not be there yet; all of it stopped at the end."""
    folder.mkdir()
    copy_program(folder)
    project = Project(folder)
    try:
        yield project
    finally:
        project.close()


def copy_program(folder: Path) -> None:
    for name in PROGRAM:
        shutil.copy(ROOT / name, folder / name)


def processes_of(root: Path, but: int = 0) -> dict[int, str]:
    """The processes, besides that one, whose command line names the folder, or that work in it."""
    deadline = time.monotonic() + 20  # what was told to end may take a moment to be gone
    while found := {pid: command for pid, command in _processes_of(root).items() if pid != but}:
        if time.monotonic() > deadline:
            return found
        time.sleep(0.05)
    return {}


def _processes_of(root: Path) -> dict[int, str]:
    listed = subprocess.run(["ps", "-Aww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True)
    found = {}
    for line in listed.stdout.splitlines():
        pid, stat, command = line.split(maxsplit=2)
        if int(pid) == os.getpid() or stat.startswith("Z"):
            continue
        working = Path(f"/proc/{pid}/cwd")
        try:
            there = working.resolve().is_relative_to(root) if working.is_symlink() else False
        except OSError:
            there = False
        if there or str(root) in command:
            found[int(pid)] = command
    return found


def steps(document: dict[str, Any], *, but: tuple[str, ...] = ("same", "read")) -> dict[str, str]:
    """Logical name -> operation, of the steps of a run's document that are more than looking."""
    return {
        each["urn"].rpartition("::")[2]: each["op"]
        for each in document["steps"]
        if each["op"] not in but and each["type"] != "pulumi:pulumi:Stack"
    }
