"""Two of the real `tap` at once: one works, the other says who holds the stack since when, and nothing is harmed.

`python -m soak.races` prints the figures. After each meeting the stack has to be what one undisturbed run makes of it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from soak.crash_matrix import Normal, Story, after_a_rerun, undisturbed
from soak.lock_races import Races, Takeovers, race, takeovers
from soak.row import Row
from soak.world import MEMORY, Scene, Workshop, World, worlds
from tests.faults.proxy import Fault, Rule, fault_proxy
from tests.integration.project import SMALL, Project, project_in

RUN_SECONDS_MAX = 600
HELD_SECONDS_MAX = 300
ENTRIES = 10_000
TAKEOVERS = 100
TAKEOVER_MILLISECONDS_MAX = 100
_LOCKED = re.compile(
    r"the stack is currently locked by 1 lock\(s\).*`tap cancel`.*"
    r"created by \S+@\S+ \(pid (?P<pid>\d+)\) at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    re.DOTALL,
)


@dataclass(frozen=True)
class Verdict:
    """How a meeting went. problems: () if as it has to."""

    meeting: str
    problems: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Ran:
    """A `tap` that has ended; pid: its process's."""

    pid: int
    code: int
    shown: str

    def refused_for(self, holder: int) -> Iterator[str]:
        """What is wrong with it as the refusal of a stack that the process `holder` holds."""
        told = _LOCKED.search(self.shown)
        if self.code != 1:
            yield f"it ended with {self.code}: {self.shown}"
        elif told is None or int(told["pid"]) != holder:
            yield f"it does not say that {holder} holds the stack: {self.shown}"
        if "Traceback" in self.shown:
            yield f"a traceback: {self.shown}"

    def succeeded(self) -> Iterator[str]:
        if self.code != 0:
            yield f"it ended with {self.code}: {self.shown[-2000:]}"


