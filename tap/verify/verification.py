"""Verify a stack: read what its state claims, look at what the cloud has, judge. For the CLI, pipeline and rollback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tap.errors import UsageError
from tap.project.project import Project, find_project
from tap.state.checkpoint import Checkpoint
from tap.verify.area import Area
from tap.verify.areas import AREAS
from tap.verify.collector import collect
from tap.verify.facts import Facts, Scope, Unseen
from tap.verify.facts.scope import OUTPUTS, scope_of
from tap.verify.judgement import Judgement, judge
from tap.verify.lanes import open_account, open_embedded
from tap.verify.reach.ranges import parse_range
from tap.verify.rules import RULES
from tap.verify.scoping import exported_checkpoint, recorded_checkpoint, settings_of


def verify(root: Path, stack: str, *, endpoint: str = "", exported: bytes | None = None) -> Judgement:
    """What every rule says of the stack, as it is now.

    exported None: the stack of the embedded engine in the project at `root`, on the embedded AWS that it was built on,
    or at `endpoint`. exported: a file of `pulumi stack export`, of a stack on the account of the user's own
    credentials. Raises TapError where there is nothing to judge, or nobody to ask.
    """
    return judge(look(root, stack, endpoint=endpoint, exported=exported), RULES.values())


def look(
    root: Path, stack: str, *, endpoint: str = "", exported: bytes | None = None, areas: Sequence[Area] = AREAS
) -> Facts:
    """The facts of these areas, as `verify` judges them."""
    project = find_project(root)
    settings = settings_of(project, stack.rpartition("/")[2])
    checkpoint = _checkpoint(project, stack, exported)
    scope = scope_of(checkpoint, project.name, stack, settings)
    _require_range(scope)
    clients = open_embedded(project.root, checkpoint, scope, endpoint) if exported is None else open_account(scope)
    facts = collect(scope, clients, areas)
    return replace(facts, unseen=(*facts.unseen, *_untold(scope)))


def _untold(scope: Scope) -> Iterator[Unseen]:
    """What the state can not tell: how the operations of a run that was killed ended, and who is who."""
    for urn in scope.pending:
        why = "an operation on it was begun, and how it ended is not known; `tap up --refresh` settles it"
        yield Unseen("state", "(state)", urn, why)
    if missing := scope.missing_outputs:
        yield Unseen(OUTPUTS, "(state)", "", f"the stack's outputs do not name {', '.join(missing)}")


def _checkpoint(project: Project, stack: str, exported: bytes | None) -> Checkpoint:
    return recorded_checkpoint(project, stack) if exported is None else exported_checkpoint(exported, stack)


def _require_range(scope: Scope) -> None:
    if parse_range(scope.allowed_cidr) is None:
        raise UsageError(
            f"allowed_cidr is {scope.allowed_cidr!r}, which is no range of addresses",
            hint="give one such as 10.0.0.0/8",
        )
