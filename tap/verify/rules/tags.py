"""Every resource that can carry tags has those that compliance and the stack ask for."""

from __future__ import annotations

from collections.abc import Iterator

from tap.posture.tags import tag_problems
from tap.stack.tags import own_tags
from tap.verify.facts import Facts, Tagged
from tap.verify.finding import Flaw, Severity
from tap.verify.rule import rule
from tap.verify.rules.per_subject import of_each

_SUFFIX_KEY, _SUFFIX_KEY_IN_IAM = "Environment", "EnvironmentSuffix"


def _required(facts: Facts, *, iam: bool) -> dict[str, str]:
    """The stack's base tags. In IAM, to which `environment` and `Environment` are the same, the suffix is elsewhere."""
    stack = facts.scope.stack.rpartition("/")[2]  # Pulumi's own backend has names such as organization/project/stack
    required = own_tags(facts.scope.settings.get("environment_suffix") or stack, stack)
    if iam:
        required[_SUFFIX_KEY_IN_IAM] = required.pop(_SUFFIX_KEY)
    return required


@rule(
    "tags",
    severity=Severity.MEDIUM,
    title="Everything that can carry tags has `environment: production` and the stack's base tags",
    areas=("tags",),
)
@of_each(lambda facts: facts.tags, lambda tagged: tagged.id)
def tags(facts: Facts, tagged: Tagged) -> Iterator[Flaw]:
    problems = tag_problems(tagged.tags.value, iam=tagged.iam, required=_required(facts, iam=tagged.iam))
    if problems:
        yield Flaw(tagged.id, f"{tagged.name}: {'; '.join(problems)}", "`tap up --refresh` sets them again")
