"""`make rehearse`: both acts, in a clone of what is committed, and what came of them.

REHEARSE=quick leaves out the workflow's `make test`, which takes minutes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.acts import GREEN, ROLLED_BACK, Act, clone_project, commit_mistake, play_push
from rehearsal.errors import NotRehearsedError
from rehearsal.slack_sink import SlackSink, slack_sink
from rehearsal.stage import STAND_INS, SWAPS, Stage
from rehearsal.world import Inventory, seen_by_boto3

_AGAIN = {each: "played in the first act" for each in ("make lint", "make test")}
_QUICK = {"make test": "left out by REHEARSE=quick"}
_OUTPUT_LINES_MAX = 30


def main(words: Sequence[str]) -> int:
    """0 if all came as it should."""
    if list(words) not in ([], ["quick"]):
        print("error: only `quick` can be said: make rehearse REHEARSE=quick", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started ends with us
    with tempfile.TemporaryDirectory(prefix="tap-rehearsal-") as folder, slack_sink() as sink:
        root = Path(folder).resolve() / "clone"
        clone_project(root)
        try:
            return _both_acts(root, sink, _QUICK if words else {})
        except NotRehearsedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        finally:
            if (root / ".venv" / "bin" / "tap").exists():
                subprocess.run([root / ".venv" / "bin" / "tap", "local", "stop"], cwd=root, check=False, timeout=60)


def _both_acts(root: Path, sink: SlackSink, left_out: Mapping[str, str]) -> int:
    _say_what_stands_in()
    _say("First act: a push that goes well\n")
    first = play_push(Stage(root, sink.url, left_out), sink, _say)
    problems = _judged(first, GREEN, {"rollback": "skipped"}, others="success")
    if not problems:
        before = seen_by_boto3(root)
        commit_mistake(root)
        _say("Second act: a push whose deploy fails half-way\n")
        second = play_push(Stage(root, sink.url, _AGAIN | dict(left_out)), sink, _say)
        problems += _judged(second, ROLLED_BACK, {"deploy": "failure"}, others="success")
        after = seen_by_boto3(root)
        problems += [f"on AWS, {kind} is not what it was" for kind in before if before[kind] != after.get(kind)]
        _say(f"AWS, seen by boto3: {_count(before)} things after the first act, {_count(after)} after the second")
    _say("\n".join(["Slack was told:", *(f"  {title}" for title in sink.titles), ""]))
    _say("\n".join(f"FAILED: {problem}" for problem in problems) or "All came as it should; the stack is back at A.")
    return 1 if problems else 0


def _say_what_stands_in() -> None:
    _say("Stood in for:")
    for name, instead in {**STAND_INS, **{f"`{text}`": f"`{instead}`" for text, instead in SWAPS.items()}}.items():
        _say(f"  {name}: {instead}")
    _say("  the approvals of environments: given\n  Slack: a sink on loopback\n")


def _count(things: Inventory) -> int:
    return sum(map(len, things.values()))


def _say(line: str) -> None:
    print(line, flush=True)


def _judged(act: Act, told: tuple[str, ...], results: dict[str, str], *, others: str) -> list[str]:
    """What did not come as it should."""
    problems = []
    for job, result in act.run.results.items():
        if result != results.get(job, others):
            problems.append(f"job {job!r} ended in {result}")
    if act.told != told:
        problems.append(f"Slack was told {', '.join(act.told) or 'nothing'}")
    if problems:
        for step in act.run.steps:
            if step.outcome == "failure":
                _say("\n".join([step.shown, *step.output.splitlines()[-_OUTPUT_LINES_MAX:], ""]))
    return problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
