"""The embedded AWS as boto3 sees it: many threads at once, and what it can not do."""

import subprocess
import sys
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


ONE_AT_A_TIME = """
import threading
from pathlib import Path
from werkzeug.test import create_environ
from tap.local_aws.emulator import EmbeddedAws
from tap.local_aws.run_file import RunFile

aws = EmbeddedAws(RunFile(0, 0, "", ""), Path("/"))
inside, most, second = 0, 0, threading.Event()

def start_response(*_):
    # moto calls this while it works on the request.
    global inside, most
    inside += 1
    most = max(most, inside)
    if inside > 1:
        second.set()
    second.wait(0.5)
    inside -= 1

def ask():
    data = {"Action": "DescribeVpcs", "Version": "2016-11-15"}
    list(aws(create_environ("/", "http://ec2.us-east-1.amazonaws.com", method="POST", data=data), start_response))

threads = [threading.Thread(target=ask) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(most)
"""


def test_moto_gets_one_request_at_a_time():
    ended = subprocess.run(
        [sys.executable, "-c", ONE_AT_A_TIME], capture_output=True, text=True, timeout=60, check=True
    )

    assert ended.stdout == "1\n"
