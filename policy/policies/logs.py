"""Logs do not pile up for ever."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, ResourceValidationArgs

from policies.values import policy, value


def endless(args: ResourceValidationArgs) -> Iterator[str]:
    if args.resource_type == "aws:cloudwatch/logGroup:LogGroup" and not value(args.props, "retentionInDays"):
        yield "retentionInDays is not set: CloudWatch keeps the events for ever"


POLICIES = [
    policy("log-retention", "Log groups forget.", endless, enforcement_level=EnforcementLevel.ADVISORY),
]
