"""Everything that there is in an account, by boto3: what a test compares before and after."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from tests.conftest import Account

REGIONS = ("us-east-1", "us-west-2")
_EC2 = {
    # what to call it: (operation, key of the answer, key of its id)
    "vpc": ("describe_vpcs", "Vpcs", "VpcId"),
    "subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "route table": ("describe_route_tables", "RouteTables", "RouteTableId"),
    "internet gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "nat gateway": ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "address": ("describe_addresses", "Addresses", "AllocationId"),
    "security group": ("describe_security_groups", "SecurityGroups", "GroupId"),
    "security group rule": ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    "network acl": ("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "network interface": ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "vpc endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "flow log": ("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "dhcp options": ("describe_dhcp_options", "DhcpOptions", "DhcpOptionsId"),
    "volume": ("describe_volumes", "Volumes", "VolumeId"),
    "key pair": ("describe_key_pairs", "KeyPairs", "KeyPairId"),
}
MARK = "tap:mark"
"""The tag by which `tap` finds what an interrupted creation made; each creation has one of its own."""

_VPC_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")
_BUCKET_SETTINGS = {
    "versioning": ("get_bucket_versioning", ("Status",)),
    "encryption": ("get_bucket_encryption", ("ServerSideEncryptionConfiguration",)),
    "public access": ("get_public_access_block", ("PublicAccessBlockConfiguration",)),
    "ownership": ("get_bucket_ownership_controls", ("OwnershipControls",)),
    "policy": ("get_bucket_policy", ("Policy",)),
    "lifecycle": ("get_bucket_lifecycle_configuration", ("Rules",)),
    "replication": ("get_bucket_replication", ("ReplicationConfiguration",)),
    "logging": ("get_bucket_logging", ("LoggingEnabled",)),
    "tags": ("get_bucket_tagging", ("TagSet",)),
}
_NOT_SET = {
    *("NoSuchBucketPolicy", "NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet"),
    *("OwnershipControlsNotFoundError", "ReplicationConfigurationNotFoundError"),
    "ServerSideEncryptionConfigurationNotFoundError",
}
_VOLATILE = {
    *("RouteTableAssociationId", "AssociationId", "NetworkInterfaceId", "NetworkInterfaceIds"),
    *("PrivateIp", "PrivateIpAddress", "PublicIp", "NatGatewayAddresses", "ResponseMetadata"),
    *("StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp", "StateTransitionedTimestamp"),
    *("CreationTime", "CreateTime", "CreationTimestamp", "creationTime", "LastUpdatedDate", "CreationDate"),
    *("NextKeyRotationDate", "nextToken", "lastUpdatedTime", "ClientToken", MARK),
}
"""Ids and addresses that belong to another thing, times and marks: a thing that was made again has others."""

Inventory = dict[str, dict[str, Any]]
"""`<region> <type>` -> id -> description."""


def inventory(aws: Account) -> Inventory:
    """Everything. Of keys those that are not about to be deleted."""
    found: Inventory = {}
    for region in REGIONS:
        ec2 = aws.client("ec2", region)
        for kind, (operation, answer, key) in _EC2.items():
            found[f"{region} {kind}"] = {each[key]: each for each in getattr(ec2, operation)()[answer]}
        for acl in found[f"{region} network acl"].values():
            del acl["Associations"]  # the embedded AWS keeps those of subnets that are gone
        for kind in ("nat gateway", "vpc endpoint"):  # AWS, too, lists them for a while after their end
            things = found[f"{region} {kind}"]
            found[f"{region} {kind}"] = {key: each for key, each in things.items() if each["State"] != "deleted"}
        for gateway in found[f"{region} nat gateway"].values():
            gateway["AllocationIds"] = [each.get("AllocationId") for each in gateway["NatGatewayAddresses"]]
        for vpc in found[f"{region} vpc"].values():
            vpc |= {name: _vpc_attribute(ec2, vpc["VpcId"], name) for name in _VPC_ATTRIBUTES}
        reserved = ec2.describe_instances()["Reservations"]
        found[f"{region} instance"] = {each["InstanceId"]: each for one in reserved for each in one["Instances"]}
        found |= {f"{region} {kind}": things for kind, things in _others(aws, region).items()}
    iam = aws.client("iam")
    found["role"] = {each["RoleName"]: _role(iam, each["RoleName"]) for each in iam.list_roles()["Roles"]}
    found["user"] = {each["UserName"]: each for each in iam.list_users()["Users"]}
    found["policy"] = {each["Arn"]: each for each in iam.list_policies(Scope="Local")["Policies"]}
    s3 = aws.client("s3")
    found["bucket"] = {each["Name"]: _bucket(s3, each["Name"]) for each in s3.list_buckets()["Buckets"]}
    return {kind: {key: _plain(each) for key, each in things.items()} for kind, things in found.items()}


def counts(found: Inventory, *, but: Inventory) -> dict[str, int]:
    """How many there are of each type, without those that are in `but` too, and without the types of which none is."""
    fresh = {kind: sum(key not in but[kind] for key in things) for kind, things in found.items()}
    return {kind: count for kind, count in fresh.items() if count}


def named(found: Inventory) -> Inventory:
    """The same with names in place of ids, so that a thing that was deleted and made again reads as it did before.

    Without network interfaces: they come and go with their NAT gateways, and have no names.
    """
    found = {kind: things for kind, things in found.items() if not kind.endswith("network interface")}
    names = {
        key: name for things in found.values() for key, each in things.items() if (name := _name(each)) and name != key
    }
    assert max(Counter(names.values()).values(), default=1) == 1, "two things of one name"
    if not names:
        return found
    pattern = re.compile("|".join(map(re.escape, names)))
    return json.loads(pattern.sub(lambda match: names[match[0]], json.dumps(found)))


def _bucket(s3: Any, name: str) -> dict[str, Any]:
    """Every setting of a bucket; what is not set is None. Not its objects: S3 delivers access logs at any time."""
    return {
        "region": s3.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1",
        **{setting: _setting(s3, operation, keys, name) for setting, (operation, keys) in _BUCKET_SETTINGS.items()},
    }


def tags_of(described: list[dict[str, str]]) -> dict[str, str]:
    return {each.get("Key", each.get("TagKey", "")): each.get("Value", each.get("TagValue", "")) for each in described}


def _setting(s3: Any, operation: str, keys: tuple[str, ...], name: str) -> Any:
    try:
        answer = getattr(s3, operation)(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_SET:
            raise
        return None
    return answer.get(keys[0])


def _others(aws: Account, region: str) -> Inventory:
    kms, logs, sns = aws.client("kms", region), aws.client("logs", region), aws.client("sns", region)
    keys = {each["KeyId"]: _key(kms, each["KeyId"]) for each in kms.list_keys()["Keys"]}
    return {
        "key": {key: each for key, each in keys.items() if each["KeyState"] != "PendingDeletion"},
        "alias": {each["AliasName"]: each for each in kms.list_aliases()["Aliases"]},
        "log group": {
            each["logGroupName"]: {**each, "tags": logs.list_tags_log_group(logGroupName=each["logGroupName"])["tags"]}
            for each in logs.describe_log_groups()["logGroups"]
        },
        "alarm": {
            each["AlarmName"]: {
                **each,
                "Tags": aws.client("cloudwatch", region).list_tags_for_resource(ResourceARN=each["AlarmArn"])["Tags"],
            }
            for each in aws.client("cloudwatch", region).describe_alarms()["MetricAlarms"]
        },
        "topic": {
            each["TopicArn"]: {
                **sns.get_topic_attributes(TopicArn=each["TopicArn"])["Attributes"],
                "Tags": sns.list_tags_for_resource(ResourceArn=each["TopicArn"])["Tags"],
            }
            for each in sns.list_topics()["Topics"]
        },
        "subscription": {each["SubscriptionArn"]: each for each in sns.list_subscriptions()["Subscriptions"]},
    }


def _vpc_attribute(ec2: Any, vpc_id: str, name: str) -> bool:
    return ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)[name[0].upper() + name[1:]]["Value"]


def _key(kms: Any, key: str) -> dict[str, Any]:
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    if described["KeyManager"] != "CUSTOMER" or described["KeyState"] == "PendingDeletion":
        return described
    return {
        **described,
        "policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        "rotation": kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
        "Tags": kms.list_resource_tags(KeyId=key)["Tags"],
    }


def _role(iam: Any, name: str) -> dict[str, Any]:
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return {
        **iam.get_role(RoleName=name)["Role"],
        "policies": {each: iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in inline},
        "attached": iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"],
    }


def _name(each: dict[str, Any]) -> str:
    tags = each.get("Tags") or each.get("TagSet") or []
    return tags_of(tags).get("Name", "") if isinstance(tags, list) else ""


def _plain(value: Any) -> Any:
    """Without what is volatile, and lists in an order of their own: AWS keeps none."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in _VOLATILE}
    if isinstance(value, list):
        kept = [each for each in value if not (isinstance(each, dict) and each.get("Key") == MARK)]
        return sorted((_plain(each) for each in kept), key=lambda each: json.dumps(each, sort_keys=True, default=str))
    return value if isinstance(value, str | int | float | bool | None) else str(value)
