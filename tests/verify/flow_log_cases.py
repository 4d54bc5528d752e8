"""Cases of the rules on flow logs."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tests.verify.cases import Case, nothing


def _without(facts: Facts) -> Facts:
    return replace(facts, flow_logs=())


def _of_accepted_only(facts: Facts) -> Facts:
    return replace(facts, flow_logs=tuple(replace(each, traffic="ACCEPT") for each in facts.flow_logs))


def _switched_off(facts: Facts) -> Facts:
    settings = {**facts.scope.settings, "enable_flow_logs": "false"}
    return replace(_without(facts), scope=replace(facts.scope, settings=settings))


def _vpc(facts: Facts) -> set[str]:
    return {vpc.id for vpc in facts.network.vpcs}


CASES = [
    Case("vpc-has-flow-logs", "there is none", _without, _vpc),
    Case("vpc-has-flow-logs", "rejected traffic is not recorded", _of_accepted_only, _vpc),
    Case("vpc-has-flow-logs", "there is none and the config says so", _switched_off, nothing),
]
