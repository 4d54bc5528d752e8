"""`make rehearse`: both acts, in a clone of what is committed, and what came of them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from rehearsal.acts import GREEN, ROLLED_BACK, STACK, Act, clone_project, commit_mistake, play_push, tap
from rehearsal.errors import NotRehearsedError
from rehearsal.slack_sink import SlackSink, slack_sink
from rehearsal.stage import STAND_INS, SWAPS, Stage
from rehearsal.world import seen_by_boto3

_AGAIN = "played in the first act"
_OUTPUT_LINES_MAX = 30


def main() -> int:
    """0 if all came as it should."""
    with tempfile.TemporaryDirectory(prefix="tap-rehearsal-") as folder, slack_sink() as sink:
        root = Path(folder).resolve() / "clone"
        clone_project(root)
        try:
            return _both_acts(root, sink)
        except NotRehearsedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        finally:
            if (root / ".venv" / "bin" / "tap").exists():
                subprocess.run([root / ".venv" / "bin" / "tap", "local", "stop"], cwd=root, check=False, timeout=60)


def _both_acts(root: Path, sink: SlackSink) -> int:
    print("Stood in for:")
    for name, instead in STAND_INS.items():
        print(f"  {name}: {instead}")
    for text, instead in SWAPS.items():
        print(f"  `{text}`: `{instead}`")
    print("  approvals of environments: given; Slack: a sink on loopback")
    print("\nFirst act: a push that goes well")
    first = play_push(Stage(root, sink.url), sink, print)
    problems = _judged(first, GREEN, {"rollback": "skipped"}, others="success")
    before = {} if problems else seen_by_boto3(root)
    print("\nSecond act: a push whose deploy fails half-way")
    commit_mistake(root)
    second = play_push(Stage(root, sink.url, {"make lint": _AGAIN, "make test": _AGAIN}), sink, print)
    problems += _judged(second, ROLLED_BACK, {"deploy": "failure"}, others="success")
    if not problems:
        after = seen_by_boto3(root)
        problems += [f"AWS is not what it was before: {kind}" for kind in before if before[kind] != after.get(kind)]
        print(f"\nAWS, seen by boto3: {sum(map(len, before.values()))} things, the same as after the first act")
        print(tap(root, "status", "-s", STACK).splitlines()[0])
    print("\nSlack was told:")
    print("\n".join(f"  {title}" for title in sink.titles))
    print("\n".join(["", *(f"FAILED: {problem}" for problem in problems)]) if problems else "\nAll came as it should.")
    return 1 if problems else 0


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
                print(f"\n{step.shown}\n" + "\n".join(step.output.splitlines()[-_OUTPUT_LINES_MAX:]))
    return problems


if __name__ == "__main__":
    sys.exit(main())
