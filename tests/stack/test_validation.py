"""Every problem at once, each with the field, the value and what would be right; before anything is registered."""

import dataclasses

import pulumi
import pytest

from tap.stack.errors import InvalidArgsError
from tap_stack import TapStack, TapStackArgs
from tests.stack.recorder import Recording, record

TWO = ["us-east-1a", "us-east-1b"]


def problems(suffix="test", **args) -> list[tuple[str, object, str]]:
    with pytest.raises(InvalidArgsError) as caught:
        TapStackArgs(suffix, **args)
    return [(one.field, one.value, one.right) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("environment_suffix", "", "1 to 22"),
        ("environment_suffix", "  ", "1 to 22"),
        ("environment_suffix", None, "1 to 22"),
        ("environment_suffix", "Prod", "a-z, 0-9 and '-'"),
        ("environment_suffix", "-dev", "no '-' at either end"),
        ("environment_suffix", "a" * 23, "1 to 22"),
        ("vpc_cidr", "10.0.0.0", "a range such as"),
        ("vpc_cidr", "10.0.0.0/255.255.0.0", "a range such as"),
        ("vpc_cidr", "10.0.0.300/16", "a range such as"),
        ("vpc_cidr", "10.0.1.0/16", "without host bits: 10.0.0.0/16"),
        ("vpc_cidr", "8.8.0.0/16", "inside one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"),
        ("vpc_cidr", "172.32.0.0/16", "inside one of"),
        ("vpc_cidr", "10.0.0.0/15", "from /16 to /28"),
        ("vpc_cidr", "10.0.0.0/29", "from /16 to /28"),
        ("vpc_cidr", "10.0.0.0/25", "/24 or larger"),
        ("availability_zones", [], "at least two"),
        ("availability_zones", ["us-east-1a"], "at least two"),
        ("availability_zones", "us-east-1a", "a list"),
        ("availability_zones", ["us-east-1a", 2], "a list"),
        ("backup_region", "us-east-1", "another region"),
        ("backup_region", "us-west-9", "a region of AWS"),
        ("backup_region", "", "a region of AWS"),
        ("allowed_cidr", "0.0.0.0/0", "never open to the whole internet"),
        ("allowed_cidr", "::/0", "never open to the whole internet"),
        ("allowed_cidr", "0:0::/0", "never open to the whole internet"),
        ("allowed_cidr", "10.0.0.1/8", "without host bits"),
        ("allowed_cidr", "home", "a range such as"),
        ("tags", ["a"], "a mapping"),
        ("nat_gateways", "two", "one of per-az, single, none"),
        ("enable_flow_logs", "yes", "true or false"),
        ("enable_cross_region_replication", 1, "true or false"),
        ("s3_gateway_endpoint", "no", "true or false"),
        ("disposable", "no", "true or false"),
        ("log_retention_days", 0, "one of 1, 3, 5"),
        ("log_retention_days", 8, "one of 1, 3, 5"),
        ("log_retention_days", True, "one of 1, 3, 5"),
        ("cpu_alarm_threshold", 0, "above 0 and below 100"),
        ("cpu_alarm_threshold", 100, "above 0 and below 100"),
        ("cpu_alarm_threshold", "80", "above 0 and below 100"),
        ("alarm_email", "ops", "an e-mail address"),
    ],
)
def test_a_bad_value_is_named_with_what_would_be_right(field, value, right):
    (problem,) = problems(**({"suffix": value} if field == "environment_suffix" else {field: value}))

    assert problem[:2] == (field, value)
    assert right in problem[2]


@pytest.mark.parametrize(
    ("zones", "value", "right"),
    [
        (["us-east-1a", "us-east-1b", "us-east-1a"], ["us-east-1a"], "named once"),
        ([*TWO, "us-east-1-bos-1a"], "us-east-1-bos-1a", "not a local one"),
        ([*TWO, "us-east-1-wl1-bos-wlz-1"], "us-east-1-wl1-bos-wlz-1", "not a local one"),
        ([*TWO, "us-east-1"], "us-east-1", "such as us-east-1a"),
        ([*TWO, "us-east-1i"], "us-east-1i", "letters abcdefgh"),
        (["us-east-1a", "us-east-2b"], ["us-east-1a", "us-east-2b"], "one region, not of us-east-1 and us-east-2"),
    ],
)
def test_bad_zones_are_named(zones, value, right):
    (problem,) = problems(availability_zones=zones)

    assert problem[:2] == ("availability_zones", value)
    assert right in problem[2]


