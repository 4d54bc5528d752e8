"""Whatever becomes of the answers to a creation: it is made once, and the state says what there is. Every type."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tap.aws import registry
from tap.aws.provider import AwsProvider
from tap.aws.tags import MARK_KEY
from tap.engine.model import Mark
from tap.engine.provider import OutcomeUnknownError, PartialFailureError
from tap.local_aws.clients import Clients
from tests.aws.test_contract import SAMPLES, Case
from tests.faults.counting import count_of
from tests.faults.proxy import Fault, Rule, fault_proxy

MAKES_NOTHING = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
"""It takes over what its VPC has had from the start."""

AGE_TELLS = {"aws:s3/bucket:Bucket"}
"""The other types are known by what they belong to: what is there as it was wanted counts as made."""


@pytest.fixture
def proxy(embedded_aws):
    with fault_proxy(embedded_aws.endpoint) as proxy:
        yield proxy


def provider_at(endpoint, account):
    clients = Clients(endpoint, "us-east-1", access_key_id=account.access_key_id)
    provider = AwsProvider(clients)
    provider.configure({"region": "us-east-1", "version": "7.51.1"})
    return provider, clients


@pytest.fixture
def behind(proxy, aws_account):
    """The provider behind the proxy."""
    provider, clients = provider_at(proxy.endpoint, aws_account)
    yield provider
    clients.close()


@pytest.fixture
def direct(aws_account):
    provider, clients = provider_at(aws_account.endpoint, aws_account)
    yield provider
    clients.close()


def new_mark(**later):
    return Mark(uuid.uuid4().hex, datetime.now(UTC) + timedelta(**later))


def case_of(provider, token, world):
    return Case(provider, token, SAMPLES[token](world))


def writes(call):
    return not call.reads


LOST = {
    "closed, applied": Rule("*", Fault.CLOSE, where=writes, times=1),
    "closed, not applied": Rule("*", Fault.CLOSE, applied=False, where=writes, times=1),
    "500, applied": Rule("*", Fault.ERROR, where=writes, times=1),
    "half an answer, applied": Rule(
        "*", Fault.TRUNCATE, where=lambda call: writes(call) and call.service != "s3", times=1
    ),
    "half of all answers": Rule("*", Fault.RESET, where=writes, probability=0.5),
}
"""S3's answers to what changes something have no body that could be cut."""


@pytest.mark.parametrize("fate", LOST)
@pytest.mark.parametrize("token", registry.tokens())
def test_a_creation_whose_answer_is_lost_is_made_once(token, fate, behind, direct, proxy, aws_account):
    case = case_of(behind, token, aws_account)
    inputs = case.checked(case.sample.first)
    before = count_of(token, aws_account, inputs)
    proxy.rules = [LOST[fate]]
    made = case.create(inputs)
    proxy.rules = []
    seen = case_of_again(case, direct).read(made, inputs)

    assert count_of(token, aws_account, inputs) == before + (token != MAKES_NOTHING)
    assert seen.outputs == made.outputs
    assert not case.diff(made.id, inputs, made.outputs).changes
    case.provider.delete(case.urn, made.id, inputs, made.outputs, 0)
    assert count_of(token, aws_account, inputs) == before


def test_what_a_lost_call_made_is_looked_for_before_anything_is_sent_again(behind, proxy, aws_account):
    """A second one that is taken away at once would have been a second one all the same."""
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    proxy.rules = [Rule("ec2 CreateVpc", Fault.CLOSE, times=1)]
    case.create(case.checked(case.sample.first))

    assert [call.name for call in proxy.calls].count("ec2 CreateVpc") == 1


def case_of_again(case, provider):
    return Case(provider, case.token, case.sample)


