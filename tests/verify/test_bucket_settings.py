"""The shapes in which S3 answers about a bucket."""

from __future__ import annotations

import pytest

from tap.verify.areas import bucket_settings as settings

DESTINATION = {"Bucket": "arn:aws:s3:::b"}


@pytest.mark.parametrize(
    ("rule", "whole"),
    [
        ({}, True),
        ({"Prefix": ""}, True),
        ({"Filter": {}}, True),
        ({"Filter": {"Prefix": ""}}, True),
        ({"Prefix": "logs/"}, False),
        ({"Filter": {"Prefix": "logs/"}}, False),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, False),
        ({"Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}}, False),
        ({"Filter": {"ObjectSizeGreaterThan": 5}}, False),
    ],
)
def test_a_rule_is_about_the_whole_bucket_only_if_nothing_narrows_it(rule, whole):
    (expiring,) = settings.lifecycle({"Rules": [{"Status": "Enabled", **rule}]})
    configured = {"Role": "r", "Rules": [{"Status": "Enabled", "Destination": DESTINATION, **rule}]}
    replicating = settings.replication({"ReplicationConfiguration": configured})

    assert expiring.whole is whole
    assert replicating is not None
    assert replicating.rules[0].whole is whole


@pytest.mark.parametrize(
    ("rule", "deletions"),
    [
        ({"Prefix": ""}, True),  # a rule of the first version does so by itself
        ({"Filter": {}}, False),
        ({"Filter": {}, "DeleteMarkerReplication": {"Status": "Disabled"}}, False),
        ({"Filter": {}, "DeleteMarkerReplication": {"Status": "Enabled"}}, True),
    ],
)
def test_deletions_are_replicated_as_the_rules_version_has_it(rule, deletions):
    configured = {"Role": "r", "Rules": [{"Status": "Enabled", "Destination": DESTINATION, **rule}]}
    replicating = settings.replication({"ReplicationConfiguration": configured})

    assert replicating is not None
    assert replicating.rules[0].deletions is deletions


def test_what_is_not_set_is_nothing():
    assert settings.encryption({}) is None
    assert settings.versioning({}) == ""
    assert settings.public_access({}) is None
    assert settings.ownership({}) == ""
    assert settings.policy({}).statements == ()
    assert settings.lifecycle({}) == ()
    assert settings.replication({}) is None
    assert settings.access_logs({}) is None
    assert settings.tags({}) == {}
