"""The shared embedded AWS keeps accounts apart."""


def test_an_access_key_of_twelve_digits_is_the_account(embedded_aws):
    account = embedded_aws.fresh_account()

    assert account.account_id == account.access_key_id
    assert embedded_aws.account_id == "123456789012"


def test_what_one_account_makes_another_does_not_see(embedded_aws, aws_account):
    made = embedded_aws.client("ec2").create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]

    vpcs = aws_account.client("ec2").describe_vpcs()["Vpcs"]
    assert made not in {vpc["VpcId"] for vpc in vpcs}
    assert [vpc["IsDefault"] for vpc in vpcs] == [True]


def test_two_regions_of_an_account_are_apart(aws_account):
    made = aws_account.client("ec2", "us-west-2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    here, there = (
        {vpc["VpcId"] for vpc in aws_account.client("ec2", region).describe_vpcs()["Vpcs"]}
        for region in ("us-east-1", "us-west-2")
    )
    assert made in there
    assert made not in here
