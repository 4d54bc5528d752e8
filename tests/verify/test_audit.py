"""Other people's auditors: what they find in the stack's policies, and in bad ones."""

from __future__ import annotations

import sys

import pytest

from tap.errors import UsageError
from tap.verify.audit import NAMES
from tap.verify.audit.auditors import audit_rules
from tap.verify.facts.seen import unseen
from tests.verify.edits import role, role_statements, statements, with_bucket, with_role


@pytest.fixture(scope="module")
def auditors():
    return {rule.name: rule for rule in audit_rules()}


def test_both_are_there(auditors):
    assert tuple(auditors) == NAMES


def test_cloudsplaining_finds_nothing_in_the_stack(good, auditors):
    assert auditors["audit-cloudsplaining"].says(good) == ([], [])


def test_parliament_finds_in_the_stack_only_that_one_action_of_the_flow_logs_role_has_no_effect(good, auditors):
    """The specification wants the policy to cover the one group only; AWS knows DescribeLogGroups for all or none."""
    findings, doubts = auditors["audit-parliament"].says(good)

    assert [finding.subject for finding in findings] == [role(good, "flow-logs").arn]
    assert "logs:DescribeLogGroups" in findings[0].says
    assert doubts == []


@pytest.mark.parametrize(
    "edit",
    [
        with_role("replication", policies=role_statements(lambda found: found[0].update(Action="s3:PutObjekt"))),
        with_bucket("logs", policy=statements(lambda found: found[1].update(Action="s3:PutObjekt"))),
        with_role("flow-logs", trust=statements(lambda found: found[0].update(Action="sts:AssumeRoll"), "trust")),
    ],
)
def test_parliament_finds_an_action_that_there_is_not(good, auditors, edit):
    before = set(auditors["audit-parliament"].findings(good))

    fresh = set(auditors["audit-parliament"].findings(edit(good))) - before

    assert len(fresh) == 1
    assert "Unknown action" in fresh.pop().says


def test_cloudsplaining_finds_the_way_to_more_rights(good, auditors):
    def pass_role(found):
        found[0].update(Action=["iam:PassRole", "ec2:RunInstances"], Resource="*")

    edited = with_role("replication", policies=role_statements(pass_role))(good)
    findings = auditors["audit-cloudsplaining"].findings(edited)

    assert {finding.subject for finding in findings} == {role(good, "replication").arn}
    assert any("CreateEC2WithExistingIP" in finding.says for finding in findings)


def test_a_policy_that_was_not_seen_is_a_doubt_of_both(good, auditors):
    edited = with_role("replication", policies=unseen("no"))(good)

    for auditor in auditors.values():
        _, doubts = auditor.says(edited)
        assert [(doubt.subject, doubt.why) for doubt in doubts] == [(role(good, "replication").arn, "no")]


def test_without_them_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "parliament", None)

    with pytest.raises(UsageError, match="--audit needs parliament") as caught:
        audit_rules()

    assert "tapstack[audit]" in caught.value.hint
