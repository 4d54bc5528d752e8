"""EC2: networks and what hangs directly on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tap.aws.ec2_resource import Ec2Resource
from tap.aws.resource_type import Aws, Client, Found, Made, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags
from tap.aws.waits import once_unused, wait

_VPC_SWITCHES = ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics")


class Vpc(Ec2Resource):
    token = "aws:ec2/vpc:Vpc"
    supported = frozenset({"cidrBlock", "instanceTenancy", "assignGeneratedIpv6CidrBlock", *_VPC_SWITCHES})
    replace_on = frozenset({"cidrBlock"})
    defaults = {"enableDnsSupport": True, "instanceTenancy": "default"}
    schema_version = 1
    gone = frozenset({"InvalidVpcID.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:CreateVpc", "ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:ModifyVpcAttribute", "ec2:DeleteVpc",
        "ec2:ModifyVpcTenancy", "ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock",
        "ec2:DescribeRouteTables", "ec2:DescribeNetworkAcls", "ec2:DescribeSecurityGroups",
    }  # fmt: skip

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        return [] if "cidrBlock" in want else [("cidrBlock", "a VPC needs a cidrBlock, such as 10.0.0.0/16")]

    def replaces(self, before: Wanted, want: Wanted) -> frozenset[str]:
        # AWS can end dedicated tenancy in place, never begin it.
        return frozenset({"instanceTenancy"}) if want.get("instanceTenancy") != "default" else frozenset()

    def make(self, aws: Aws, want: Wanted, mark: str) -> str | Made:
        answer = aws.client("ec2").create_vpc(
            CidrBlock=want["cidrBlock"],
            InstanceTenancy=want["instanceTenancy"],
            AmazonProvidedIpv6CidrBlock=want.get("assignGeneratedIpv6CidrBlock", False),
            **ec2_tag_specifications("vpc", want),
        )
        vpc = answer["Vpc"]
        new = {"enableDnsSupport": True, "enableDnsHostnames": False, "enableNetworkAddressUsageMetrics": False}
        made = Made(vpc["VpcId"], {**new, **_vpc(vpc)}, complete=False)
        return made if vpc["State"] == "available" else str(made.id)

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        ec2 = aws.client("ec2")
        vpc = _settled(aws, lambda: ec2.describe_vpcs(VpcIds=[id])["Vpcs"][0], id)
        table, acl, group = wait(aws, lambda: _defaults_of(ec2, id), what=f"the table, ACL and group of {id} to appear")
        return {
            "arn": f"arn:{aws.partition}:ec2:{aws.region}:{vpc['OwnerId']}:vpc/{id}",
            "mainRouteTableId": table,
            "defaultRouteTableId": table,
            "defaultNetworkAclId": acl,
            "defaultSecurityGroupId": group,
            **{switch: _vpc_switch(ec2, id, switch) for switch in _VPC_SWITCHES},
            **_vpc(vpc),
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        for switch in _VPC_SWITCHES:
            if switch in want and want[switch] != have[switch]:
                ec2.modify_vpc_attribute(VpcId=id, **{switch[0].upper() + switch[1:]: {"Value": want[switch]}})
        if want["instanceTenancy"] != have["instanceTenancy"]:
            ec2.modify_vpc_tenancy(VpcId=id, InstanceTenancy=want["instanceTenancy"])
        if want.get("assignGeneratedIpv6CidrBlock", False) != have["assignGeneratedIpv6CidrBlock"]:
            self._switch_ipv6(aws, id, have["ipv6AssociationId"])
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        once_unused(aws, id, lambda: aws.client("ec2").delete_vpc(VpcId=id))

    def _switch_ipv6(self, aws: Aws, id: str, association: str) -> None:
        ec2 = aws.client("ec2")
        if association:
            ec2.disassociate_vpc_cidr_block(AssociationId=association)
        else:
            ec2.associate_vpc_cidr_block(VpcId=id, AmazonProvidedIpv6CidrBlock=True)

        def there() -> bool | None:
            return True if bool(_ipv6_block(ec2.describe_vpcs(VpcIds=[id])["Vpcs"][0])) != bool(association) else None

        wait(aws, there, what=f"the IPv6 block of {id} to be {'gone' if association else 'there'}")


def _defaults_of(ec2: Client, id: str) -> tuple[str, str, str] | None:
    """Main route table, default network ACL and security group; None as long as AWS does not show them all.

    A VPC that was deleted while it was asked for them has none: asked for itself, AWS says so.
    """
    in_vpc = {"Name": "vpc-id", "Values": [id]}
    tables = ec2.describe_route_tables(Filters=[in_vpc, {"Name": "association.main", "Values": ["true"]}])[
        "RouteTables"
    ]
    acls = ec2.describe_network_acls(Filters=[in_vpc, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    named_default = {"Name": "group-name", "Values": ["default"]}
    groups = ec2.describe_security_groups(Filters=[in_vpc, named_default])["SecurityGroups"]
    if tables and acls and groups:
        return tables[0]["RouteTableId"], acls[0]["NetworkAclId"], groups[0]["GroupId"]
    ec2.describe_vpcs(VpcIds=[id])
    return None


def _vpc(vpc: Any) -> Found:
    ipv6 = _ipv6_block(vpc)
    return {
        "cidrBlock": vpc["CidrBlock"],
        "instanceTenancy": vpc["InstanceTenancy"],
        "dhcpOptionsId": vpc["DhcpOptionsId"],
        "ownerId": vpc["OwnerId"],
        "assignGeneratedIpv6CidrBlock": ipv6.get("Ipv6Pool") == "Amazon",
        "ipv6AssociationId": ipv6.get("AssociationId", ""),
        "ipv6CidrBlock": ipv6.get("Ipv6CidrBlock", ""),
        "ipv6CidrBlockNetworkBorderGroup": ipv6.get("NetworkBorderGroup", ""),
        "tags": from_list(vpc.get("Tags")),
    }


def _vpc_switch(ec2: Client, id: str, switch: str) -> bool:
    answer = ec2.describe_vpc_attribute(VpcId=id, Attribute=switch)
    return bool(answer[switch[0].upper() + switch[1:]]["Value"])


def _settled(aws: Aws, describe: Callable[[], Any], id: str) -> Any:
    """A VPC or subnet that is usable, and its IPv6 block with it."""

    def attempt() -> Any:
        item = describe()
        states = [each["Ipv6CidrBlockState"].get("State") for each in item.get("Ipv6CidrBlockAssociationSet", ())]
        return None if item["State"] == "pending" or "associating" in states else item

    return wait(aws, attempt, what=f"{id} to become available")


def _ipv6_block(item: Any) -> dict[str, Any]:
    """The IPv6 block that a VPC or subnet has. One on its way in or out does not count."""
    blocks: list[dict[str, Any]] = item.get("Ipv6CidrBlockAssociationSet", [])
    # moto nests the state of a subnet's block once too often, so that boto3 finds no text.
    passing = ("disassociating", "disassociated", "failing", "failed")
    return next((each for each in blocks if each["Ipv6CidrBlockState"].get("State") not in passing), {})


_SUBNET_SWITCHES = {
    "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
    "enableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecordOnLaunch",
}


class Subnet(Ec2Resource):
    token = "aws:ec2/subnet:Subnet"
    supported = frozenset(
        {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6CidrBlock", *_SUBNET_SWITCHES}
    )
    replace_on = frozenset({"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"})
    schema_version = 1
    timeouts = {"create": 600, "delete": 1200}
    gone = frozenset({"InvalidSubnetID.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:CreateSubnet", "ec2:DescribeSubnets", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet",
        "ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock",
    }  # fmt: skip

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        if "availabilityZone" in want and "availabilityZoneId" in want:
            return [("availabilityZoneId", "availabilityZone and availabilityZoneId exclude each other")]
        return [] if "cidrBlock" in want else [("cidrBlock", "a subnet needs a cidrBlock, such as 10.0.1.0/24")]

    def replaces(self, before: Wanted, want: Wanted) -> frozenset[str]:
        return frozenset({"ipv6CidrBlock"}) if before.get("assignIpv6AddressOnCreation") else frozenset()

    def make(self, aws: Aws, want: Wanted, mark: str) -> str | Made:
        choices = {"availabilityZone": "AvailabilityZone", "availabilityZoneId": "AvailabilityZoneId"}
        choices |= {"cidrBlock": "CidrBlock", "ipv6CidrBlock": "Ipv6CidrBlock"}
        request = {parameter: want[key] for key, parameter in choices.items() if key in want}
        answer = aws.client("ec2").create_subnet(
            VpcId=want["vpcId"], **request, **ec2_tag_specifications("subnet", want)
        )
        subnet = answer["Subnet"]
        return Made(subnet["SubnetId"], _subnet(subnet)) if subnet["State"] == "available" else subnet["SubnetId"]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        ec2 = aws.client("ec2")
        return _subnet(_settled(aws, lambda: ec2.describe_subnets(SubnetIds=[id])["Subnets"][0], id))

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        self._mend_ipv6(aws, id, have, want)
        for switch, attribute in _SUBNET_SWITCHES.items():  # AWS takes one attribute a call
            if want.get(switch, False) != have[switch]:
                ec2.modify_subnet_attribute(SubnetId=id, **{attribute: {"Value": want.get(switch, False)}})
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        once_unused(aws, id, lambda: aws.client("ec2").delete_subnet(SubnetId=id))

    def _mend_ipv6(self, aws: Aws, id: str, have: Found, want: Wanted) -> None:
        ec2, wanted = aws.client("ec2"), want.get("ipv6CidrBlock", have["ipv6CidrBlock"])
        if wanted == have["ipv6CidrBlock"]:
            return
        if have["ipv6CidrBlock"]:
            ec2.disassociate_subnet_cidr_block(AssociationId=have["ipv6CidrBlockAssociationId"])
        if wanted:
            ec2.associate_subnet_cidr_block(SubnetId=id, Ipv6CidrBlock=wanted)
        wait(aws, lambda: True if self._ipv6(ec2, id) == wanted else None, what=f"{id} to have IPv6 {wanted or 'off'}")

    def _ipv6(self, ec2: Client, id: str) -> str:
        return str(_ipv6_block(ec2.describe_subnets(SubnetIds=[id])["Subnets"][0]).get("Ipv6CidrBlock", ""))


def _subnet(subnet: Any) -> Found:
    names = subnet.get("PrivateDnsNameOptionsOnLaunch", {})
    block = _ipv6_block(subnet)
    return {
        "arn": subnet["SubnetArn"],
        "vpcId": subnet["VpcId"],
        "cidrBlock": subnet["CidrBlock"],
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "ownerId": subnet["OwnerId"],
        "ipv6CidrBlock": block.get("Ipv6CidrBlock", ""),
        "ipv6CidrBlockAssociationId": block.get("AssociationId", ""),
        "ipv6Native": subnet.get("Ipv6Native", False),
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
        "assignIpv6AddressOnCreation": subnet["AssignIpv6AddressOnCreation"],
        "enableResourceNameDnsARecordOnLaunch": names.get("EnableResourceNameDnsARecord", False),
        "enableResourceNameDnsAaaaRecordOnLaunch": names.get("EnableResourceNameDnsAAAARecord", False),
        "privateDnsHostnameTypeOnLaunch": names.get("HostnameType", ""),
        "tags": from_list(subnet.get("Tags")),
    }