def test_zones_have_to_be_in_the_providers_region(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    (problem,) = problems()

    assert problem == ("availability_zones", TWO, "zones of the provider's region, eu-west-1")


def test_zones_outside_a_region_that_only_the_provider_knows_stop_the_stack_before_anything_is_made():
    recording = Recording()
    with pytest.raises(InvalidArgsError, match="zones of the provider's region, eu-west-1"):
        record(config={"aws:region": ""}, region="eu-west-1", recording=recording)

    assert recording.invokes
    assert recording.cloud() == []


def test_the_backup_is_not_in_the_zones_own_region_even_where_the_providers_is_not_known():
    (problem,) = problems(availability_zones=["us-west-2a", "us-west-2b"])

    assert problem[:2] == ("backup_region", "us-west-2")


@pytest.mark.parametrize(
    ("cidr", "letter", "right"), [("10.0.0.0/24", "g", "/23 or larger: zone g"), ("10.0.0.0/27", "b", "/24 or larger")]
)
def test_a_vpc_too_small_for_its_zones_slots_is_refused_with_the_size_that_is_not(cidr, letter, right):
    (problem,) = problems(vpc_cidr=cidr, availability_zones=["us-east-1a", f"us-east-1{letter}"])

    assert problem[:2] == ("vpc_cidr", cidr)
    assert right in problem[2]


def test_tags_that_aws_or_the_stack_refuse_are_named_by_their_key():
    found = problems(tags={"Environment": "other", "aws:x": "y"})

    assert [(field, value) for field, value, _ in found] == [("tags['Environment']", "other"), ("tags['aws:x']", "y")]


def test_all_problems_come_at_once_in_one_error():
    args = {
        "vpc_cidr": "10.0.0.1/16",
        "availability_zones": ["us-east-1a"],
        "backup_region": "nowhere",
        "allowed_cidr": "0.0.0.0/0",
        "tags": {"aws:x": "y"},
        "nat_gateways": "many",
        "log_retention_days": 2,
        "alarm_email": "?",
    }
    with pytest.raises(ValueError) as caught:
        TapStackArgs("NO", **args)

    assert [one.field.split("[")[0] for one in caught.value.problems] == ["environment_suffix", *args]
    assert "has 9 problems; nothing was changed:" in str(caught.value)
    assert "\n  - allowed_cidr = '0.0.0.0/0': must be " in str(caught.value)


def test_the_error_is_a_value_error_and_one_that_pulumi_shows_without_a_traceback():
    assert issubclass(InvalidArgsError, ValueError)
    assert issubclass(InvalidArgsError, pulumi.RunError)


@pytest.mark.parametrize(
    "args",
    [
        {"vpc_cidr": "10.0.0.0/24", "availability_zones": ["us-east-1a", "us-east-1f"]},
        {"vpc_cidr": "192.168.0.0/16"},
        {"vpc_cidr": "172.31.0.0/20", "availability_zones": [f"us-east-1{letter}" for letter in "abcdefgh"]},
        {"allowed_cidr": "203.0.113.7/32"},
        {"allowed_cidr": "2001:db8::/48"},
        {"backup_region": "us-east-1", "enable_cross_region_replication": False},
        {"tags": {"Owner": "platform"}},
        {"alarm_email": "ops@example.com", "cpu_alarm_threshold": 99},
    ],
)
def test_good_values_are_taken_as_they_are(args):
    made = TapStackArgs("a-1", **args)

    assert {key: getattr(made, key) for key in args} == args


def test_arguments_can_not_be_changed_once_they_were_checked():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TapStackArgs("test").vpc_cidr = "0.0.0.0/0"


@pytest.mark.parametrize("key", ["tap:allowed_cidr", "tap:replication_region"])
def test_a_range_that_the_constructor_takes_from_the_configuration_is_checked_too(key):
    recording = Recording()
    with pytest.raises(InvalidArgsError):
        record(lambda: TapStack("tap", TapStackArgs("test")), config={key: "0.0.0.0/0"}, recording=recording)

    assert [one.kind for one in recording.resources.values()] == ["Stack"]
