"""Breakages of flow logs."""

from __future__ import annotations

from tests.verify.breakages import Breakage, BuiltStack


def _record_rejected_traffic_only(stack: BuiltStack) -> str:
    """The other rules on flow logs need one that is there."""
    (log,) = stack.ec2.describe_flow_logs(FlowLogIds=[stack.ids["vpc-flow-log"]])["FlowLogs"]
    stack.ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"]])
    stack.ec2.create_flow_logs(
        ResourceIds=[log["ResourceId"]],
        ResourceType="VPC",
        TrafficType="REJECT",
        LogDestination=log["LogDestination"],
        DeliverLogsPermissionArn=log["DeliverLogsPermissionArn"],
    )
    return stack.ids["vpc"]


BREAKAGES = [Breakage("vpc-has-flow-logs", "rejected traffic is all that is recorded", _record_rejected_traffic_only)]
