"""Throttling, errors, lost connections, full disks, damaged files: each ends in success or one clear error.

`python -m soak.faults` tries every case of `soak.fault_cases` with the real `tap`. A case passes if the run ends with
the right exit code; a failure is one error for each resource that failed, with what AWS said and what to do about it,
and no traceback; what was made is in the state, so that the next run, the fault being gone, does not make it again;
and that run ends as `soak.crash_matrix` demands it of every run after a kill.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from soak.crash_matrix import Normal, Story, after_a_rerun, undisturbed
from soak.fault_cases import CASES, Begins, Case, Harm
from soak.harms import going_away, harmed
from soak.kill_points import Kind, Point, install
from soak.row import Row
from soak.world import Workshop, World, worlds
from tests.faults.proxy import Proxy, fault_proxy
from tests.integration.project import SMALL

RUN_SECONDS_MAX = 600


@dataclass(frozen=True)
class Verdict:
    """How a case went. code: of the run that met the fault; struck: calls that met one; problems: () if it passed."""

    case: str
    code: int
    struck: int
    problems: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Ran:
    """A `tap` in a process of its own that has ended."""

    code: int
    document: Mapping[str, Any]
    shown: str

    @property
    def errors(self) -> list[str]:
        """Each error with its code, hint and URN; without the one that only says that there were any."""
        said = [*self.document.get("diagnostics", ()), self.document.get("error") or {}]
        told = [" ".join(str(one.get(key, "")) for key in ("urn", "code", "message", "hint")) for one in said if one]
        errors = [text for text, one in zip(told, filter(None, said), strict=True) if one.get("severity") != "warning"]
        return [text for text in errors if "update failed" not in text]


def run_tap(root: Path, endpoint: str, *arguments: str, limits: Callable[[], None] | None = None) -> Ran:
    command = [sys.executable, "-m", "tap.cli.main", "up", "--endpoint", endpoint, "--yes", "--skip-preview", "--json"]
    ended = subprocess.run(
        [*command, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        stdin=subprocess.DEVNULL,
        preexec_fn=limits,
        check=False,
    )
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        document = {}
    return Ran(ended.returncode, document, ended.stdout[-3000:] + ended.stderr)


class Sweep:
    """What all cases share: one small stack, what it comes to undisturbed, and it built."""

    def __init__(self, workshop: Workshop, stack: ExitStack) -> None:
        self._workshop = workshop
        fresh = workshop.scene("small", config=SMALL)
        self.story = Story("faults", "up", fresh)
        self.normal: Normal = undisturbed(workshop, self.story)
        self._scenes = {Begins.NOTHING: fresh}
        self._scenes[Begins.BUILT] = stack.enter_context(workshop.after(fresh, "small-built", _build))
        self._scenes[Begins.KILLED] = stack.enter_context(workshop.after(fresh, "small-killed", self._kill))

    def _kill(self, world: World) -> None:
        writes = sum(point.kind is Kind.JOURNAL_SYNCED for point in self.normal.points)
        point = Point(Kind.JOURNAL_SYNCED, "", writes // 2)
        if not world.tap("up", before=partial(install, world.root, kill_at=point)).killed:
            raise RuntimeError("the run that was to be killed came to its end")

    def try_out(self, case: Case, seed: int) -> Verdict:
        began = time.monotonic()
        with self._workshop.world(self._scenes[case.begins]) as world:
            with fault_proxy(world.account.endpoint, seed=seed) as proxy:
                proxy.rules = [*going_away(case.harm, world), *case.rules]
                with harmed(case, world, random.Random(f"{seed} {case.name}")) as limits:  # noqa: S311  - no secret
                    ran = run_tap(world.root, proxy.endpoint, limits=limits)
                    problems = [*_problems_of(case, ran), *self._forgotten(case, world, ran, proxy)]
            problems += after_a_rerun(world, self.story, self.normal)
        return Verdict(case.name, ran.code, len(proxy.faults), tuple(problems), time.monotonic() - began)

    def _forgotten(self, case: Case, world: World, ran: Ran, proxy: Proxy) -> Iterator[str]:
        """What the run said that it has made, and the state does not hold."""
        if case.begins is Begins.BUILT or case.harm in (Harm.JOURNAL_FLIPPED, Harm.AWS_AWAY):
            return
        done = {
            one["urn"] for one in ran.document.get("steps", ()) if one["status"] == "done" and one["op"] == "create"
        }
        held = {held.urn for held in world.store.load().resources}
        if done - held:
            yield f"done and not in the state: {sorted(done - held)}"


def _build(world: World) -> None:
    ended = world.tap("up")
    if ended.code:
        raise RuntimeError(f"building failed: {ended.said}")


def _problems_of(case: Case, ran: Ran) -> Iterator[str]:
    if ran.code not in case.codes:
        yield f"it ended with {ran.code}: {ran.errors or ran.shown}"
    if "Traceback" in ran.shown:
        yield f"a traceback: {ran.shown}"
    if ran.code == 0:
        return
    if not ran.errors:
        yield f"no error was told: {ran.shown}"
    if ran.errors and not all(any(text in error for error in ran.errors) for text in case.says):
        yield f"the errors do not say {case.says}: {ran.errors}"


# -- all of it ---------------------------------------------------------------------------------------------------------


def sweep(cases: Sequence[Case], seed: int, tell: Callable[[Verdict], None]) -> list[Verdict]:
    with worlds() as workshop, ExitStack() as stack:
        shared = Sweep(workshop, stack)
        verdicts = []
        for case in cases:
            verdicts.append(shared.try_out(case, seed))
            tell(verdicts[-1])
        return verdicts


def rows_of(verdicts: Sequence[Verdict]) -> list[Row]:
    def good(some: Sequence[Verdict]) -> int:
        return sum(not verdict.problems for verdict in some)

    throttled = [verdict for verdict in verdicts if verdict.case.startswith("throttling")]
    failed = next((verdict.case for verdict in throttled if verdict.code), "none")
    rows = [
        Row(
            "faults: ends in success or one clear error, and the next run converges",
            f"{good(verdicts)} of {len(verdicts)}, {sum(verdict.seconds for verdict in verdicts):.0f} s",
            "all",
            good(verdicts) == len(verdicts),
        )
    ]
    if throttled:
        rows.append(Row("  the lowest throttling at which `up` fails (resumably)", failed, "-", good=True))
    return rows


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m soak.faults", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="cases whose name begins so; may be repeated")
    parser.add_argument("--quick", action="store_true", help="the cases that every test run tries")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON document for each case")
    options = parser.parse_args(arguments)
    cases = [case for case in CASES if case.quick or not options.quick]
    cases = [case for case in cases if not options.only or case.name.startswith(tuple(options.only))]

    def tell(verdict: Verdict) -> None:
        if options.json:
            print(json.dumps(asdict(verdict)), flush=True)
        else:
            ends = "; ".join(verdict.problems) or f"exit code {verdict.code}"
            print(f"{verdict.case}: {verdict.struck} faults, {verdict.seconds:.1f} s: {ends}", flush=True)

    verdicts = sweep(cases, options.seed, tell)
    if not options.json:
        for row in rows_of(verdicts):
            print(f"{row.what}: {row.result}")
    return int(any(verdict.problems for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