@pytest.mark.parametrize("token", registry.tokens())
def test_what_a_killed_run_made_is_found_by_its_mark(token, direct, aws_account):
    kind = registry.resource_type(token)
    case = case_of(direct, token, aws_account)
    inputs, mark = case.checked(case.sample.first), new_mark()
    assert direct.find_created(case.urn, inputs, mark) is None
    made = direct.create(case.urn, inputs, 0, preview=False, mark=mark)
    found = direct.find_created(case.urn, inputs, mark)
    stranger = direct.find_created(case.urn, inputs, new_mark(seconds=5))

    if token == MAKES_NOTHING:
        assert found is None
        return
    completed = direct.update(case.urn, found.id, inputs, found.outputs, inputs, 0, preview=False)
    assert found.id == made.id
    assert not case.diff(made.id, inputs, completed).changes
    assert completed.get("__meta") == made.outputs.get("__meta")
    assert (stranger is None) == (kind.marked_by_tag or token in AGE_TELLS), "what another creation made is not ours"
    direct.delete(case.urn, made.id, inputs, made.outputs, 0)
    assert direct.find_created(case.urn, inputs, mark) is None


@pytest.mark.parametrize("token", registry.tokens())
def test_what_a_killed_run_had_sent_and_is_carried_out_after_the_next_one_has_looked_is_there_once(
    token, direct, aws_account
):
    case = case_of(direct, token, aws_account)
    inputs, mark = case.checked(case.sample.first), new_mark()
    before = count_of(token, aws_account, inputs)
    assert direct.find_created(case.urn, inputs, mark) is None
    direct.create(case.urn, inputs, 0, preview=False, mark=mark)
    made = direct.create(case.urn, inputs, 0, preview=False, mark=replace(mark, sent_before=True))

    assert count_of(token, aws_account, inputs) == before + (token != MAKES_NOTHING)
    assert not case.diff(made.id, inputs, made.outputs).changes
    direct.delete(case.urn, made.id, inputs, made.outputs, 0)
    assert count_of(token, aws_account, inputs) == before


def test_what_was_there_before_is_not_taken_over_because_a_killed_run_may_have_sent_it(direct, aws_account):
    aws_account.client("logs").create_log_group(logGroupName="/theirs")
    case, mark = case_of(direct, "aws:cloudwatch/logGroup:LogGroup", aws_account), new_mark()
    inputs = case.checked({"name": "/theirs"})
    with pytest.raises(Exception, match="already exists"):
        direct.create(case.urn, inputs, 0, preview=False, mark=replace(mark, sent_before=True))

    assert aws_account.client("logs").list_tags_log_group(logGroupName="/theirs")["tags"] == {}


def test_a_vpc_that_goes_while_it_is_read_is_gone(behind, proxy, aws_account):
    """A killed run's DeleteVpc can be carried out in the middle of the next run's questions."""
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    inputs = case.checked(case.sample.first)
    made = case.create(inputs)
    gone = threading.Event()

    def delete(_):
        if not gone.is_set():
            gone.set()
            aws_account.client("ec2").delete_vpc(VpcId=made.id)

    proxy.rules = [Rule("ec2 DescribeVpcs", Fault.NONE, after=delete)]

    assert case.read(made, inputs) is None
    assert gone.is_set()


def test_of_two_that_carry_one_mark_the_second_is_taken_away(direct, aws_account):
    """A call that was given up can be carried out late, after its repetition."""
    ec2 = aws_account.client("ec2")
    case, mark = case_of(direct, "aws:ec2/vpc:Vpc", aws_account), new_mark()
    inputs = case.checked(case.sample.first)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": MARK_KEY, "Value": mark.text}]}]
    made = {ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"] for _ in range(2)}
    found = direct.find_created(case.urn, inputs, mark)

    left = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]} & made
    assert left == {found.id}


def test_what_a_lost_call_made_after_its_repetition_is_taken_away(behind, proxy, aws_account):
    ec2 = aws_account.client("ec2")
    case, mark = case_of(behind, "aws:ec2/vpc:Vpc", aws_account), new_mark()
    inputs = case.checked(case.sample.first)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": MARK_KEY, "Value": mark.text}]}]
    before = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}

    def carry_out_late(_):
        for _ in range(3):  # one of them sorts before the repetition's own
            ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags)

    proxy.rules = [
        Rule("ec2 CreateVpc", applied=False, times=1),
        Rule("ec2 CreateVpc", Fault.NONE, after=carry_out_late, times=1),
    ]
    made = behind.create(case.urn, inputs, 0, preview=False, mark=mark)

    assert {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]} - before == {made.id}


