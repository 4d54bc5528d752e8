"""The data sources."""

from __future__ import annotations

import pytest

from tap.engine.provider import ProviderError


def test_the_caller_is_the_account_of_the_embedded_aws(provider):
    result = provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})

    assert result["accountId"] == result["id"] == "123456789012"
    assert result["arn"].startswith("arn:aws:")
    assert result["userId"]


def test_the_region_is_the_providers_or_the_one_asked_for(provider):
    own = provider.invoke("aws:index/getRegion:getRegion", {})
    other = provider.invoke("aws:index/getRegion:getRegion", {"region": "eu-west-1"})

    assert own["region"] == own["name"] == own["id"] == "us-east-1"
    assert own["description"] == "US East (N. Virginia)"
    assert own["endpoint"] == "ec2.us-east-1.amazonaws.com"
    assert other["description"] == "Europe (Ireland)"


def test_the_partition_is_that_of_the_account(provider):
    result = provider.invoke("aws:index/getPartition:getPartition", {})

    assert result == {
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
        "id": "aws",
    }


def test_zones_are_sorted_filtered_and_echo_what_was_asked(provider):
    asked = {"state": "available", "excludeNames": ["us-east-1b"]}
    result = provider.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", asked)
    by_filter = {"filters": [{"name": "zone-name", "values": ["us-east-1c"]}]}
    one = provider.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", by_filter)

    assert result["names"][:2] == ["us-east-1a", "us-east-1c"]
    assert len(result["zoneIds"]) == len(result["names"])
    assert result["state"] == "available"
    assert result["id"] == "us-east-1"
    assert one["names"] == ["us-east-1c"]


def test_zones_of_another_region_come_from_there(provider):
    result = provider.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {"region": "eu-west-1"})

    assert result["names"][0] == "eu-west-1a"


def test_an_unknown_function_is_refused_by_name(provider):
    with pytest.raises(ProviderError, match="aws:ec2/getVpc:getVpc is not supported") as caught:
        provider.invoke("aws:ec2/getVpc:getVpc", {})
    assert "getAvailabilityZones" in caught.value.hint


def test_an_unknown_argument_is_refused_by_name(provider):
    with pytest.raises(ProviderError, match="argument colour of aws:index/getRegion"):
        provider.invoke("aws:index/getRegion:getRegion", {"colour": "red"})
