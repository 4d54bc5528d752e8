"""Verify a stack: read what its state claims, look at what the cloud has, judge. For the CLI, pipeline and rollback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tap.errors import UsageError
from tap.project.project import Project, find_project
from tap.state.checkpoint import Checkpoint
from tap.verify.area import Area
from tap.verify.areas import AREAS
from tap.verify.audit import NAMES as AUDITS
from tap.verify.collector import collect
from tap.verify.exceptions import DEFAULT_FILE, Exemption, excuse, read_exemptions
from tap.verify.facts import Facts, Scope, Unseen
from tap.verify.facts.scope import OUTPUTS, scope_of
from tap.verify.judgement import Judgement, judge
from tap.verify.lanes import open_account, open_embedded
from tap.verify.reach.ranges import parse_range
from tap.verify.rules import RULES
from tap.verify.scoping import exported_checkpoint, recorded_checkpoint, settings_of


def verify(
    root: Path, stack: str, *, program: Path | None = None, endpoint: str = "", exported: bytes | None = None
) -> Judgement:
    """What every rule says of the stack, as it is now, but for what is accepted.

    exported None: the stack of the embedded engine in the project at `root`, on the embedded AWS that it was built on,
    or at `endpoint`. exported: a file of `pulumi stack export`, of a stack on the account of the user's own
    credentials. program: the folder whose config and accepted exceptions count, as of a release that was gone back to;
    None for the project's own. Raises TapError where there is nothing to judge, or nobody to ask.
    """
    exemptions = exemptions_of(find_project(program or root), None)
    facts = look(root, stack, program=program, endpoint=endpoint, exported=exported)
    return excuse(judge(facts, RULES.values()), exemptions, datetime.now(UTC).date())


def exemptions_of(project: Project, file: str | None) -> tuple[Exemption, ...]:
    """What the file accepts; None is the project's own one, if it has one. Raises UsageError for a bad one."""
    path = Path(file) if file is not None else project.root / DEFAULT_FILE
    return read_exemptions(path, [*RULES, *AUDITS]) if file is not None or path.is_file() else ()


def look(
    root: Path,
    stack: str,
    *,
    program: Path | None = None,
    endpoint: str = "",
    exported: bytes | None = None,
    areas: Sequence[Area] = AREAS,
) -> Facts:
    """The facts of these areas, as `verify` judges them."""
    project = find_project(root)
    settings = settings_of(find_project(program or root), stack.rpartition("/")[2])
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
