"""Look at the flow logs of the stack's VPCs."""

from __future__ import annotations

from tap.verify.area import Area
from tap.verify.facts.flow_logs import FlowLog
from tap.verify.facts.scope import Scope
from tap.verify.reader import Reader


def collect(reader: Reader, scope: Scope) -> tuple[FlowLog, ...]:
    vpcs = list(scope.ids("aws:ec2/vpc:Vpc"))
    if not vpcs:
        return ()
    found = reader.items("ec2", "DescribeFlowLogs", "FlowLogs", Filters=[{"Name": "resource-id", "Values": vpcs}])
    return tuple(
        FlowLog(
            id=each["FlowLogId"],
            resource_id=each["ResourceId"],
            traffic=each["TrafficType"],
            status=each["FlowLogStatus"],
            delivery=each.get("DeliverLogsStatus", ""),
            destination=each.get("LogDestinationType", ""),
            group=each.get("LogGroupName") or each.get("LogDestination", "").partition(":log-group:")[2],
            role_arn=each.get("DeliverLogsPermissionArn", ""),
            why_failed=each.get("DeliverLogsErrorMessage", ""),
        )
        for each in found
    )


FLOW_LOGS = Area("flow_logs", frozenset({"ec2:DescribeFlowLogs"}), collect)
