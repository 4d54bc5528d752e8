"""Every rule of verify: importing this fills RULES. A module of rules gets a line here."""

from __future__ import annotations

from tap.verify.rule import RULES, Rule
from tap.verify.rules import drift, flow_logs, reachability, security_groups, zones

__all__ = ["RULES", "Rule", "drift", "flow_logs", "reachability", "security_groups", "zones"]
