"""Every case. A file of cases gets a line here."""

from __future__ import annotations

from tests.verify import flow_log_cases, network_cases, reachability_cases, subnet_cases
from tests.verify.cases import Case

CASES: list[Case] = [*reachability_cases.CASES, *subnet_cases.CASES, *network_cases.CASES, *flow_log_cases.CASES]
