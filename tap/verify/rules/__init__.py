"""Every rule of verify: importing this fills RULES. A module of rules gets a line here."""

from __future__ import annotations

from tap.verify.rule import RULES, Rule
from tap.verify.rules import (
    alarms,
    buckets,
    drift,
    existence,
    flow_log_delivery,
    flow_logs,
    keys,
    least_privilege,
    logs,
    reachability,
    replication,
    security_groups,
    tags,
    zones,
)

__all__ = [
    "RULES",
    "Rule",
    "alarms",
    "buckets",
    "drift",
    "existence",
    "flow_log_delivery",
    "flow_logs",
    "keys",
    "least_privilege",
    "logs",
    "reachability",
    "replication",
    "security_groups",
    "tags",
    "zones",
]
