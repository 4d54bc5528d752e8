"""A stack that is not disposable: what holds data and the network can not be destroyed by mistake."""

from __future__ import annotations

import re

from tests.integration.inventory import inventory
from tests.integration.project import Project

PROTECTED = {
    "aws:ec2/vpc:Vpc": 1,
    "aws:ec2/subnet:Subnet": 4,
    "aws:ec2/internetGateway:InternetGateway": 1,
    "aws:ec2/natGateway:NatGateway": 2,
    "aws:ec2/eip:Eip": 2,
    "aws:ec2/routeTable:RouteTable": 3,
    "aws:ec2/securityGroup:SecurityGroup": 4,
    "aws:s3/bucket:Bucket": 3,
    "aws:s3/bucketVersioning:BucketVersioning": 2,
    "aws:kms/key:Key": 2,
    "aws:cloudwatch/logGroup:LogGroup": 2,
}


def test_destroying_prod_is_refused_by_name_and_deletes_nothing_that_is_protected(project: Project):
    aws = project.start_aws()
    project.succeed("up", "--yes", "--skip-preview", "--stack", "prod")
    resources = {each["urn"]: each for each in project.state("prod")["resources"]}
    protected = {urn: each for urn, each in resources.items() if each.get("protect")}
    before = inventory(aws)
    ended = project("destroy", "--yes", "--skip-preview", "--stack", "prod")
    after = inventory(aws)
    missing = [(kind, key) for kind, things in before.items() for key in things if key not in after[kind]]
    told = re.findall(r'resource "(\S+)" cannot be deleted', ended.stdout)
    left = {each["urn"] for each in project.state("prod")["resources"]}

    assert ended.returncode == 1
    for type_, count in PROTECTED.items():
        assert sum(each["type"] == type_ for each in protected.values()) == count, type_
    assert told
    assert set(told) <= protected.keys()
    for urn in told:
        assert f"`pulumi state unprotect '{urn}'`" in ended.stdout
    assert "because it is protected. To unprotect the resource, either remove the `protect` flag" in ended.stdout
    assert protected.keys() <= left
    assert {kind.rpartition(" ")[2] for kind, _ in missing} & {"vpc", "subnet", "bucket", "key", "group"} == set()
    assert [key for kind, key in missing if kind.endswith(("nat gateway", "address", "internet gateway"))] == []
