"""The provider's own configuration: what it may say, and what it means."""

from __future__ import annotations

import json

import pytest

from tap.aws.provider import AwsProvider
from tap.engine.provider import ProviderError
from tap.engine.values import UNKNOWN

URN = "urn:pulumi:test::tap::pulumi:providers:aws::default"


def failures(news):
    return {failure.property: failure.reason for failure in AwsProvider(None).check_config(URN, {}, news).failures}


def test_what_the_sdk_sends_is_kept_as_it_is():
    news = {
        "region": "us-east-1",
        "version": "7.51.1",
        "skipCredentialsValidation": "true",
        "defaultTags": json.dumps({"tags": {"team": "tap"}}),
        "endpoints": json.dumps([{"ec2": "http://127.0.0.1:4566", "s3": "http://localhost:4566"}]),
        "accessKey": "anything",
        "profile": "some-profile",
    }
    result = AwsProvider(None).check_config(URN, {}, news)

    assert result.failures == ()
    assert result.inputs == news


def test_a_missing_region_is_named():
    assert "set aws:region" in failures({})["region"]


def test_a_region_that_only_the_run_will_know_is_fine():
    assert failures({"region": UNKNOWN}) == {}


def test_all_that_is_wrong_is_said_at_once():
    found = failures(
        {
            "region": "us-east-1",
            "regoin": "us-east-1",
            "tagPolicyCompliance": "error",
            "defaultTags": "not json",
            "ignoreTags": "[]",
        }
    )

    assert "did you mean region?" in found["regoin"]
    assert "not supported" in found["tagPolicyCompliance"]
    assert "'not json'" in found["defaultTags"]
    assert found.keys() == {"regoin", "tagPolicyCompliance", "defaultTags", "ignoreTags"}


@pytest.mark.parametrize("url", ["https://ec2.amazonaws.com", "http://10.0.0.1:4566", "http://localhost.evil.com"])
def test_an_endpoint_that_is_not_on_this_machine_is_refused(url):
    found = failures({"region": "us-east-1", "endpoints": json.dumps([{"ec2": url}])})

    assert url in found["endpoints"]
    assert "loopback" in found["endpoints"]


def test_a_change_of_settings_updates_the_provider_and_replaces_nothing():
    provider = AwsProvider(None)
    old = {"region": "us-east-1", "skipRegionValidation": "true", "defaultTags": '{"tags":{"a":"b"}}'}
    same = {**old, "version": "9.9.9", "defaultTags": '{ "tags": {"a": "b"} }'}
    changed = provider.diff_config(URN, old, old, {**old, "region": "us-west-2"})

    assert not provider.diff_config(URN, old, old, same).changes
    assert changed.diffs == ("region",)
    assert changed.replaces == ()


def test_an_account_that_is_not_allowed_is_refused(clients):
    provider = AwsProvider(clients)

    with pytest.raises(ProviderError, match="123456789012"):
        provider.configure({"region": "us-east-1", "allowedAccountIds": '["999999999999"]'})
    with pytest.raises(ProviderError, match="not allowed"):
        provider.configure({"region": "us-east-1", "forbiddenAccountIds": '["123456789012"]'})
    provider.configure({"region": "us-east-1", "allowedAccountIds": '["123456789012"]'})
