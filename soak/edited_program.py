"""A small program before and after an edit that makes every kind of step: what an update is killed in the middle of.

create, update, delete, replacement with the successor made first, replacement with the predecessor deleted first, and
dependents that have to follow either.
"""

from __future__ import annotations

_PROGRAM = """
import pulumi
import pulumi_aws as aws

edited = {edited}
tags = {{"Edition": "second" if edited else "first"}}
vpc = aws.ec2.Vpc("vpc", cidr_block="10.1.0.0/16", enable_dns_hostnames=edited, tags=tags)
# Replaced: the new one first, and with it the gateway in it and the table's association.
subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.1.2.0/24" if edited else "10.1.1.0/24", tags=tags)
# Replaced: the old one has to go first.
first = pulumi.ResourceOptions(delete_before_replace=True)
other = aws.ec2.Subnet("other", vpc_id=vpc.id, cidr_block="10.1.4.0/24" if edited else "10.1.3.0/24", opts=first)
internet = aws.ec2.InternetGateway("internet", vpc_id=vpc.id, tags=tags)
address = aws.ec2.Eip("address", domain="vpc", tags=tags)
nat = aws.ec2.NatGateway(
    "nat",
    allocation_id=address.id,
    subnet_id=subnet.id,
    tags=tags,
    opts=pulumi.ResourceOptions(depends_on=[internet], delete_before_replace=True),
)
table = aws.ec2.RouteTable("table", vpc_id=vpc.id, tags=tags)
aws.ec2.Route("route", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)
aws.ec2.RouteTableAssociation("association", route_table_id=table.id, subnet_id=other.id)
group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, description="second" if edited else "first", tags=tags)
rule = aws.vpc.SecurityGroupIngressRule(
    "rule", security_group_id=group.id, ip_protocol="tcp", from_port=22, to_port=22, cidr_ipv4="10.0.0.0/8"
)
role = aws.iam.Role(
    "role",
    assume_role_policy='{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{{"Service":"vpc-flow-logs.amazonaws.com"}}}}]}}',
)
logs = aws.cloudwatch.LogGroup(
    "logs", name="/edited/second" if edited else "/edited/first", retention_in_days=7, opts=first
)
aws.ec2.FlowLog(
    "flow",
    vpc_id=vpc.id,
    traffic_type="REJECT" if edited else "ALL",
    iam_role_arn=role.arn,
    log_destination=logs.arn,
)
key = aws.kms.Key("key", description="key", multi_region=edited, deletion_window_in_days=7)
aws.kms.Alias("alias", name="alias/edited", target_key_id=key.key_id)
bucket = aws.s3.Bucket("bucket", bucket="edited-second" if edited else "edited-first", force_destroy=True)
topic = aws.sns.Topic("topic", display_name="second" if edited else "first")
if edited:
    aws.ec2.Eip("fresh", domain="vpc")
else:
    aws.ec2.Eip("stale", domain="vpc")
pulumi.export("vpc", vpc.id)
pulumi.export("subnets", [subnet.id, other.id])
pulumi.export("rule", rule.id)
"""

BEFORE = {"__main__.py": _PROGRAM.format(edited=False)}
AFTER = {"__main__.py": _PROGRAM.format(edited=True)}
