"""Names: within their services' limits for every accepted suffix, and the same for ever."""

import json
import re
from pathlib import Path

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tap.stack.naming import AUTONAME_LENGTH, LONGEST_REGION, LONGEST_SUFFIX, Names, is_suffix
from tests.stack.recorder import ACCOUNT, Recording, record

LIMITS = {
    "Bucket": ("bucket", 63),
    "Role": ("name", 64),
    "RolePolicy": ("name", 128),
    "Topic": ("name", 80),
    "Alias": ("name", 256),
    "LogGroup": ("name", 512),
    "MetricAlarm": ("name", 255),
    "SecurityGroup": ("name", 255),
}
"""Each type's name and its service's limit; kms aliases count their `alias/`, which an autoname adds."""

FIRST_RELEASE = Path(__file__).with_name("first_release.json")

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""For whole runs of the program: a failing example is short as it is, and shrinking it would take minutes."""

suffixes = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def physical_name(one) -> str | None:
    """The longest that the name gets in AWS: the one that was asked for, or else Pulumi's own."""
    if one.kind not in LIMITS:
        return None
    return one.inputs.get(LIMITS[one.kind][0]) or one.name + "x" * AUTONAME_LENGTH


@settings(max_examples=6, phases=WITHOUT_SHRINKING)
@example("a" * LONGEST_SUFFIX)
@given(suffixes)
def test_every_name_fits_its_service(suffix):
    run = record(config={"tap:environment_suffix": suffix, "tap:backup_region": "ap-southeast-2"})
    too_long = [one for one in run.cloud() if one.kind in LIMITS and len(physical_name(one)) > LIMITS[one.kind][1]]

    assert {one.kind for one in run.cloud()} >= LIMITS.keys()
    assert too_long == []
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", one.inputs["bucket"]) for one in run.of_kind("Bucket"))


@given(suffixes, st.text("abcdefghij-", min_size=1, max_size=LONGEST_REGION))
def test_bucket_names_fit_in_every_region(suffix, region):
    names = {Names(suffix).bucket(role, ACCOUNT, region) for role in ("app", "backup", "logs")}

    assert is_suffix(suffix)
    assert max(map(len, names)) <= 63
    assert all(ACCOUNT in name and name.endswith(region) for name in names)


@given(st.text())
def test_a_suffix_is_accepted_only_with_characters_that_buckets_take(suffix):
    good = re.fullmatch(r"(?=.{1,22}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?", suffix)

    assert is_suffix(suffix) == bool(good)


def test_the_longest_suffix_is_accepted_and_a_longer_one_is_not():
    assert LONGEST_SUFFIX == 22
    assert is_suffix("a" * 22)
    assert not is_suffix("a" * 23)


def test_the_suffix_is_in_the_name_of_every_resource(default: Recording):
    assert [one.name for one in default.cloud() if not re.fullmatch(r"tap-.*-test", one.name)] == []
    assert [one.name for one in default.cloud() if physical_name(one) and "test" not in physical_name(one)] == []


def test_no_name_has_an_index_in_it(default: Recording):
    ports = {"22", "80", "443", "3306", "5432", "8080"}
    numbers = {number for one in default.cloud() for number in re.findall(r"(?<![a-z0-9])\d+(?![a-z0-9])", one.name)}

    assert numbers <= ports


def without_zone_lists(run: Recording) -> dict[str, dict]:
    """Every resource's inputs by URN, but for the one list that has to follow the zones: the endpoint's tables."""
    return {one.urn: one.inputs | {"routeTableIds": None} for one in run.cloud()}


zone_lists = st.lists(st.sampled_from([f"us-east-1{letter}" for letter in "abcdefgh"]), unique=True, min_size=2)


@settings(max_examples=6, phases=WITHOUT_SHRINKING)
@given(zone_lists, zone_lists)
def test_adding_removing_or_reordering_zones_touches_no_other_zone(before, after):
    old, new = (
        without_zone_lists(record(config={"tap:availability_zones": json.dumps(zones)})) for zones in (before, after)
    )
    gone = {zone for zone in before if zone not in after}
    come = {zone for zone in after if zone not in before}

    assert {urn: old[urn] for urn in old.keys() & new.keys()} == {urn: new[urn] for urn in old.keys() & new.keys()}
    assert all(any(zone in urn for zone in gone) for urn in old.keys() - new.keys())
    assert all(any(zone in urn for zone in come) for urn in new.keys() - old.keys())


def test_reordering_zones_moves_not_even_a_single_nat_gateway():
    one, other = (
        without_zone_lists(record(config={"tap:nat_gateways": "single", "tap:availability_zones": json.dumps(zones)}))
        for zones in (["us-east-1b", "us-east-1c"], ["us-east-1c", "us-east-1b"])
    )

    assert one == other


def test_switching_nat_gateways_between_per_zone_and_single_leaves_the_first_one_alone():
    per_zone, single = (record(config={"tap:nat_gateways": choice}) for choice in ("per-az", "single"))

    assert single.only("NatGateway") in per_zone.of_kind("NatGateway")
    assert single.only("Eip") in per_zone.of_kind("Eip")
    assert {one.urn for one in single.of_kind("Route")} == {one.urn for one in per_zone.of_kind("Route")}


CREATE_ONLY = {
    "Vpc": ["cidrBlock"],
    "Subnet": ["vpcId", "cidrBlock", "availabilityZone"],
    "Eip": ["domain"],
    "NatGateway": ["allocationId", "subnetId"],
    "RouteTable": ["vpcId"],
    "Route": ["routeTableId", "destinationCidrBlock"],
    "RouteTableAssociation": ["subnetId"],
    "SecurityGroup": ["name", "description", "vpcId"],
    "SecurityGroupIngressRule": ["securityGroupId", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"],
    "SecurityGroupEgressRule": ["securityGroupId", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"],
    "DefaultSecurityGroup": ["vpcId"],
    "VpcEndpoint": ["serviceName", "vpcId", "vpcEndpointType"],
    "FlowLog": ["vpcId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn", "maxAggregationInterval"],
    "Bucket": ["bucket"],
    "Role": ["name", "path"],
    "RolePolicy": ["name", "role"],
    "Alias": ["name"],
    "LogGroup": ["name", "logGroupClass"],
    "MetricAlarm": ["name"],
    "Topic": ["name", "fifoTopic"],
    "TopicSubscription": ["endpoint", "protocol", "topic"],
}
"""What AWS can not change in place: another value replaces the resource."""


def fixed_parts(run: Recording) -> dict[str, dict]:
    """By URN, what must never change; a type that is not in the table above hangs on its bucket or key alone."""
    return {
        one.urn: {key: one.inputs.get(key) for key in CREATE_ONLY.get(one.kind, ["bucket"]) if key in one.inputs}
        for one in run.cloud()
    }


def test_nothing_that_the_first_release_made_is_renamed_or_replaced(default: Recording):
    """The file is that release's own; it is never written anew."""
    first = json.loads(FIRST_RELEASE.read_text())
    now = fixed_parts(default)

    assert {urn: now.get(urn) for urn in first} == first
