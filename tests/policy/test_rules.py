"""TapStack's policy pack, rule by rule: what each refuses and what it lets pass, through its real gRPC service."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tap.engine.values import UNKNOWN
from tests.policy.asking import ROOT, Asked, asked, subject

PACK = ROOT / "policy"
TAGS = {"tags": {"environment": "production"}}
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
KEY = "aws:kms/key:Key"
ROLE = "aws:iam/role:Role"
BLOCKS = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
SSH = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}


@pytest.fixture(scope="module")
def prod() -> Iterator[Asked]:
    with asked(PACK) as started:
        yield started


def _encryption(algorithm: Any) -> dict[str, Any]:
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}]}


def _legacy(cidr: Any, type: str = "ingress") -> dict[str, Any]:
    return {"type": type, "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [cidr]}


GOOD = [
    ("aws:ec2/vpc:Vpc", TAGS),
    ("aws:ec2/vpc:Vpc", {"tags": {}, "tagsAll": {"environment": "production"}}),
    ("aws:ec2/vpc:Vpc", {"tags": UNKNOWN}),
    ("aws:ec2/vpc:Vpc", {"tags": {"environment": "production", "Vpc": UNKNOWN}}),
    ("aws:ec2/route:Route", {}),
    ("aws:new/thing:Thing", {"name": "without tags"}),
    ("aws:new/thing:Thing", {"tags": UNKNOWN}),
    ("tap:stack:TapStack", {}),
    (ROLE, {"tags": {"environment": "production", "EnvironmentSuffix": "dev"}}),
    (INGRESS, TAGS | SSH | {"cidrIpv4": "10.0.0.0/8"}),
    (INGRESS, TAGS | SSH | {"cidrIpv4": UNKNOWN}),
    (INGRESS, TAGS | {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}),
    ("aws:ec2/securityGroupRule:SecurityGroupRule", _legacy("0.0.0.0/0", "egress")),
    (BLOCK, BLOCKS),
    (ENCRYPTION, _encryption("AES256")),
    (ENCRYPTION, _encryption(UNKNOWN)),
    (LOG_GROUP, TAGS | {"kmsKeyId": UNKNOWN, "retentionInDays": 90}),
    (TOPIC, TAGS | {"kmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/1"}),
    ("aws:ebs/volume:Volume", TAGS | {"encrypted": True}),
    ("aws:rds/cluster:Cluster", TAGS | {"storageEncrypted": True}),
    (KEY, TAGS | {"enableKeyRotation": True, "deletionWindowInDays": 30}),
    (KEY, TAGS | {"customerMasterKeySpec": "RSA_2048"}),
    (BUCKET, TAGS | {"forceDestroy": False}),
]


@pytest.mark.parametrize(("type", "inputs"), GOOD)
def test_what_is_as_it_should_be_passes(prod, type, inputs):
    assert prod.about(type, inputs) == []


BAD = [
    ("aws:ec2/vpc:Vpc", {}, "strict-tags: 'environment' is missing: must be 'production'"),
    ("aws:ec2/vpc:Vpc", {"tags": {"environment": "dev"}}, "strict-tags: 'environment' is 'dev': must be 'production'"),
    (
        ROLE,
        {"tags": {"environment": "production", "Environment": "dev"}},
        "strict-tags: 'Environment' and 'environment' are the same key to IAM: keep one of them",
    ),
    (
        "aws:ec2/vpc:Vpc",
        {"tags": {"environment": "production", "a;b": "c"}},
        "strict-tags: 'a;b' = 'c': must be letters, digits, spaces and _.:/=+-@ only (IAM takes no others)",
    ),
    ("aws:new/thing:Thing", {"tagsAll": {}}, "strict-tags: 'environment' is missing: must be 'production'"),
    (
        INGRESS,
        TAGS | SSH | {"cidrIpv4": "0.0.0.0/0"},
        "no-open-admin-ports: 0.0.0.0/0 reaches 22 (SSH): name the range that needs it, or use Session Manager",
    ),
    (
        INGRESS,
        TAGS | SSH | {"toPort": 23, "cidrIpv6": "::/0"},
        "no-open-admin-ports: ::/0 reaches 22 (SSH), 23 (Telnet): name the range that needs it, or use Session Manager",
    ),
    (BLOCK, BLOCKS | {"ignorePublicAcls": False}, "public-access-blocks: not on: ignorePublicAcls"),
    (
        ENCRYPTION,
        _encryption("none"),
        "bucket-encryption: sseAlgorithm is 'none': must be AES256, aws:kms or aws:kms:dsse",
    ),
    (
        LOG_GROUP,
        TAGS | {"retentionInDays": 90},
        "customer-keys: kmsKeyId is None: encrypt it with a key of your own, whose policy admits the logs",
    ),
    (
        TOPIC,
        TAGS | {"kmsMasterKeyId": "alias/aws/sns"},
        "customer-keys: kmsMasterKeyId is 'alias/aws/sns': "
        "CloudWatch can not use AWS's own key, and drops notifications silently",
    ),
    ("aws:ebs/volume:Volume", TAGS, "encrypted-storage: encrypted is not on"),
    (
        BUCKET,
        TAGS | {"forceDestroy": True},
        "buckets-are-kept: forceDestroy is on: every object and version goes with the bucket",
    ),
    (KEY, TAGS, "key-rotation: enableKeyRotation is not on"),
    (
        KEY,
        TAGS | {"enableKeyRotation": True, "deletionWindowInDays": 7},
        "key-deletion-window: deletionWindowInDays is 7: 30 days leave time to change one's mind",
    ),
    (
        LOG_GROUP,
        TAGS | {"kmsKeyId": "arn:aws:kms:us-east-1:1:key/1"},
        "log-retention: retentionInDays is not set: CloudWatch keeps the events for ever",
    ),
]


@pytest.mark.parametrize(("type", "inputs", "violation"), BAD)
def test_what_is_not_is_said_once(prod, type, inputs, violation):
    assert prod.about(type, inputs) == [violation]


@pytest.mark.parametrize(
    "group", ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"]
)
def test_a_rule_inside_a_group_and_a_legacy_rule_are_judged_too(prod, group):
    rule = {"protocol": "tcp", "fromPort": 0, "toPort": 65535, "cidrBlocks": ["10.0.0.0/8"], "ipv6CidrBlocks": ["::/0"]}
    (inside,) = prod.about(group, TAGS | {"ingress": [rule]})
    (legacy,) = prod.about("aws:ec2/securityGroupRule:SecurityGroupRule", _legacy("0.0.0.0/0"))

    assert inside.startswith("no-open-admin-ports: ::/0 reaches 20 (FTP data), 21 (FTP), 22 (SSH), 23 (Telnet) and ")
    assert legacy.startswith("no-open-admin-ports: 0.0.0.0/0 reaches 20 (FTP data)")


def test_what_holds_data_is_protected_unless_the_stack_says_that_it_is_disposable(prod, tmp_path):
    (tmp_path / "levels.json").write_text('{"protected-data": {"disposable": true}}')
    careless = TAGS | {"forceDestroy": True}
    (violation,) = prod.about(BUCKET, TAGS, protect=False)
    with asked(PACK, config={"tap:disposable": "true"}) as dev:
        disposable = dev.about(BUCKET, careless, protect=False)
    with asked(PACK, pack_config=tmp_path / "levels.json") as told:
        by_configuration = told.about(BUCKET, careless, protect=False)

    assert (
        violation == "protected-data: deleting it loses every object and version in the bucket: set the option protect"
    )
    assert disposable == []
    assert [each.partition(":")[0] for each in by_configuration] == ["buckets-are-kept"]


def test_a_bucket_without_side_resources_of_its_own_is_found_in_the_stack(prod):
    bare = subject(BUCKET, {"bucket": "bare"}, name="bare")
    closed = subject(BUCKET, {"bucket": "closed", "id": UNKNOWN}, name="closed")
    urn = closed.resource.urn
    sides = [
        subject(kind, {"bucket": UNKNOWN}, name=kind[-5:], property_dependencies={"bucket": (urn,)})
        for kind in (BLOCK, ENCRYPTION)
    ]
    named = [subject(kind, {"bucket": "bare"}, name=f"{kind[-5:]}-2") for kind in (BLOCK, ENCRYPTION)]

    assert prod.stack([bare, closed, *sides]) == [
        "buckets-are-encrypted: the bucket has no BucketServerSideEncryptionConfiguration of its own",
        "buckets-are-private: the bucket has no BucketPublicAccessBlock of its own",
    ]
    assert prod.stack([bare, closed, *sides, *named]) == []


def test_each_policy_has_a_case_that_breaks_it():
    broken = {violation.partition(":")[0] for _, _, violation in BAD}
    elsewhere = {"buckets-are-encrypted", "buckets-are-private", "protected-data"}
    told = "".join(path.read_text() for path in (PACK / "policies").glob("*.py"))

    assert set(re.findall(r'[pP]olicy\(\s*"([a-z-]+)"', told)) == broken | elsewhere
