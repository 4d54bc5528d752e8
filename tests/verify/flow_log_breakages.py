"""Breakages of flow logs."""

from __future__ import annotations

from tests.verify.breakages import Breakage, BuiltStack


def _delete_flow_log(stack: BuiltStack) -> str:
    stack.ec2.delete_flow_logs(FlowLogIds=[stack.ids["vpc-flow-log"]])
    return stack.ids["vpc"]


BREAKAGES = [Breakage("vpc-has-flow-logs", "the flow log is deleted", _delete_flow_log)]
