"""One stack for all tests of verify: built once, looked at, then broken in every way at once, and looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tap.verify.facts import Facts
from tap.verify.verification import look
from tests.integration.project import Project, project_in
from tests.verify.all_breakages import BREAKAGES
from tests.verify.breakages import BuiltStack


@dataclass(frozen=True)
class Story:
    """good, bad: the facts before and after. broken: the subject of each breakage, in the order of BREAKAGES."""

    good: Facts
    bad: Facts
    broken: tuple[str, ...]


def tell(folder: Path) -> Story:
    with project_in(folder) as project:
        aws = project.start_aws()
        project.succeed("up")
        good = look(project.root, "local")
        stack = BuiltStack(aws, _ids(project), project.document("outputs"))
        broken = tuple(breakage.broken(stack) for breakage in BREAKAGES)
        return Story(good, look(project.root, "local"), broken)


def _ids(project: Project) -> dict[str, str]:
    return {name.removeprefix("tap-").removesuffix("-local"): id_ for name, id_ in project.ids().items()}