def test_a_repetition_after_which_nothing_can_be_heard_stays_begun(behind, proxy, aws_account):
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    inputs = case.checked(case.sample.first)
    silent = threading.Event()
    proxy.rules = [
        Rule("ec2 CreateVpc", applied=False, times=1),
        Rule("ec2 CreateVpc", Fault.NONE, after=lambda _: silent.set()),
        Rule("ec2 Describe*", applied=False, where=lambda _: silent.is_set()),
    ]
    with pytest.raises(OutcomeUnknownError):
        case.create(inputs)


def test_what_was_there_before_is_refused_and_not_taken_over_after_a_lost_answer(behind, proxy, aws_account):
    aws_account.client("logs").create_log_group(logGroupName="/theirs")
    case = case_of(behind, "aws:cloudwatch/logGroup:LogGroup", aws_account)
    proxy.rules = [Rule("logs CreateLogGroup", applied=False, times=1)]
    with pytest.raises(Exception, match="already exists"):
        case.create(case.checked({"name": "/theirs"}))

    assert aws_account.client("logs").list_tags_log_group(logGroupName="/theirs")["tags"] == {}


def test_a_topic_that_was_there_before_is_refused(direct, aws_account):
    aws_account.client("sns").create_topic(Name="theirs")
    case = case_of(direct, "aws:sns/topic:Topic", aws_account)
    with pytest.raises(Exception, match="already exists with different tags"):
        case.create(case.checked({"name": "theirs"}))

    assert len(aws_account.client("sns").list_topics()["Topics"]) == 1


def test_a_creation_of_which_nothing_can_be_heard_stays_begun(behind, proxy, aws_account):
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    inputs = case.checked(case.sample.first)
    proxy.rules = [Rule("ec2 *")]
    with pytest.raises(OutcomeUnknownError, match="not known"):
        case.create(inputs)


def test_an_update_of_which_nothing_can_be_heard_stays_begun(behind, proxy, aws_account):
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    first = case.checked(case.sample.first)
    second = case.checked(case.sample.second, olds=first)
    made = case.create(first)
    # One look at the beginning is answered, then nothing.
    proxy.rules = [Rule("ec2 ModifyVpcAttribute"), Rule("ec2 DescribeVpcs", first=2)]
    with pytest.raises(OutcomeUnknownError):
        case.update(made, first, second)


@pytest.mark.parametrize("direction", ["egress"])
def test_a_group_whose_open_egress_could_not_be_revoked_is_completed_by_the_next_run(
    direction, behind, direct, proxy, aws_account
):
    case = case_of(behind, "aws:ec2/securityGroup:SecurityGroup", aws_account)
    inputs = case.checked({key: value for key, value in case.sample.first.items() if key not in ("ingress", "egress")})
    proxy.rules = [Rule("ec2 RevokeSecurityGroupEgress", Fault.ERROR, applied=False, status=400, code="AccessDenied")]
    with pytest.raises(PartialFailureError) as failed:
        case.create(inputs)
    group = failed.value
    proxy.rules = []
    # A refresh in between must not forget it.
    seen = direct.read(case.urn, group.id, inputs, group.outputs)
    planned = direct.diff(case.urn, group.id, inputs, seen.outputs, inputs, ())
    direct.update(case.urn, group.id, inputs, seen.outputs, inputs, 0, preview=False)
    described = aws_account.client("ec2").describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]

    assert planned.diffs == (direction,)
    assert described["IpPermissionsEgress"] == []


def test_a_delete_whose_answer_is_lost_is_done_once_and_quiet(behind, proxy, aws_account):
    case = case_of(behind, "aws:ec2/vpc:Vpc", aws_account)
    inputs = case.checked(case.sample.first)
    made = case.create(inputs)
    proxy.rules = [Rule("ec2 DeleteVpc", Fault.RESET, times=1)]
    behind.delete(case.urn, made.id, inputs, made.outputs, 0)

    assert made.id not in {vpc["VpcId"] for vpc in aws_account.client("ec2").describe_vpcs()["Vpcs"]}