class Command:
    """A `tap` in a process of its own, that may still run."""

    def __init__(self, world: World, *arguments: str, endpoint: str = "") -> None:
        command, *options = arguments
        words = [sys.executable, "-m", "tap.cli.main", command, "--endpoint", endpoint or world.account.endpoint]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  - as long as the process
        self._process = subprocess.Popen(
            [*words, *options], cwd=world.root, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> Ran:
        code = self._process.wait(RUN_SECONDS_MAX)
        self._output.seek(0)
        shown = self._output.read().decode(errors="replace")
        self._output.close()
        return Ran(self.pid, code, shown)


class Meetings:
    """Each method is one meeting in a fresh world; it tells what went wrong."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._fresh: Scene = workshop.scene("small", config=SMALL)
        self._story = Story("races", "up", self._fresh)
        self._normal: Normal = undisturbed(workshop, self._story)

    def two_ups(self) -> Iterator[str]:
        with self._workshop.world(self._fresh) as world:
            ended = [one.end() for one in [Command(world, "up", *_AGREED) for _ in range(2)]]
            worked, refused = sorted(ended, key=lambda one: one.code)
            yield from worked.succeeded()
            yield from refused.refused_for(worked.pid)
            yield from self._converged(world)

    def preview_during_up(self) -> Iterator[str]:
        with self._up_held_up() as (world, up):
            yield from Command(world, "preview").end().succeeded()
            yield from up().succeeded()
            yield from self._converged(world)

    def destroy_during_up(self) -> Iterator[str]:
        with self._up_held_up() as (world, up):
            refused = Command(world, "destroy", *_AGREED).end()
            worked = up()
            yield from refused.refused_for(worked.pid)
            yield from worked.succeeded()
            yield from self._converged(world)

    def up_after_a_killed_up(self) -> Iterator[str]:
        """The lock of the killed one keeps nobody out."""
        with self._up_held_up(kill=True) as (world, up):
            if up().code >= 0:
                yield "it was to be killed, and ended"
            yield from Command(world, "up", *_AGREED).end().succeeded()
            yield from self._converged(world)

    def local_stop_during_up(self) -> Iterator[str]:
        yield from self._without_its_aws(_stop)

    def aws_killed_during_up(self) -> Iterator[str]:
        yield from self._without_its_aws(lambda project: os.kill(project.aws_pid, signal.SIGKILL))

    def _without_its_aws(self, end: Callable[[Project], None]) -> Iterator[str]:
        """The project's own AWS ends in the middle: `up` says so, and the next one builds everything anew."""
        with tempfile.TemporaryDirectory() as folder, project_in(Path(folder) / "project") as project:
            project.use_python_of(self._workshop.environment)
            project.configure(**_SMALL)
            project.start_aws()
            project.hold()
            with project.running("up") as up:
                project.wait_until_held()
                end(project)
                project.let_go()
                code = up.end()
            if code != 1 or "no answer from AWS" not in up.shown or "Traceback" in up.shown:
                yield f"up ended with {code}: {up.shown[-2000:]}"
            yield from _rebuilt(project)

    def _converged(self, world: World) -> Iterator[str]:
        yield from after_a_rerun(world, self._story, self._normal)

    @contextmanager
    def _up_held_up(self, *, kill: bool = False) -> Iterator[tuple[World, Callable[[], Ran]]]:
        """A world in which an `up` is in the middle; what lets it go on (or kills it) and waits for its end."""
        held, go_on = threading.Event(), threading.Event()

        def hold(_: Any) -> None:
            held.set()
            go_on.wait(HELD_SECONDS_MAX)

        with self._workshop.world(self._fresh) as world, fault_proxy(world.account.endpoint) as proxy:
            proxy.rules = [Rule("ec2 CreateRouteTable", Fault.NONE, times=1, after=hold)]
            up = Command(world, "up", *_AGREED, endpoint=proxy.endpoint)

            def end() -> Ran:
                if kill:
                    up._process.kill()
                go_on.set()
                return up.end()

            try:
                if not held.wait(HELD_SECONDS_MAX):
                    raise RuntimeError(f"up did not come to a route table: {end().shown}")
                yield world, end
            finally:
                go_on.set()


_AGREED = ("--yes", "--skip-preview")
_SMALL: dict[str, Any] = dict(SMALL)
MEETINGS: dict[str, Callable[[Meetings], Iterator[str]]] = {
    "two ups at once": Meetings.two_ups,
    "preview during up": Meetings.preview_during_up,
    "destroy during up": Meetings.destroy_during_up,
    "up after a killed up": Meetings.up_after_a_killed_up,
    "local stop during up": Meetings.local_stop_during_up,
    "the embedded AWS killed during up": Meetings.aws_killed_during_up,
}


def _stop(project: Project) -> None:
    project.succeed("local", "stop")


def _rebuilt(project: Project) -> Iterator[str]:
    for arguments in (("up",), ("up", "--expect-no-changes")):
        again = project(*arguments)
        yield from Ran(0, again.returncode, again.stdout + again.stderr).succeeded()


def meet(names: Sequence[str], rounds: int, tell: Callable[[Verdict], None]) -> list[Verdict]:
    verdicts = []
    with worlds() as workshop, ExitStack():
        meetings = Meetings(workshop)
        for name in [name for name in names for _ in range(rounds)]:
            began = time.monotonic()
            problems = tuple(MEETINGS[name](meetings))
            verdicts.append(Verdict(name, problems, time.monotonic() - began))
            tell(verdicts[-1])
    return verdicts


def lock_figures(entries: int, count: int) -> tuple[Races, Takeovers]:
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place, prefix="tap-races-") as folder:
        return race(Path(folder), entries, processes=4), takeovers(Path(folder), count)


def rows_of(verdicts: Sequence[Verdict], races: Races, taken: Takeovers) -> list[Row]:
    good = sum(not verdict.problems for verdict in verdicts)
    seconds = sum(verdict.seconds for verdict in verdicts)
    worst = f"{taken.worst:.0f} ms at most, {taken.median:.0f} ms median, of {taken.count}"
    return [
        Row("races: `tap` meets `tap`", f"{good} of {len(verdicts)}, {seconds:.0f} s", "all", good == len(verdicts)),
        Row(
            f"  double entries in {races.entries:,} entries of 4 processes ({races.refusals:,} refusals)",
            f"{races.doubled}, {races.seconds:.0f} s",
            "0",
            races.doubled == 0,
        ),
        Row(
            "  takeover of a killed holder's lock",
            worst,
            f"{TAKEOVER_MILLISECONDS_MAX} ms",
            taken.worst < TAKEOVER_MILLISECONDS_MAX,
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m soak.races", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each meeting")
    parser.add_argument("--only", choices=MEETINGS, action="append", help="only this meeting; may be repeated")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--takeovers", type=int, default=TAKEOVERS)
    parser.add_argument("--json", action="store_true", help="one JSON document for each meeting, and no figures")
    options = parser.parse_args(arguments)

    def tell(verdict: Verdict) -> None:
        if options.json:
            print(json.dumps(asdict(verdict)), flush=True)
        elif verdict.problems:
            print(f"{verdict.meeting}: {'; '.join(verdict.problems)}", flush=True)

    verdicts = meet(options.only or tuple(MEETINGS), options.rounds, tell)
    if not options.json:
        for row in rows_of(verdicts, *lock_figures(options.entries, options.takeovers)):
            print(f"{row.what}: {row.result} (expected: {row.expected})")
    return int(any(verdict.problems for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
