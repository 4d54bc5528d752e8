"""Whether flow logs can be written, by whom, and by nobody else's leave."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts, FlowLog
from tap.verify.facts.logs import LogGroup
from tap.verify.facts.roles import Role
from tap.verify.facts.seen import CannotTellError
from tap.verify.finding import Flaw, Severity
from tap.verify.policies.asking import allows, refused
from tap.verify.policies.evaluation import Request
from tap.verify.policies.matching import ANY_KEY
from tap.verify.rule import rule
from tap.verify.rules.per_subject import of_each

SERVICE = "vpc-flow-logs.amazonaws.com"

_TO_LOGS = "cloud-watch-logs"
_UP = "`tap up --refresh` sets it again"

of_each_flow_log = of_each(lambda facts: facts.flow_logs, lambda log: log.id)


def _group(facts: Facts, log: FlowLog) -> LogGroup | None:
    return next((group for group in facts.logs.groups if group.name == log.group), None)


def _assume(role: Role, log: FlowLog, group: LogGroup, account: str) -> Request:
    """Flow logs of that account ask to assume the role."""
    partition, region = group.arn.split(":")[1], group.arn.split(":")[3]
    source = f"arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{log.id}"
    return Request("sts:AssumeRole", role.arn, SERVICE, {"aws:sourceaccount": account, "aws:sourcearn": source})


@rule(
    "flow-log-delivery",
    severity=Severity.HIGH,
    title="Flow logs can be written: the group is there, and their role may write to it",
    areas=("flow_logs", "logs", "roles"),
)
@of_each_flow_log
def flow_log_delivery(facts: Facts, log: FlowLog) -> Iterator[Flaw]:
    if log.destination != _TO_LOGS:
        raise CannotTellError(f"delivery to {log.destination or 'an unknown place'} is not judged")
    if log.delivery == "FAILED":
        yield Flaw(log.id, f"AWS could not deliver it: {log.why_failed or 'it does not say why'}", _UP)
    group, role = _group(facts, log), facts.roles.by_arn(log.role_arn)
    if group is None:
        yield Flaw(log.id, f"its log group {log.group} is not there, or not the stack's", _UP)
    if role is None:
        yield Flaw(log.id, f"its role {log.role_arn or '(none)'} is not there, or not the stack's", _UP)
    if group is not None and role is not None:
        yield from _refused(log, group, role)


def _refused(log: FlowLog, group: LogGroup, role: Role) -> Iterator[Flaw]:
    if not allows([role.trust], _assume(role, log, group, group.arn.split(":")[4])):
        yield Flaw(role.arn, f"flow logs may not assume it: {log.id} is not written", _UP)
    if role.boundary:
        raise CannotTellError(f"the role {role.name} has a permissions boundary, which is not judged")
    stream = f"{group.arn}:log-stream:{ANY_KEY}"
    needed = [Request("logs:CreateLogStream", stream), Request("logs:PutLogEvents", stream)]
    if missing := refused([each.policy for each in role.policies.value], needed):
        said = ", ".join(request.action for request in missing)
        yield Flaw(role.arn, f"flow logs need {said} on {group.name}, which its policies do not allow", _UP)


@rule(
    "flow-log-role-trust",
    severity=Severity.MEDIUM,
    title="Flow logs of this account only may assume the role",
    areas=("flow_logs", "logs", "roles"),
)
@of_each_flow_log
def flow_log_role_trust(facts: Facts, log: FlowLog) -> Iterator[Flaw]:
    group, role = _group(facts, log), facts.roles.by_arn(log.role_arn)
    if group and role and allows([role.trust], _assume(role, log, group, "000000000000")):
        yield Flaw(role.arn, "anybody's flow log may borrow it: its trust does not name this account", _UP)


@rule(
    "flow-log-role-creates-no-group",
    severity=Severity.MEDIUM,
    title="Flow logs can not bring a deleted log group back",
    areas=("flow_logs", "logs", "roles"),
)
@of_each_flow_log
def flow_log_role_creates_no_group(facts: Facts, log: FlowLog) -> Iterator[Flaw]:
    group, role = _group(facts, log), facts.roles.by_arn(log.role_arn)
    if group is None or role is None:
        return
    arns = (group.arn, f"{group.arn}:log-stream:")
    policies = [each.policy for each in role.policies.value]
    if any(allows(policies, Request("logs:CreateLogGroup", arn)) for arn in arns):
        yield Flaw(role.arn, "it may create log groups: late records would bring the group back after a destroy", _UP)
