"""What somebody changes behind the stack's back is found by `tap refresh` and mended by `tap up`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.conftest import Account
from tests.integration.home import Home
from tests.integration.inventory import Inventory, inventory, named
from tests.integration.project import ACCOUNT_ID, Project, steps
from tests.integration.stories import told_once

APP, BACKUP, LOGS = (
    f"tap-app-local-{ACCOUNT_ID}-us-east-1",
    f"tap-backup-local-{ACCOUNT_ID}-us-west-2",
    f"tap-logs-local-{ACCOUNT_ID}-us-east-1",
)


@dataclass
class Drift:
    """One change by hand. `aws` and the ids by logical name are handed to it; found, mended: refresh's and up's op."""

    resource: str
    change: Callable[[Account, dict[str, str]], object]
    found: str = "update"
    mended: str = "update"


def _is_gone(resource: str, change: Callable[[Account, dict[str, str]], object]) -> Drift:
    return Drift(resource, change, "delete", "create")


def _other_policy(text: str) -> str:
    policy = json.loads(text)
    policy["Statement"][0]["Action"] = "logs:*"
    return json.dumps(policy)


def _widen_role(aws: Account, ids: dict[str, str]) -> None:
    iam, (role, _, policy) = aws.client("iam"), ids["tap-flow-logs-policy-local"].partition(":")
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=_other_policy(json.dumps(document)))


def _trust_anybody(aws: Account, ids: dict[str, str]) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam").update_assume_role_policy(
        RoleName=ids["tap-replication-role-local"],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )


def _open_default_group(aws: Account, ids: dict[str, str]) -> None:
    aws.client("ec2").authorize_security_group_ingress(
        GroupId=ids["tap-default-sg-local"],
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )


def _loosen_alarm(aws: Account, _: dict[str, str]) -> None:
    (alarm,) = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    kept = ("AlarmName", "Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator")
    aws.client("cloudwatch").put_metric_alarm(**{key: alarm[key] for key in kept}, Threshold=99.0)


def _hijack_topic(aws: Account, ids: dict[str, str]) -> None:
    sns, arn = aws.client("sns"), ids["tap-alarms-local"]
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    policy["Statement"][0]["Principal"] = {"AWS": "*"}
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy))


def _stop_replication(aws: Account, _: dict[str, str]) -> None:
    aws.client("s3").delete_bucket_replication(Bucket=APP)


def _encrypt_otherwise(aws: Account, _: dict[str, str]) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    aws.client("s3").put_bucket_encryption(Bucket=APP, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _keep_logs_for_years(aws: Account, _: dict[str, str]) -> None:
    rule = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3650}}
    aws.client("s3").put_bucket_lifecycle_configuration(Bucket=LOGS, LifecycleConfiguration={"Rules": [rule]})


def _cut_endpoint_off(aws: Account, ids: dict[str, str]) -> None:
    aws.client("ec2").modify_vpc_endpoint(
        VpcEndpointId=ids["tap-s3-endpoint-local"], RemoveRouteTableIds=[ids["tap-private-rt-us-east-1a-local"]]
    )


DRIFTS = {
    "a rule removed": _is_gone(
        "tap-web-in-443-anywhere-ipv4-local",
        lambda aws, ids: aws.client("ec2").revoke_security_group_ingress(
            GroupId=ids["tap-web-sg-local"], SecurityGroupRuleIds=[ids["tap-web-in-443-anywhere-ipv4-local"]]
        ),
    ),
    "the default group opened": Drift("tap-default-sg-local", _open_default_group),
    "a tag changed": Drift(
        "tap-vpc-local",
        lambda aws, ids: aws.client("ec2").create_tags(
            Resources=[ids["tap-vpc-local"]], Tags=[{"Key": "environment", "Value": "staging"}]
        ),
    ),
    "a tag removed": Drift(
        "tap-igw-local",
        lambda aws, ids: aws.client("ec2").delete_tags(Resources=[ids["tap-igw-local"]], Tags=[{"Key": "Project"}]),
    ),
    "a tag added": Drift(
        "tap-infrastructure-logs-local",
        lambda aws, _: aws.client("logs").tag_log_group(logGroupName="/tap/local/infrastructure", tags={"by": "hand"}),
    ),
    "public addresses off": Drift(
        "tap-public-subnet-us-east-1a-local",
        lambda aws, ids: aws.client("ec2").modify_subnet_attribute(
            SubnetId=ids["tap-public-subnet-us-east-1a-local"], MapPublicIpOnLaunch={"Value": False}
        ),
    ),
    "a route deleted": _is_gone(
        "tap-private-default-route-us-east-1b-local",
        lambda aws, ids: aws.client("ec2").delete_route(
            RouteTableId=ids["tap-private-rt-us-east-1b-local"], DestinationCidrBlock="0.0.0.0/0"
        ),
    ),
    "a subnet taken from its table": _is_gone(
        "tap-private-rta-us-east-1a-local",
        lambda aws, ids: aws.client("ec2").disassociate_route_table(
            AssociationId=ids["tap-private-rta-us-east-1a-local"]
        ),
    ),
    "a NAT gateway deleted": _is_gone(
        "tap-nat-us-east-1b-local",
        lambda aws, ids: aws.client("ec2").delete_nat_gateway(NatGatewayId=ids["tap-nat-us-east-1b-local"]),
    ),
    "the endpoint cut off": Drift("tap-s3-endpoint-local", _cut_endpoint_off),
    "the flow log deleted": _is_gone(
        "tap-vpc-flow-log-local",
        lambda aws, ids: aws.client("ec2").delete_flow_logs(FlowLogIds=[ids["tap-vpc-flow-log-local"]]),
    ),
    "versioning suspended": Drift(
        "tap-backup-bucket-versioning-local",
        lambda aws, _: aws.client("s3").put_bucket_versioning(
            Bucket=BACKUP, VersioningConfiguration={"Status": "Suspended"}
        ),
    ),
    "another encryption": Drift("tap-app-bucket-encryption-local", _encrypt_otherwise),
    "public access no longer blocked": _is_gone(
        "tap-logs-bucket-public-access-local",
        lambda aws, _: aws.client("s3").delete_public_access_block(Bucket=LOGS),
    ),
    "another owner": Drift(
        "tap-logs-bucket-ownership-local",
        lambda aws, _: aws.client("s3").put_bucket_ownership_controls(
            Bucket=LOGS, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
    ),
    "a bucket policy removed": _is_gone(
        "tap-backup-bucket-policy-local", lambda aws, _: aws.client("s3").delete_bucket_policy(Bucket=BACKUP)
    ),
    "another lifecycle": Drift("tap-logs-bucket-lifecycle-local", _keep_logs_for_years),
    "no lifecycle": _is_gone(
        "tap-backup-bucket-lifecycle-local", lambda aws, _: aws.client("s3").delete_bucket_lifecycle(Bucket=BACKUP)
    ),
    "access logs off": _is_gone(
        "tap-app-bucket-logging-local",
        lambda aws, _: aws.client("s3").put_bucket_logging(Bucket=APP, BucketLoggingStatus={}),
    ),
    "replication off": _is_gone("tap-app-bucket-replication-local", _stop_replication),
    "a role's policy widened": Drift("tap-flow-logs-policy-local", _widen_role),
    "a role's trust changed": Drift("tap-replication-role-local", _trust_anybody),
    "rotation off": Drift(
        "tap-logs-key-local",
        lambda aws, ids: aws.client("kms").disable_key_rotation(KeyId=ids["tap-logs-key-local"]),
    ),
    "an alias deleted": _is_gone(
        "tap-alarms-key-alias-local", lambda aws, _: aws.client("kms").delete_alias(AliasName="alias/tap-alarms-local")
    ),
    "another retention": Drift(
        "tap-application-logs-local",
        lambda aws, _: aws.client("logs").put_retention_policy(
            logGroupName="/tap/local/application", retentionInDays=1
        ),
    ),
    "another threshold": Drift("tap-high-cpu-local", _loosen_alarm),
    "a topic for everybody": Drift("tap-alarms-local", _hijack_topic),
}


@dataclass(repr=False)
class Story:
    """What was seen of a stack that drifted in every way at once: before, drifted, found and mended."""

    before: Inventory
    drifted: Inventory
    found: dict[str, str]
    mended: dict[str, str]
    after: Inventory
    again: dict[str, Any]


@pytest.fixture(scope="session")
def story(tmp_path_factory, home) -> Story:
    return told_once(tmp_path_factory, "drift", partial(_tell, home))


def _tell(home: Home) -> Story:
    with home.project() as project:
        return _drift_and_mend(project)


def _drift_and_mend(project: Project) -> Story:
    aws = project.start_aws()
    project.succeed("up")
    before = named(inventory(aws))
    ids = project.ids()
    for drift in DRIFTS.values():
        drift.change(aws, ids)
    drifted = named(inventory(aws))
    found = steps(project.document("refresh"), but=("same", "refresh"))
    mended = steps(project.document("up"))
    return Story(before, drifted, found, mended, named(inventory(aws)), project.document("preview"))


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS.keys())
def test_what_was_changed_by_hand_is_found_and_mended(story, drift):
    assert story.found.get(drift.resource) == drift.found
    assert story.mended.get(drift.resource) == drift.mended


def test_everything_is_as_it_was_before(story):
    wrong = [
        (kind, key, each, story.after[kind].get(key))
        for kind, things in story.before.items()
        for key, each in things.items()
        if story.after[kind].get(key) != each
    ]
    added = [(kind, key) for kind, things in story.after.items() for key in things if key not in story.before[kind]]

    assert story.drifted != story.before
    assert wrong == added == []
    assert story.again["changeSummary"].keys() == {"same"}


def test_nothing_but_what_drifted_was_mended(story):
    expected = {drift.resource: drift.mended for drift in DRIFTS.values()}

    assert story.mended == expected
