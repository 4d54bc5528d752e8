"""The embedded AWS as boto3 sees it: many threads at once, and what it can not do."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from botocore.exceptions import ClientError

THREADS = 16
ROUNDS = 48


def test_sixteen_threads_lose_nothing_and_break_nothing(aws_account):
    ec2, s3 = aws_account.client("ec2"), aws_account.client("s3")
    prefix = uuid.uuid4().hex[:12]

    def build(number):
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "number", "Value": str(number)}])
        ec2.describe_network_acls()
        s3.create_bucket(Bucket=f"{prefix}-{number}")
        return vpc, subnet

    with ThreadPoolExecutor(THREADS) as threads:
        made = list(threads.map(build, range(ROUNDS)))
    vpcs = {
        vpc["VpcId"]: {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}
        for vpc in ec2.describe_vpcs(Filters=[{"Name": "tag-key", "Values": ["number"]}])["Vpcs"]
    }
    subnets = {subnet["SubnetId"]: subnet["VpcId"] for subnet in ec2.describe_subnets()["Subnets"]}
    buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}

    assert vpcs == {vpc: {"number": str(number)} for number, (vpc, _) in enumerate(made)}
    assert {subnet: subnets[subnet] for _, subnet in made} == {subnet: vpc for vpc, subnet in made}
    assert {f"{prefix}-{number}" for number in range(ROUNDS)} <= buckets


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ec2", "describe_capacity_block_offerings", {"CapacityDurationHours": 24}),
        ("iam", "get_organizations_access_report", {"JobId": "0" * 36}),
        ("kms", "describe_custom_key_stores", {}),
    ],
)
def test_what_it_does_not_implement_is_said_in_every_protocol(aws_account, service, operation, arguments):
    with pytest.raises(ClientError, match=r"the embedded AWS failed: .*implemented") as caught:
        getattr(aws_account.client(service), operation)(**arguments)

    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_unknown_page_of_its_own_is_not_found(embedded_aws):
    answer = urllib3.request("GET", f"{embedded_aws.endpoint}/_tap/nothing")

    assert answer.status == 404


def test_a_reset_empties_an_account(running):
    # Not the shared one: other tests need what they have made there.
    _, aws = running
    from tests.conftest import EmbeddedAws

    account = EmbeddedAws(aws.endpoint, "test").fresh_account()
    account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    before = len(account.client("ec2").describe_vpcs()["Vpcs"])
    EmbeddedAws(aws.endpoint, "test").reset()
    after = len(account.client("ec2").describe_vpcs()["Vpcs"])
    account.close()

    assert (before, after) == (2, 1)
