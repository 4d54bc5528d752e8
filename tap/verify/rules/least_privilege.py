"""Whether the stack's roles may do more than what they are for.

What they are for is written here a second time, as the stack's specification has it, and not taken from the code that
makes the roles: otherwise it could only say yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tap.verify.facts import Facts
from tap.verify.facts.roles import Role
from tap.verify.facts.seen import CannotTellError
from tap.verify.finding import Flaw, Severity
from tap.verify.policies.asking import strangers
from tap.verify.policies.document import Statement
from tap.verify.policies.matching import fits
from tap.verify.rule import rule
from tap.verify.rules.flow_log_delivery import SERVICE as FLOW_LOGS
from tap.verify.rules.per_subject import of_each
from tap.verify.rules.replication import SERVICE as S3

_UP = "`tap up --refresh` sets it again"

Grant = tuple[str, str]
"""An action and a resource, patterns both."""

of_each_role = of_each(lambda facts: facts.roles.roles, lambda role: role.arn)


@rule(
    "role-no-wider",
    severity=Severity.HIGH,
    title="No role may do more than what the stack needs it for",
    areas=("roles", "logs", "storage"),
)
@of_each_role
def role_no_wider(facts: Facts, role: Role) -> Iterator[Flaw]:
    allowed = _allowed(facts, role)
    if allowed is None:
        yield Flaw(role.arn, "the stack needs no role that is trusted like this one", "delete it, or except it")
        return
    for policy in role.policies.value:
        if policy.attached:
            yield Flaw(role.arn, f"the managed policy {policy.name} is attached to it", f"detach {policy.name}")
            continue
        if policy.policy.problem:
            raise CannotTellError(f"{policy.name} {policy.policy.problem}")
        wider = [said for statement in policy.policy.statements for said in _wider(statement, allowed)]
        if wider:
            yield Flaw(role.arn, f"{policy.name} allows more than is needed: {', '.join(wider)}", _UP)


@rule(
    "role-trust-closed",
    severity=Severity.CRITICAL,
    title="Nobody but the one service that it is for may assume a role",
    areas=("roles",),
)
@of_each_role
def role_trust_closed(facts: Facts, role: Role) -> Iterator[Flaw]:
    for sid, who in strangers(role.trust, facts.scope.accounts):
        if who != f"{S3} for any account":  # another's bucket would need iam:PassRole here, S3's own guidance is so
            yield Flaw(role.arn, f"{sid} of its trust lets in {who}", _UP)
    trusted = {who for statement in role.trust.statements for _, who in statement.principals or ()}
    if len(trusted) > 1:
        yield Flaw(role.arn, f"more than one may assume it: {', '.join(sorted(trusted))}", _UP)


def _wider(statement: Statement, allowed: frozenset[Grant]) -> Iterator[str]:
    """What a statement allows beyond that. Its conditions only narrow it, and are not looked at."""
    if not statement.allows:
        return
    if statement.other_than:
        yield f"all but {', '.join(statement.actions)}"
        return
    for action in statement.actions:
        for resource in statement.resources:
            if not any(fits(action, one, fold=True) and fits(resource, other) for one, other in allowed):
                yield f"{action} on {resource}"


def _allowed(facts: Facts, role: Role) -> frozenset[Grant] | None:
    """What a role is for, by who may assume it; None for one that the specification does not know."""
    trusted = {who for statement in role.trust.statements for _, who in statement.principals or ()}
    if FLOW_LOGS in trusted:
        return _for_flow_logs(_group_arn(facts))
    if S3 in trusted:
        return _for_replication(*(_bucket_arn(facts, name) for name in ("app", "backup")))
    return None


def _for_flow_logs(group: str) -> frozenset[Grant]:
    """Part 2.4: its policy covers only the infrastructure's log group, and has no logs:CreateLogGroup."""
    actions = ("CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams")
    return frozenset((f"logs:{name}", resource) for name in actions for resource in (group, f"{group}:*"))


def _for_replication(source: str, destination: str) -> frozenset[Grant]:
    """Part 2.2: read the source's versions, replicate objects, deletes and tags into the destination."""
    on_source = ("GetReplicationConfiguration", "ListBucket")
    on_versions = ("GetObjectVersionForReplication", "GetObjectVersionAcl", "GetObjectVersionTagging")
    on_replicas = ("ReplicateObject", "ReplicateDelete", "ReplicateTags")
    return frozenset(
        [
            *((f"s3:{name}", source) for name in on_source),
            *((f"s3:{name}", f"{source}/*") for name in on_versions),
            *((f"s3:{name}", f"{destination}/*") for name in on_replicas),
        ]
    )


def _group_arn(facts: Facts) -> str:
    name = _output(facts, "cloudwatch_log_groups", "infrastructure")
    found = next((group.arn for group in facts.logs.groups if group.name == name), "")
    if not found:
        raise CannotTellError(f"the log group {name} that the role is for is not there")
    return found


def _bucket_arn(facts: Facts, role: str) -> str:
    name = _output(facts, "s3_bucket_names", role)
    found = next((bucket.arn for bucket in facts.storage.buckets if bucket.name == name), "")
    if not found:
        raise CannotTellError(f"the bucket {name} that the role is for is not there")
    return found


def _output(facts: Facts, output: str, key: str) -> str:
    told = facts.scope.outputs.get(output)
    if not isinstance(told, Mapping) or not told.get(key):
        raise CannotTellError(f"the stack's output {output} does not name the {key} one")
    return str(told[key])
