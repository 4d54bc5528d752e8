"""Cases of the rules on roles, on the delivery of flow logs, on tags, and on what is not there any more."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.roles import RolePolicy
from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy, read_policy
from tests.verify.cases import Case, nothing
from tests.verify.edits import role, role_statements, statements, with_role


def flow_log(facts: Facts) -> set[str]:
    return {log.id for log in facts.flow_logs}


def writer(facts: Facts) -> set[str]:
    return {role(facts, "flow-logs").arn}


def replicator(facts: Facts) -> set[str]:
    return {role(facts, "replication").arn}


def _with_flow_logs(**changes):
    return lambda facts: replace(facts, flow_logs=tuple(replace(each, **changes) for each in facts.flow_logs))


def _without_groups(facts: Facts) -> Facts:
    return replace(facts, logs=replace(facts.logs, groups=()))


def _without_roles(facts: Facts) -> Facts:
    return replace(facts, roles=replace(facts.roles, roles=()))


def _with_action(action):
    return role_statements(lambda found: found[0].update(Action=[*found[0]["Action"], action]))


def _without_condition(found):
    found[0].pop("Condition")


def _attached(have):
    managed = RolePolicy("ReadOnlyAccess", read_policy({"Statement": []}), attached=True)
    return Seen((*have.policies.value, managed))


def _with_tags(type_, edit):
    def change(facts: Facts) -> Facts:
        return replace(
            facts,
            tags=tuple(
                replace(each, tags=Seen(edit(dict(each.tags.value)))) if each.type == type_ else each
                for each in facts.tags
            ),
        )

    return change


def _ids(type_):
    return lambda facts: {each.id for each in facts.tags if each.type == type_}


def _without(key):
    return lambda tags: {name: value for name, value in tags.items() if name != key}


def _lost(facts: Facts) -> Facts:
    return replace(facts, logs=replace(facts.logs, gone=("/tap/local/application",)))


FLOW_LOGS = [
    Case("flow-log-delivery", "AWS says that it failed", _with_flow_logs(delivery="FAILED"), flow_log),
    Case("flow-log-delivery", "the group is gone", _without_groups, flow_log),
    Case("flow-log-delivery", "the role is gone", _without_roles, flow_log),
    Case("flow-log-delivery", "nobody may assume the role", with_role("flow-logs", trust=Policy()), writer),
    Case(
        "flow-log-delivery",
        "another account's flow logs may",
        with_role(
            "flow-logs",
            trust=statements(
                lambda found: found[0].update(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}),
                "trust",
            ),
        ),
        writer,
    ),
    Case(
        "flow-log-delivery",
        "the role writes to another group",
        with_role(
            "flow-logs",
            policies=role_statements(
                lambda found: found[0].update(Resource="arn:aws:logs:us-east-1:123456789012:log-group:other:*")
            ),
        ),
        writer,
    ),
    Case(
        "flow-log-role-trust",
        "its trust names no account",
        with_role("flow-logs", trust=statements(_without_condition, "trust")),
        writer,
    ),
    Case(
        "flow-log-role-creates-no-group",
        "it may",
        with_role("flow-logs", policies=_with_action("logs:CreateLogGroup")),
        writer,
    ),
    Case(
        "flow-log-role-creates-no-group",
        "it may by a wildcard",
        with_role("flow-logs", policies=_with_action("logs:Create*")),
        writer,
    ),
]
ROLES = [
    Case(
        "role-no-wider", "one action more", with_role("replication", policies=_with_action("s3:GetObject")), replicator
    ),
    Case("role-no-wider", "a wildcard", with_role("flow-logs", policies=_with_action("logs:Put*")), writer),
    Case(
        "role-no-wider",
        "every resource",
        with_role("flow-logs", policies=role_statements(lambda found: found[0].update(Resource="*"))),
        writer,
    ),
    Case("role-no-wider", "a managed policy", with_role("replication", policies=_attached), replicator),
    Case(
        "role-no-wider",
        "less than the specification allows",
        with_role("flow-logs", policies=role_statements(lambda found: found[0].update(Action=["logs:PutLogEvents"]))),
        nothing,
    ),
    Case(
        "role-trust-closed",
        "anybody may assume it",
        with_role("replication", trust=statements(lambda found: found[0].update(Principal="*"), "trust")),
        replicator,
    ),
    Case(
        "role-trust-closed",
        "a second service may",
        with_role(
            "flow-logs",
            trust=statements(
                lambda found: found[0].update(
                    Principal={"Service": ["vpc-flow-logs.amazonaws.com", "ec2.amazonaws.com"]}
                ),
                "trust",
            ),
        ),
        writer,
    ),
]
OTHERS = [
    Case(
        "tags",
        "compliance's tag is gone",
        _with_tags("aws:ec2/vpc:Vpc", _without("environment")),
        _ids("aws:ec2/vpc:Vpc"),
    ),
    Case(
        "tags",
        "it has another value",
        _with_tags("aws:s3/bucket:Bucket", lambda tags: {**tags, "environment": "Production"}),
        _ids("aws:s3/bucket:Bucket"),
    ),
    Case(
        "tags",
        "the suffix is missing in IAM, where its key is another",
        _with_tags("aws:iam/role:Role", _without("EnvironmentSuffix")),
        _ids("aws:iam/role:Role"),
    ),
    Case("data-exists", "a log group is gone", _lost, lambda _: {"/tap/local/application"}),
]
CASES = [*FLOW_LOGS, *ROLES, *OTHERS]
