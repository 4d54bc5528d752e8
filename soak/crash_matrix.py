"""The real `tap`, SIGKILLed at every write of the journal, every touch of a file and every call of AWS; then run again.

`python -m soak.crash_matrix` runs all of it. A case: run and be killed, run again, look. It passes if the second run
succeeds; nothing is in the account that the undisturbed run does not have, nothing missing, nothing twice; the state
keeps Pulumi's rules, holds what the undisturbed run's does, and has nothing pending; the outputs have the undisturbed
run's shape; and a third run, which compares the state with AWS as well, finds nothing to do.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, TextIO

from soak.edited_program import AFTER, BEFORE
from soak.kill_points import Kind, Point, install, note_in, noted_in
from soak.verdicts import STORIES, Verdict, as_line, points_line, read_verdicts, rows_in
from soak.world import Scene, Workshop, World, shape, worlds, write_program
from tap.errors import TapError
from tap.state.integrity import integrity_problems

SECONDS_MAX = 7200
PROCESSES = 2
AGREEING_SECONDS_MAX = 600


@dataclass(frozen=True)
class Story:
    """What is killed: a command, and what it begins with."""

    name: str
    command: str
    scene: Scene


@dataclass(frozen=True)
class Normal:
    """What the undisturbed run comes to."""

    points: tuple[Point, ...]
    counts: dict[str, int]
    urns: list[str]
    outputs: Any


@contextmanager
def story_of(workshop: Workshop, name: str) -> Iterator[Story]:
    """`up` and `destroy` of the whole stack; `update`: a program of all kinds of changes, which is smaller."""
    with ExitStack() as stack:
        if name == "update":
            first = stack.enter_context(workshop.after(workshop.scene("before", BEFORE), "first-built", _build))
            write_program(first.folder, AFTER, None)
            yield Story(name, "up", first)
        elif name == "destroy":
            empty = workshop.scene("stack-to-build")
            built = stack.enter_context(workshop.after(empty, "stack-built", _build))
            yield Story(name, "destroy", built)
        else:
            yield Story(name, "up", workshop.scene("stack"))


def _build(world: World) -> None:
    _must(world.tap("up"), "building")


def _must(ended: Any, doing: str) -> None:
    if ended.code != 0:
        raise RuntimeError(f"{doing} failed with {ended.code}: {ended.said}")


def undisturbed(workshop: Workshop, story: Story) -> Normal:
    """The run without a kill, and which points it comes by."""
    with workshop.world(story.scene) as world:
        notes = workshop.folder / "points"
        notes.unlink(missing_ok=True)
        _must(world.tap(story.command, before=partial(_noting, world.root, notes)), story.name)
        again = world.tap(story.command, *_quietly(story))
        _must(again, f"the second {story.name}")
        urns = [resource.urn for resource in world.store.load().resources]
        return Normal(tuple(noted_in(notes)), world.counts(), sorted(urns), shape(again.document.get("outputs")))


def _noting(root: Path, notes: Path) -> None:
    install(root, note=note_in(notes))


def _quietly(story: Story) -> tuple[str, ...]:
    return ("--refresh", "--expect-no-changes") if story.command == "up" else ()


def try_out(workshop: Workshop, story: Story, normal: Normal, point: Point) -> Verdict:
    """One case."""
    began = time.monotonic()
    with workshop.world(story.scene) as world:
        first = world.tap(story.command, before=partial(install, world.root, kill_at=point))
        problems = [] if first.killed or first.code == 0 else [f"the first run ended with {first.code}: {first.said}"]
        problems += after_a_rerun(world, story, normal)
        return Verdict(story.name, point, first.killed, tuple(problems), time.monotonic() - began)


def after_a_rerun(world: World, story: Story, normal: Normal) -> list[str]:
    """Run again what did not come to its end, and tell what is not as it would have been."""
    again = world.tap(story.command)
    if again.code != 0:
        return [f"the next run ended with {again.code}: {again.said}"]
    quiet = world.tap(story.command, *_quietly(story))
    if quiet.code != 0:
        changed = [f"{one['op']} {one['urn'].rpartition('::')[2]}" for one in quiet.document.get("steps", [])]
        changed = [text for text in changed if not text.startswith(("same", "refresh", "read"))]
        return [f"the third run ended with {quiet.code}: {quiet.said}; {changed}"]
    return [*_state_problems(world, normal), *_differences(world.counts(), normal), *_output_problems(quiet, normal)]


def _state_problems(world: World, normal: Normal) -> Iterable[str]:
    try:
        state = world.store.load()
    except TapError as error:
        return [f"the state can not be read: {error}"]
    problems = list(integrity_problems(state))
    if state.pending:
        problems.append(f"pending: {[operation.resource.urn for operation in state.pending]}")
    urns = sorted(resource.urn for resource in state.resources)
    if urns != normal.urns:
        problems.append(f"the state has {_more(urns, normal.urns)} more and lacks {_more(normal.urns, urns)}")
    paths = world.store.paths
    left = [path for path in (world.root / ".tap").rglob("*.draft")]
    left += [path for path in (paths.journal, *_files(paths.pulumi_locks)) if path.exists()]
    return [*problems, *(f"left behind: {path.relative_to(world.root)}" for path in left)]


def _files(folder: Path) -> Iterable[Path]:
    return folder.iterdir() if folder.is_dir() else ()


def _more(these: Sequence[str], those: Sequence[str]) -> list[str]:
    return [urn.rpartition("::")[2] for urn in (Counter(these) - Counter(those)).elements()]


def _differences(found: dict[str, int], normal: Normal) -> Iterable[str]:
    for kind in sorted(found.keys() | normal.counts.keys()):
        more = found.get(kind, 0) - normal.counts.get(kind, 0)
        if more:
            yield f"{abs(more)} {kind} too {'many' if more > 0 else 'few'}"


def _output_problems(quiet: Any, normal: Normal) -> Iterable[str]:
    if shape(quiet.document.get("outputs")) != normal.outputs:
        yield f"the outputs are {quiet.document.get('outputs')}"


# -- all of it, in processes -------------------------------------------------------------------------------------------


def sample(points: Sequence[Point], size: int, seed: int) -> list[Point]:
    """So many points (0: all), of every kind equally many as far as there are, the same ones for the same seed.

    In an order in which the first ones are a fair sample, too: for a run that has to end before it has tried all.
    """
    dice = random.Random(seed)  # noqa: S311  - no secret
    by_kind = {
        kind: dice.sample(found, len(found)) for kind in Kind if (found := [p for p in points if p.kind == kind])
    }
    chosen: list[Point] = []
    while any(by_kind.values()):
        chosen += [found.pop() for found in by_kind.values() if found]
    return chosen[: size or None]


def try_sample(workshop: Workshop, name: str, size: int, seed: int = 1) -> list[Verdict]:
    """So many points of a story, one after the other."""
    with story_of(workshop, name) as story:
        normal = undisturbed(workshop, story)
        return [try_out(workshop, story, normal, point) for point in sample(sorted(set(normal.points)), size, seed)]


def _work(name: str, part: int, options: argparse.Namespace, verdicts: Path, agreed: Queue[list[Point]]) -> None:
    """One process's part of a story's points, those that were judged before left out.

    agreed: how the first process tells the others which points there are. In each one's own undisturbed run they differ
    a little, with what is written or asked in one go, and some would be nobody's.
    """
    done = {verdict.point for verdict in read_verdicts(verdicts) if verdict.story == name}
    with worlds() as workshop, story_of(workshop, name) as story, verdicts.open("a") as file:
        normal = undisturbed(workshop, story)
        if part == 0:
            every = sorted(set(normal.points))
            _append(file, points_line(name, every))
            for _ in range(options.processes - 1):
                agreed.put(every)
        else:
            every = agreed.get(timeout=AGREEING_SECONDS_MAX)
        chosen = sample(every, options.sample, options.seed)
        points = [each for number, each in enumerate(chosen) if number % options.processes == part and each not in done]
        began = time.monotonic()
        for number, point in enumerate(points, 1):
            if time.monotonic() - began > options.seconds:
                break
            verdict = try_out(workshop, story, normal, point)
            _append(file, as_line(verdict))
            if verdict.problems:
                print(f"{name}: {point}: {'; '.join(verdict.problems)}", file=sys.stderr, flush=True)
            if number % 50 == 0:
                print(f"{name}: {number} of {len(points)}", file=sys.stderr, flush=True)


def _append(file: TextIO, line: str) -> None:
    file.write(line)
    file.flush()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m soak.crash_matrix", description=__doc__)
    parser.add_argument("--story", choices=STORIES, action="append", help="only this one; may be repeated")
    parser.add_argument("--sample", type=int, default=0, help="only so many points of each story")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=SECONDS_MAX, help="how long to go on for, per story")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--verdicts", type=Path, help="a file of verdicts to go on from, and to write to")
    options = parser.parse_args(arguments)
    verdicts = options.verdicts or Path(f"crash-matrix-{int(time.time())}.jsonl")
    began, broken_off = time.monotonic(), 0
    for name in options.story or STORIES:
        spawn = multiprocessing.get_context("spawn")
        agreed: Queue[list[Point]] = spawn.Queue()
        parts = [
            spawn.Process(target=_work, args=(name, part, options, verdicts, agreed), daemon=True)
            for part in range(options.processes)
        ]
        for process in parts:
            process.start()
        for process in parts:
            process.join()
        broken_off += sum(process.exitcode != 0 for process in parts)
    for row in rows_in(verdicts):
        print(f"{row.story}, killed at {row.kind}: {row}")
    print(f"{time.monotonic() - began:.0f} s")
    if broken_off:
        # What it had not judged would be missing from the figures without a word.
        print(f"{broken_off} of the processes broke off: see above", file=sys.stderr)
    return int(broken_off > 0 or any(verdict.problems for verdict in read_verdicts(verdicts)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
