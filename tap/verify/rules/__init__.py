"""Every rule of verify: importing this fills RULES. A module of rules gets a line here."""

from __future__ import annotations

from tap.verify.rule import RULES, Rule
from tap.verify.rules import flow_logs

__all__ = ["RULES", "Rule", "flow_logs"]
