"""The fault proxy itself: a fault that is not what it says would make every other test here worthless."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tap.local_aws.credentials import SECRET_ACCESS_KEY
from tests.faults.proxy import Fault, Rule, fault_proxy, throttle

ONE_TRY = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={}, read_timeout=5)


@pytest.fixture
def proxy(aws_account):
    with fault_proxy(aws_account.endpoint) as proxy:
        yield proxy


@pytest.fixture
def client_of(aws_account, proxy):
    clients = []

    def client(service):
        made = boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=proxy.endpoint,
            aws_access_key_id=aws_account.access_key_id,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=ONE_TRY,
        )
        clients.append(made)
        return made

    yield client
    for made in clients:
        made.close()


def test_what_no_rule_is_about_passes_unchanged_and_is_noted_by_name(client_of, proxy):
    bucket = f"proxy-{id(proxy)}"
    client_of("s3").create_bucket(Bucket=bucket)
    client_of("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client_of("s3").head_bucket(Bucket=bucket)
    client_of("s3").delete_bucket(Bucket=bucket)
    client_of("ec2").describe_vpcs()
    client_of("kms").list_keys()
    client_of("cloudwatch").describe_alarms()
    client_of("sns").list_topics()

    assert [call.name for call in proxy.calls] == [
        "s3 CreateBucket",
        "s3 PutBucketVersioning",
        "s3 HeadBucket",
        "s3 DeleteBucket",
        "ec2 DescribeVpcs",
        "kms ListKeys",
        "monitoring DescribeAlarms",
        "sns ListTopics",
    ]
    assert proxy.faults == []


@pytest.mark.parametrize("fault", [Fault.CLOSE, Fault.RESET, Fault.CUT, Fault.TRUNCATE, Fault.GARBLE])
def test_an_answer_is_lost_after_aws_did_it(client_of, proxy, aws_account, fault):
    proxy.rules = [Rule("ec2 CreateVpc", fault)]
    before = len(aws_account.client("ec2").describe_vpcs()["Vpcs"])
    with pytest.raises((BotoCoreError, ResponseParserError)):
        client_of("ec2").create_vpc(CidrBlock="10.0.0.0/16")

    assert len(aws_account.client("ec2").describe_vpcs()["Vpcs"]) == before + 1
    assert [(call.name, call.fault, call.applied) for call in proxy.calls] == [("ec2 CreateVpc", fault, True)]


def test_a_request_can_be_lost_before_aws_has_it(client_of, proxy, aws_account):
    proxy.rules = [Rule("ec2 CreateVpc", Fault.RESET, applied=False)]
    before = len(aws_account.client("ec2").describe_vpcs()["Vpcs"])
    with pytest.raises(BotoCoreError):
        client_of("ec2").create_vpc(CidrBlock="10.0.0.0/16")

    assert len(aws_account.client("ec2").describe_vpcs()["Vpcs"]) == before


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "describe_vpcs"),
        ("s3", "list_buckets"),
        ("kms", "list_keys"),
        ("sns", "list_topics"),
        ("cloudwatch", "describe_alarms"),
        ("logs", "describe_log_groups"),
        ("iam", "list_roles"),
    ],
)
def test_every_protocol_says_an_error(client_of, proxy, service, operation):
    proxy.rules = [throttle("*", code="SlowDown", status=503)]
    with pytest.raises(ClientError) as raised:
        getattr(client_of(service), operation)()

    assert raised.value.response["Error"]["Code"] == "SlowDown"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_a_rule_strikes_from_its_first_call_on_and_so_often(client_of, proxy):
    proxy.rules = [throttle("ec2 *", first=2, times=1)]
    ec2 = client_of("ec2")
    ec2.describe_vpcs()
    with pytest.raises(ClientError):
        ec2.describe_vpcs()
    ec2.describe_vpcs()

    assert [call.fault for call in proxy.calls] == [Fault.NONE, Fault.ERROR, Fault.NONE]


def test_the_same_seed_gives_the_same_fates(client_of, proxy):
    def fates():
        proxy.calls.clear()
        proxy.rules = [Rule("ec2 *", Fault.DELAY, probability=0.5)]
        for _ in range(20):
            client_of("ec2").describe_vpcs()
        return [call.fault for call in proxy.calls]

    first, second = fates(), fates()

    assert first == second
    assert set(first) == {Fault.DELAY, Fault.NONE}


def test_silence_outlasts_a_read_timeout_and_hooks_see_the_call(client_of, proxy):
    seen = []
    proxy.rules = [
        Rule(
            "ec2 CreateVpc",
            Fault.SILENCE,
            seconds=30,
            before=lambda call: seen.append(f"before {call.name}"),
            after=lambda call: seen.append(f"after {call.name}"),
        )
    ]
    with pytest.raises(BotoCoreError, match="Read timeout"):
        client_of("ec2").create_vpc(CidrBlock="10.0.0.0/16")

    assert seen == ["before ec2 CreateVpc", "after ec2 CreateVpc"]
