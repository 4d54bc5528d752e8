"""What verify asks of AWS, and what it makes of what it was not told."""

from __future__ import annotations

import pytest

from tap.verify.areas import AREAS
from tap.verify.collector import permissions
from tap.verify.judgement import judge
from tap.verify.permissions import action_of
from tap.verify.rules import RULES

READING = ("Describe", "Get", "Head", "List", "Simulate")


def test_exactly_the_declared_actions_are_called(story):
    called = {action_of(service, operation) for service, operation in story.operations}

    assert called == {action for area in AREAS for action in area.actions}


def test_the_policy_allows_these_actions_and_only_reading(story):
    (statement,) = permissions()["Statement"]

    assert statement["Action"] == sorted({action_of(*each) for each in story.operations})
    assert all(action.partition(":")[2].startswith(READING) for action in statement["Action"])


def test_what_was_refused_is_said_and_what_needs_it_is_not_judged(story):
    judgement = judge(story.partly["DescribeSubnets"], RULES.values())

    (unseen,) = judgement.unseen
    assert (unseen.area, unseen.action, unseen.subject) == ("network", "ec2:DescribeSubnets", "")
    assert "not allowed" in unseen.why
    blind = {rule.name for rule in RULES.values() if "network" in rule.areas}
    assert {each.rule for each in judgement.not_judged} == blind
    assert judgement.findings == ()
    assert not judgement.clean


def test_the_rest_is_judged_where_one_area_is_blind(story):
    judgement = judge(story.partly["DescribeFlowLogs"], RULES.values())

    assert "vpc-has-flow-logs" in {each.rule for each in judgement.not_judged}
    assert "internet-reaches-web-only" in judgement.passed


def test_one_thing_that_vanished_leaves_its_rules_unproved_and_hides_no_finding(story):
    facts = story.partly["GetManagedPrefixListEntries"]

    judgement = judge(facts, RULES.values())

    (unseen,) = judgement.unseen
    assert unseen.subject.startswith("pl-")
    assert "vanished" in unseen.why
    assert "internet-reaches-web-only" not in judgement.passed


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_an_area_declares_what_only_reads(area):
    assert all(action.partition(":")[2].startswith(READING) for action in area.actions)
