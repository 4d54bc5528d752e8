"""Every breakage. A file of breakages gets a line here."""

from __future__ import annotations

from tests.verify import flow_log_breakages, network_breakages
from tests.verify.breakages import Breakage

BREAKAGES: list[Breakage] = [*network_breakages.BREAKAGES, *flow_log_breakages.BREAKAGES]
