"""Every rule, on facts that it must pass and on facts in which it must find something."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tap.verify.areas import AREAS
from tap.verify.facts import Facts, Scope, Unseen
from tap.verify.facts.scope import OUTPUTS
from tap.verify.judgement import judge
from tap.verify.rules import RULES
from tests.verify.all_breakages import BREAKAGES
from tests.verify.all_cases import CASES


@pytest.mark.parametrize("name", RULES)
def test_a_rule_passes_the_stack_as_it_is_built(good, name):
    assert list(RULES[name].findings(good)) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_finds_what_is_wrong_and_nothing_else(good, case):
    edited = case.edit(good)

    found = list(RULES[case.rule].findings(edited))

    assert {finding.subject for finding in found} == case.subjects(edited)
    assert all(finding.says and finding.fix for finding in found)


def test_every_rule_has_a_case_that_fails_and_a_way_to_break_it_on_the_embedded_aws(good):
    failing = {case.rule for case in CASES if case.subjects(case.edit(good))}

    assert failing == RULES.keys()
    assert {breakage.rule for breakage in BREAKAGES} == RULES.keys()


def test_everything_that_was_broken_is_found(story):
    found = {(finding.rule, finding.subject) for finding in judge(story.bad, RULES.values()).findings}

    missed = [
        breakage.name
        for breakage, subject in zip(BREAKAGES, story.broken, strict=True)
        if (breakage.rule, subject) not in found
    ]
    assert missed == []


def test_a_rule_reads_areas_that_there_are():
    areas = {area.name for area in AREAS}

    assert {area for rule in RULES.values() for area in rule.areas} <= areas | {OUTPUTS}
    assert {field for field in Facts.__dataclass_fields__ if field not in ("scope", "unseen")} == areas


@pytest.mark.parametrize("name", RULES)
def test_a_rule_can_judge_a_cloud_and_a_state_that_are_empty(good, name):
    empty = Scope(good.scope.project, good.scope.stack, good.scope.region)

    list(RULES[name].findings(Facts(good.scope)))
    list(RULES[name].findings(replace(good, scope=empty)))
    found = list(RULES[name].findings(Facts(empty)))

    assert found == []


@pytest.mark.parametrize("area", [*(area.name for area in AREAS), OUTPUTS])
def test_nothing_passes_that_reads_a_blind_area(good, area):
    blind = replace(good, unseen=(Unseen(area, "ec2:Anything", "", "not allowed"),))

    judgement = judge(blind, RULES.values())

    readers = {rule.name for rule in RULES.values() if area in rule.areas}
    assert {each.rule for each in judgement.not_judged} == readers
    assert set(judgement.passed) == RULES.keys() - readers
    assert not judgement.clean


def test_what_decides_can_not_reach_the_world():
    deciding = "tap.verify.rules, tap.verify.judgement, tap.verify.reach.explanation"
    code = f"import sys, {deciding}; print('botocore' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"
