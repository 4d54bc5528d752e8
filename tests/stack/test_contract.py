"""Part 1 of the specification: the resources, their numbers and shapes, and what the stack puts out."""

import inspect
import json
import re

import pytest

import tap_stack
from tap_stack import TapStack, TapStackArgs
from tests.stack.recorder import ROOT, Recording, record

METHODS = [
    "_create_vpc",
    "_create_subnets",
    "_create_internet_gateway",
    "_create_nat_gateways",
    "_create_route_tables",
    "_create_security_groups",
    "_create_s3_buckets",
    "_create_iam_roles",
    "_create_monitoring",
    "_create_vpc_flow_logs",
]


def built(**args) -> TapStack:
    """A stack's attributes after the real constructor has run."""
    made = []
    record(lambda: made.append(TapStack("tap", TapStackArgs("test", **args))))
    return made[0]


def test_arguments_have_the_contracts_defaults():
    args = TapStackArgs("test")

    assert args.vpc_cidr == "10.0.0.0/16"
    assert args.availability_zones == ["us-east-1a", "us-east-1b"]
    assert args.enable_flow_logs is True
    assert args.enable_cross_region_replication is True
    assert args.backup_region == "us-west-2"
    assert args.allowed_cidr == "10.0.0.0/8"
    assert args.tags is None


def test_missing_values_become_the_defaults():
    named = inspect.signature(TapStackArgs).parameters.keys() - {"environment_suffix"}

    assert TapStackArgs("test", **dict.fromkeys(named)) == TapStackArgs("test")


def test_the_constructor_calls_the_methods_in_the_contracts_order():
    source = inspect.getsource(TapStack.__init__)

    assert re.findall(r"self\.(_create_\w+)\(\)", source) == METHODS
    assert [name for name in vars(TapStack) if name.startswith("_create_")] == METHODS


def test_the_component_keeps_what_it_was_given_and_what_it_built():
    stack = built()

    assert stack.args == TapStackArgs("test")
    assert stack.environment == "production"
    assert stack.allowed_cidr == "10.0.0.0/8"
    assert stack.replication_region == "us-west-2"
    assert stack.base_tags == {
        "environment": "production",
        "Environment": "test",
        "Project": "IaC-AWS-Nova-Model-Breaking",
        "ManagedBy": "Pulumi",
        "Stack": "test",
    }
    for name in (
        *("vpc", "vpc_id", "igw", "public_rt", "web_sg", "app_sg", "db_sg", "ssh_sg"),
        *("app_bucket", "backup_bucket", "logs_bucket", "logs_bucket_lifecycle"),
        *("flow_logs_role", "app_log_group", "infra_log_group"),
    ):
        assert getattr(stack, name) is not None, name


def test_the_vpc_resolves_names(default: Recording):
    inputs = default.only("Vpc").inputs

    assert inputs["cidrBlock"] == "10.0.0.0/16"
    assert inputs["enableDnsSupport"] is True
    assert inputs["enableDnsHostnames"] is True
    assert inputs["tags"]["Component"] == "networking"


def test_each_zone_has_a_public_and_a_private_subnet(default: Recording):
    subnets = {one.name: one.inputs for one in default.of_kind("Subnet")}
    seen = {
        name: (one["availabilityZone"], one["cidrBlock"], one.get("mapPublicIpOnLaunch", False))
        for name, one in subnets.items()
    }

    assert seen == {
        "tap-public-subnet-us-east-1a-test": ("us-east-1a", "10.0.1.0/24", True),
        "tap-public-subnet-us-east-1b-test": ("us-east-1b", "10.0.2.0/24", True),
        "tap-private-subnet-us-east-1a-test": ("us-east-1a", "10.0.10.0/24", False),
        "tap-private-subnet-us-east-1b-test": ("us-east-1b", "10.0.11.0/24", False),
    }


def test_each_public_subnet_has_a_nat_gateway_with_an_address_of_its_own(default: Recording):
    gateways = {(one.inputs["subnetId"], one.inputs["allocationId"]) for one in default.of_kind("NatGateway")}

    assert gateways == {
        ("tap-public-subnet-us-east-1a-test-id", "tap-nat-eip-us-east-1a-test-id"),
        ("tap-public-subnet-us-east-1b-test-id", "tap-nat-eip-us-east-1b-test-id"),
    }
    assert [one.inputs["domain"] for one in default.of_kind("Eip")] == ["vpc", "vpc"]
    assert default.only("InternetGateway").inputs["vpcId"] == "tap-vpc-test-id"


def test_public_subnets_route_to_the_internet_gateway_and_private_ones_to_their_zones_nat(default: Recording):
    routes = {
        one.inputs["routeTableId"]: (
            one.inputs["destinationCidrBlock"],
            one.inputs.get("gatewayId") or one.inputs["natGatewayId"],
        )
        for one in default.of_kind("Route")
    }
    tables = {one.inputs["subnetId"]: one.inputs["routeTableId"] for one in default.of_kind("RouteTableAssociation")}
    ways_out = {subnet: routes[table] for subnet, table in tables.items()}

    assert ways_out == {
        "tap-public-subnet-us-east-1a-test-id": ("0.0.0.0/0", "tap-igw-test-id"),
        "tap-public-subnet-us-east-1b-test-id": ("0.0.0.0/0", "tap-igw-test-id"),
        "tap-private-subnet-us-east-1a-test-id": ("0.0.0.0/0", "tap-nat-us-east-1a-test-id"),
        "tap-private-subnet-us-east-1b-test-id": ("0.0.0.0/0", "tap-nat-us-east-1b-test-id"),
    }
    assert len(default.of_kind("RouteTable")) == 3


