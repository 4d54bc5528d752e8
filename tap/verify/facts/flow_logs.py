"""The flow logs of the stack's VPC."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlowLog:
    """traffic: ALL, ACCEPT or REJECT. destination: `cloud-watch-logs` or `s3`. status: ACTIVE.

    delivery: SUCCESS or FAILED, "" for not known yet. group: the log group's name; role_arn: who writes there.
    """

    id: str
    resource_id: str
    traffic: str
    status: str
    delivery: str
    destination: str
    group: str
    role_arn: str
    why_failed: str = ""
