"""One stack for all tests of verify: built once, looked at, then broken in every way at once, and looked at again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tap.verify.facts import Facts
from tap.verify.verification import look
from tests.faults.proxy import Fault, Rule, fault_proxy
from tests.integration.project import Project, project_in
from tests.verify.all_breakages import BREAKAGES
from tests.verify.breakages import BuiltStack


@dataclass(frozen=True)
class Story:
    """good, bad: the facts before and after. broken: the subject of each breakage, in the order of BREAKAGES.

    refused: those of the good stack as somebody sees it whom AWS refuses the calls of REFUSED. blind: the same with
    those of BLINDING. called: the calls, as a proxy saw them, that the bad facts took.
    """

    good: Facts
    bad: Facts
    broken: tuple[str, ...]
    refused: Facts
    blind: Facts
    called: frozenset[str]


REFUSED = (
    *("s3 GetBucketPolicy", "kms GetKeyPolicy", "iam ListAttachedRolePolicies", "sns GetTopicAttributes"),
    "kms ListResourceTags",
)
"""Calls that tell of one thing each."""

VANISHED = "s3 GetBucketVersioning"
"""A call that finds no bucket any more where another one just did."""

BLINDING = ("logs DescribeLogGroups", "s3 ListBuckets")
"""Calls that tell of more than one thing."""


def tell(folder: Path) -> Story:
    with project_in(folder) as project:
        aws = project.start_aws()
        project.succeed("up")
        good = look(project.root, "local")
        with fault_proxy(aws.endpoint) as proxy:
            proxy.rules = [*map(_refusing, REFUSED), replace(_refusing(VANISHED), status=404, code="NoSuchBucket")]
            refused = look(project.root, "local", endpoint=proxy.endpoint)
            proxy.rules = [*map(_refusing, BLINDING)]
            blind = look(project.root, "local", endpoint=proxy.endpoint)
        stack = BuiltStack(aws, _ids(project), project.document("outputs"))
        broken = tuple(breakage.broken(stack) for breakage in BREAKAGES)
        with fault_proxy(aws.endpoint) as proxy:
            bad = look(project.root, "local", endpoint=proxy.endpoint)
            called = frozenset(call.name for call in proxy.calls)
        return Story(good, bad, broken, refused, blind, called)


def _refusing(pattern: str) -> Rule:
    return Rule(pattern, Fault.ERROR, applied=False, status=403, code="AccessDenied")


def _ids(project: Project) -> dict[str, str]:
    return {name.removeprefix("tap-").removesuffix("-local"): id_ for name, id_ in project.ids().items()}