@pytest.mark.parametrize(
    ("role", "component", "region"),
    [
        ("app", "application-data", "us-east-1"),
        ("backup", "backup-replication", "us-west-2"),
        ("logs", "logging", "us-east-1"),
    ],
)
def test_buckets_are_named_tagged_and_encrypted(default: Recording, role, component, region):
    bucket = default.named(f"tap-{role}-bucket-test")
    (rule,) = default.named(f"tap-{role}-bucket-encryption-test").inputs["rules"]

    assert bucket.inputs["bucket"] == f"tap-{role}-test-123456789012-{region}"
    assert bucket.inputs["tags"]["Component"] == component
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}


def test_the_application_and_the_backup_bucket_keep_versions(default: Recording):
    versioned = {
        one.inputs["bucket"]: one.inputs["versioningConfiguration"] for one in default.of_kind("BucketVersioning")
    }

    assert versioned == {
        "tap-app-bucket-test-id": {"status": "Enabled"},
        "tap-backup-bucket-test-id": {"status": "Enabled"},
    }


def test_logs_are_deleted_after_90_days(default: Recording):
    (rule,) = default.named("tap-logs-bucket-lifecycle-test").inputs["rules"]

    assert rule["status"] == "Enabled"
    assert rule["filter"] == {"prefix": ""}
    assert rule["expiration"] == {"days": 90}


def test_log_groups_and_the_alarm_have_their_names(default: Recording):
    alarm = default.only("MetricAlarm").inputs

    assert {one.inputs["name"] for one in default.of_kind("LogGroup")} == {
        "/tap/test/application",
        "/tap/test/infrastructure",
    }
    assert alarm["name"] == "tap-high-cpu-test"
    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/EC2", "CPUUtilization")
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 80)


def test_the_flow_log_takes_all_traffic_to_the_infrastructure_group(default: Recording):
    inputs = default.only("FlowLog").inputs

    assert inputs["vpcId"] == "tap-vpc-test-id"
    assert inputs["trafficType"] == "ALL"
    assert inputs["logDestination"] == "arn:aws:test:::tap-infrastructure-logs-test"
    assert inputs["iamRoleArn"] == "arn:aws:test:::tap-flow-logs-role-test"


def test_flow_logs_and_replication_can_be_left_out():
    without = record(config={"tap:enable_flow_logs": "false", "tap:enable_cross_region_replication": "false"})

    assert without.of_kind("FlowLog") == []
    assert without.of_kind("BucketReplicationConfig") == []
    assert without.exported()["s3_bucket_names"].keys() == {"app", "logs"}
    assert [one for one in without.resources.values() if one.type == "pulumi:providers:aws"] == []
    assert without.named("tap-flow-logs-role-test")


def test_outputs_of_the_component_and_of_the_stack_are_the_contracts(default: Recording):
    expected = {
        "vpc_id": "tap-vpc-test-id",
        "public_subnet_ids": ["tap-public-subnet-us-east-1a-test-id", "tap-public-subnet-us-east-1b-test-id"],
        "private_subnet_ids": ["tap-private-subnet-us-east-1a-test-id", "tap-private-subnet-us-east-1b-test-id"],
        "security_group_ids": {role: f"tap-{role}-sg-test-id" for role in ("web", "app", "db", "ssh")},
        "s3_bucket_names": {
            "app": "tap-app-test-123456789012-us-east-1",
            "backup": "tap-backup-test-123456789012-us-west-2",
            "logs": "tap-logs-test-123456789012-us-east-1",
        },
        "cloudwatch_log_groups": {
            "application": "/tap/test/application",
            "infrastructure": "/tap/test/infrastructure",
        },
    }

    assert default.exported() == expected
    assert default.outputs[default.only("TapStack").urn] == expected


def test_subnet_ids_follow_the_zones_as_they_were_given():
    zones = record(config={"tap:availability_zones": json.dumps(["us-east-1c", "us-east-1a"])}).exported()

    assert zones["public_subnet_ids"] == [
        "tap-public-subnet-us-east-1c-test-id",
        "tap-public-subnet-us-east-1a-test-id",
    ]
    assert zones["private_subnet_ids"] == [
        "tap-private-subnet-us-east-1c-test-id",
        "tap-private-subnet-us-east-1a-test-id",
    ]


def test_ranges_left_at_their_default_come_from_the_configuration():
    seen = []

    def program():
        for args in (
            TapStackArgs("one"),
            TapStackArgs("two", allowed_cidr="192.168.0.0/24", backup_region="eu-west-1"),
        ):
            stack = TapStack(args.environment_suffix, args)
            seen.append((stack.allowed_cidr, stack.replication_region))

    record(program, config={"tap:allowed_cidr": "172.16.0.0/12", "tap:replication_region": "us-west-1"})

    assert seen == [("172.16.0.0/12", "us-west-1"), ("192.168.0.0/24", "eu-west-1")]


def test_everything_is_a_child_of_the_component(default: Recording):
    (component,) = [one.urn for one in default.resources.values() if one.type == "tap:stack:TapStack"]
    strangers = [one.urn for one in default.cloud() if one.parent != component]

    assert strangers == []


def test_the_program_names_the_pipelines_stages_at_its_end():
    ending = (ROOT / "tap_stack.py").read_text().splitlines()[-4:]
    comment = " ".join(line.lstrip("# ") for line in ending if line.startswith("#"))

    assert "lint -> test -> preview -> deploy -> Slack notification -> rollback on failure" in comment
    assert ".github/workflows/deploy.yml" in comment


def test_the_public_file_holds_the_two_classes():
    assert tap_stack.TapStack.__module__ == tap_stack.TapStackArgs.__module__ == "tap_stack"
