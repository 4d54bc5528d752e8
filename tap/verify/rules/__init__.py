"""Every rule of verify: importing this fills RULES. A module of rules gets a line here."""

from __future__ import annotations

from tap.verify.rule import RULES, Rule
from tap.verify.rules import alarms as alarms
from tap.verify.rules import buckets as buckets
from tap.verify.rules import existence as existence
from tap.verify.rules import flow_log_delivery as flow_log_delivery
from tap.verify.rules import flow_logs as flow_logs
from tap.verify.rules import keys as keys
from tap.verify.rules import least_privilege as least_privilege
from tap.verify.rules import logs as logs
from tap.verify.rules import replication as replication
from tap.verify.rules import tags as tags

__all__ = ["RULES", "Rule"]
