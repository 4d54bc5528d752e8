"""`tap up` on the embedded AWS, then boto3: all of the specification is there, nothing else is, and all is tagged."""

from __future__ import annotations

from tests.integration.inventory import counts, tags_of
from tests.integration.project import ACCOUNT_ID

ZONES = ("us-east-1a", "us-east-1b")
BASE_TAGS = {
    "environment": "production",
    "Environment": "local",
    "Project": "IaC-AWS-Nova-Model-Breaking",
    "ManagedBy": "Pulumi",
    "Stack": "local",
}


def test_there_is_what_the_specification_names_and_nothing_else(built):
    assert counts(built.after, but=built.before) == {
        "us-east-1 vpc": 1,
        "us-east-1 subnet": 4,
        "us-east-1 route table": 4,  # AWS makes each VPC's main table by itself
        "us-east-1 internet gateway": 1,
        "us-east-1 nat gateway": 2,
        "us-east-1 address": 2,
        "us-east-1 network interface": 2,  # the NAT gateways' own
        "us-east-1 network acl": 1,  # the VPC's own
        "us-east-1 security group": 5,
        "us-east-1 security group rule": 9,
        "us-east-1 vpc endpoint": 1,
        "us-east-1 flow log": 1,
        "us-east-1 key": 2,
        "us-east-1 alias": 2,
        "us-east-1 log group": 2,
        "us-east-1 alarm": 1,
        "us-east-1 topic": 1,
        "role": 2,
        "bucket": 3,
    }


def test_everything_that_takes_tags_carries_the_base_tags(built):
    untagged = []
    for kind, things in built.after.items():
        for key, each in things.items():
            if key in built.before[kind] or kind.endswith(("alias", "network interface", "network acl")):
                continue
            if kind.endswith("route table") and not each["Tags"]:
                assert each["Associations"][0]["Main"] is True
                continue
            listed = each.get("tags") or each.get("Tags") or each.get("TagSet") or []
            tags = listed if isinstance(listed, dict) else tags_of(listed)
            expected = dict(BASE_TAGS)
            if kind == "role":
                expected["EnvironmentSuffix"] = expected.pop("Environment")
            if not expected.items() <= tags.items() or "Name" not in tags or "Component" not in tags:
                untagged.append((kind, key, tags))

    assert untagged == []


def test_roles_carry_no_two_tags_that_iam_takes_for_one(built):
    for role in built.after["role"].values():
        folded = [key.lower() for key in tags_of(role["Tags"])]

        assert len(folded) == len(set(folded))
        assert tags_of(role["Tags"])["EnvironmentSuffix"] == "local"


def test_the_outputs_are_the_contracts(built):
    subnets = {name: each["SubnetId"] for name, each in built.of("subnet").items()}
    groups = {name: each["GroupId"] for name, each in built.of("security group").items()}

    assert built.outputs == {
        "vpc_id": built.of("vpc")["tap-vpc-local"]["VpcId"],
        "public_subnet_ids": [subnets[f"tap-public-subnet-{zone}-local"] for zone in ZONES],
        "private_subnet_ids": [subnets[f"tap-private-subnet-{zone}-local"] for zone in ZONES],
        "security_group_ids": {role: groups[f"tap-{role}-sg-local"] for role in ("web", "app", "db", "ssh")},
        "s3_bucket_names": {
            "app": f"tap-app-local-{ACCOUNT_ID}-us-east-1",
            "backup": f"tap-backup-local-{ACCOUNT_ID}-us-west-2",
            "logs": f"tap-logs-local-{ACCOUNT_ID}-us-east-1",
        },
        "cloudwatch_log_groups": {
            "application": "/tap/local/application",
            "infrastructure": "/tap/local/infrastructure",
        },
    }
