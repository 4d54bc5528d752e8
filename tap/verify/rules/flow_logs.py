"""Whether the traffic of the stack's VPC is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.finding import Flaw, Severity
from tap.verify.rule import rule


@rule(
    "vpc-has-flow-logs",
    severity=Severity.MEDIUM,
    title="A flow log records all traffic of the VPC, unless the config switches it off",
    areas=("network", "flow_logs"),
)
def vpc_has_flow_logs(facts: Facts) -> Iterator[Flaw]:
    if facts.scope.settings.get("enable_flow_logs", "true") == "false":
        return
    recorded = {each.resource_id for each in facts.flow_logs if each.status == "ACTIVE" and each.traffic == "ALL"}
    for vpc in facts.network.vpcs:
        if vpc.id not in recorded:
            yield Flaw(vpc.id, "no active flow log records all of its traffic", "run `tap up` again: it makes it anew")
