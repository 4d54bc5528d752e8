"""From the stack's configuration to the program's arguments, and the configurations that the project brings."""

import dataclasses
import json
from typing import Any

import pytest
import yaml

from tap.stack.errors import InvalidArgsError
from tap_stack import TapStackArgs
from tests.stack.recorder import ROOT, Recording, record

CHOSEN: dict[str, Any] = {
    "environment_suffix": "blue",
    "vpc_cidr": "172.20.0.0/20",
    "availability_zones": ["us-east-1f", "us-east-1c"],
    "enable_flow_logs": False,
    "enable_cross_region_replication": True,
    "backup_region": "eu-central-1",
    "allowed_cidr": "192.168.3.0/24",
    "tags": {"Owner": "platform"},
    "nat_gateways": "single",
    "s3_gateway_endpoint": False,
    "log_retention_days": 14,
    "cpu_alarm_threshold": 55.5,
    "alarm_email": "ops@example.com",
    "disposable": True,
}
"""A value that differs from the default for every field."""


def as_config(values: dict[str, Any]) -> dict[str, str]:
    """As Pulumi hands configuration to a program: texts, JSON where structured."""
    return {f"tap:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def taken(config: dict[str, str], monkeypatch, stack: str = "test") -> TapStackArgs:
    """The arguments that the program makes of that configuration."""
    seen = []
    checked = TapStackArgs.__post_init__
    monkeypatch.setattr(TapStackArgs, "__post_init__", lambda self: (checked(self), seen.append(self))[0])
    record(config=config, stack=stack)
    return seen[0]


def refused(config: dict[str, str], **kwargs) -> list[tuple[str, object, str]]:
    """The problems that the program has with that configuration, which has to stop it before it registers anything."""
    recording = Recording()
    with pytest.raises(InvalidArgsError) as caught:
        record(config=config, recording=recording, **kwargs)
    assert [one.kind for one in recording.resources.values()] == ["Stack"]
    return [(one.field, one.value, one.right) for one in caught.value.problems]


def test_every_field_is_read_under_its_own_name(monkeypatch):
    args = taken(as_config(CHOSEN), monkeypatch)

    assert dataclasses.asdict(args) == CHOSEN


def test_what_is_not_configured_has_its_default_and_the_suffix_is_the_stacks_name(monkeypatch):
    args = taken({}, monkeypatch, stack="green")

    assert args == TapStackArgs("green")


def test_the_backup_region_has_a_second_name(monkeypatch):
    args = taken({"tap:replication_region": "eu-west-1"}, monkeypatch)

    assert args.backup_region == "eu-west-1"


def test_a_bad_configuration_gives_all_problems_at_once_and_registers_nothing():
    found = refused(
        {
            "tap:vpc_cidr": "10.0.0.1/16",
            "tap:enable_flow_logs": "maybe",
            "tap:availability_zones": '"us-east-1a"',
            "tap:tags": "[]",
            "tap:log_retention_days": "a week",
            "tap:cpu_alarm_threshold": "hot",
            "tap:nat_gateway": "single",
            "tap:colour": "blue",
            "tap:alarm_email": "?",
        }
    )

    assert [(field, value) for field, value, _ in found] == [
        ("tap:enable_flow_logs", "maybe"),
        ("tap:availability_zones", '"us-east-1a"'),
        ("tap:tags", "[]"),
        ("tap:log_retention_days", "a week"),
        ("tap:cpu_alarm_threshold", "hot"),
        ("tap:nat_gateway", "single"),
        ("tap:colour", "blue"),
        ("vpc_cidr", "10.0.0.1/16"),
        ("alarm_email", "?"),
    ]
    assert "tap:nat_gateways, perhaps" in found[5][2]
    assert "availability_zones" in found[6][2]


def test_a_stack_whose_name_is_no_suffix_says_so():
    (problem,) = refused({}, stack="Feature_X")

    assert problem[:2] == ("environment_suffix", "Feature_X")


def test_two_names_of_the_backup_region_may_not_disagree():
    (problem,) = refused({"tap:backup_region": "us-west-2", "tap:replication_region": "us-west-1"})

    assert problem[:2] == ("tap:replication_region", "us-west-1")


def test_a_secret_setting_is_refused_and_not_shown():
    found = refused({"tap:alarm_email": "hidden", "tap:unknown": "hidden"}, secret=["tap:alarm_email", "tap:unknown"])

    assert [field for field, _, _ in found] == ["tap:alarm_email", "tap:unknown"]
    assert "hidden" not in str(found)


def test_settings_of_others_are_none_of_ours(monkeypatch):
    args = taken({"other:vpc_cidr": "?", "pulumi:tags": "?", "aws:maxRetries": "5"}, monkeypatch)

    assert args == TapStackArgs("test")


@pytest.mark.parametrize(("stack", "protected"), [("local", False), ("dev", False), ("prod", True)])
def test_the_projects_own_stacks_are_built_and_only_prod_is_protected(stack, protected):
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    config = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in yaml.safe_load(text)["config"].items()
    }
    run = record(config=config, stack=stack)

    assert config["aws:region"] == "us-east-1"
    assert any(one.protect for one in run.cloud()) == protected
    assert any(one.inputs.get("forceDestroy", False) for one in run.of_kind("Bucket")) != protected


def test_the_project_is_plain_pulumi():
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())

    assert project["name"] == "tap"
    assert project["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
