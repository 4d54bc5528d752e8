"""What could not be seen, because AWS refused a call or a thing went away, never passes; the rest is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tap.verify.facts import Facts
from tap.verify.facts.seen import Seen, unseen
from tap.verify.facts.storage import Encryption
from tap.verify.judgement import judge
from tap.verify.permissions import action_of
from tap.verify.rules import RULES
from tests.verify.edits import both, hidden_keys, hidden_topics, with_alarm, with_bucket, with_keys, with_role
from tests.verify.story import BLINDING, REFUSED, VANISHED

_SIGNED_AS = {"monitoring": "cloudwatch"}
"""Names by which requests are signed, where they are not the IAM prefix."""

_NEEDS = {
    "bucket-encryption": with_bucket("app", encryption=unseen("no")),
    "bucket-public-access": with_bucket("app", public_access=unseen("no")),
    "bucket-ownership": with_bucket("app", ownership=unseen("no")),
    "bucket-tls-only": with_bucket("app", policy=unseen("no")),
    "bucket-policy-closed": with_bucket("app", policy=unseen("no")),
    "bucket-versioning": with_bucket("app", versioning=unseen("no")),
    "bucket-lifecycle ": with_bucket("logs", role=unseen("no")),
    "bucket-access-logs ": both(with_bucket("app", access_logs=Seen(None)), with_bucket("app", role=unseen("no"))),
    "replication-rule ": both(with_bucket("app", replication=Seen(None)), with_bucket("app", role=unseen("no"))),
    "bucket-lifecycle": with_bucket("app", lifecycle=unseen("no")),
    "bucket-access-logs": with_bucket("app", access_logs=unseen("no")),
    "replication-rule": with_bucket("app", replication=unseen("no")),
    "replication-destination": with_bucket("backup", region=unseen("no")),
    "replication-role": with_role("replication", policies=unseen("no")),
    "data-exists": hidden_keys,
    "data-exists ": hidden_topics,
    "data-exists  ": with_bucket("logs", region=unseen("no")),
    "key-usable": hidden_keys,
    "key-rotation ": hidden_keys,
    "key-policy-closed ": hidden_keys,
    "key-administered ": hidden_keys,
    "key-alias": hidden_keys,
    "key-rotation": with_keys(rotates=unseen("no")),
    "key-policy-closed": with_keys(policy=unseen("no")),
    "key-administered": with_keys(policy=unseen("no")),
    "log-group-encryption": with_keys(policy=unseen("no")),
    "log-key-scope": with_keys(policy=unseen("no")),
    "alarm-delivery": with_keys(policy=unseen("no")),
    "flow-log-delivery": with_role("flow-logs", policies=unseen("no")),
    "role-no-wider": with_role("flow-logs", policies=unseen("no")),
}
"""Rule -> an edit that hides what it needs; with blanks at its end, once more."""


def _action(call: str) -> str:
    service, _, operation = call.partition(" ")
    return action_of(_SIGNED_AS.get(service, service), operation)


def _judged(facts: Facts):
    return judge(facts, RULES.values())


@pytest.mark.parametrize("name", _NEEDS)
def test_a_rule_does_not_pass_what_it_could_not_see(good, name):
    findings, doubts = RULES[name.strip()].says(_NEEDS[name](good))

    assert findings == []
    assert doubts
    assert {doubt.why for doubt in doubts} == {"no"}


def test_a_refused_call_is_named_and_only_the_rules_that_need_it_are_not_judged(story):
    judgement = _judged(story.refused)
    refused = {each.action for each in judgement.unseen if "not allowed" in each.why}
    not_judged = {each.rule for each in judgement.not_judged}

    assert refused == set(map(_action, REFUSED))
    assert not judgement.clean
    assert judgement.findings == ()
    assert {"bucket-tls-only", "key-policy-closed", "role-no-wider", "alarm-delivery", "tags"} <= not_judged
    assert {"bucket-encryption", "key-rotation", "role-trust-closed", "alarm-action"} <= set(judgement.passed)


def test_a_key_that_aws_does_not_describe_is_not_called_right(story):
    judgement = _judged(story.without_keys)

    assert {each.action for each in judgement.unseen} == {"kms:DescribeKey"}
    assert not {"key-usable", "key-rotation", "key-policy-closed", "key-administered"} & set(judgement.passed)
    assert not judgement.clean


def test_what_a_state_misnames_is_not_seen_and_the_rest_is(story):
    facts = story.misnamed

    assert {each.action for each in facts.unseen} == {"sns:GetTopicAttributes", "kms:DescribeKey"}
    assert len(facts.alarms.alarms) == len(story.good.alarms.alarms)


def test_buckets_are_looked_for_by_their_tags_where_the_state_has_none(story):
    forgotten = {each.subject for each in RULES["bucket-in-state"].findings(story.misnamed)}

    assert forgotten == {bucket.name for bucket in story.good.storage.buckets}


def test_a_bucket_that_vanished_between_two_calls_is_said_to_have(story):
    judgement = _judged(story.refused)
    vanished = [each for each in judgement.unseen if each.action == _action(VANISHED)]

    assert len(vanished) == 3
    assert all("vanished" in each.why for each in vanished)
    assert "bucket-versioning" in {each.rule for each in judgement.not_judged}


def test_what_tells_of_a_whole_area_blinds_its_rules_and_no_others(story):
    judgement = _judged(story.blind)
    not_judged = {each.rule for each in judgement.not_judged}

    assert {each.action for each in judgement.unseen} == set(map(_action, BLINDING))
    assert judgement.findings == ()
    assert {name for name, rule in RULES.items() if "logs" in rule.areas} <= not_judged
    assert "bucket-in-state" in not_judged
    assert {"bucket-encryption", "key-usable", "alarm-delivery", "tags"} <= set(judgement.passed)


def test_an_action_that_nobody_can_judge_is_a_doubt(good):
    stop = "arn:aws:automate:us-east-1:ec2:stop"
    edited = with_alarm(actions=lambda alarm: (*alarm.actions, stop))(good)

    findings, doubts = RULES["alarm-delivery"].says(edited)

    assert findings == []
    assert [doubt.subject for doubt in doubts] == [alarm.arn for alarm in edited.alarms.alarms]
    assert stop in doubts[0].why


def test_a_permissions_boundary_is_a_doubt(good):
    edited = with_role("replication", boundary="arn:aws:iam::123456789012:policy/limit")(good)

    findings, doubts = RULES["replication-role"].says(edited)

    assert findings == []
    assert "boundary" in doubts[0].why


def test_whether_a_role_may_use_the_keys_of_what_it_replicates_is_a_doubt(good):
    edited = with_bucket("app", encryption=Seen(Encryption("aws:kms")))(good)

    findings, doubts = RULES["replication-role"].says(edited)

    assert findings == []
    assert "KMS key" in doubts[0].why


def test_a_resource_whose_tags_nobody_knows_how_to_ask_for_is_a_doubt(good):
    odd = replace(good.tags[0], id="odd", tags=unseen("it is not known how"))

    _, doubts = RULES["tags"].says(replace(good, tags=(*good.tags, odd)))

    assert [doubt.subject for doubt in doubts] == ["odd"]
