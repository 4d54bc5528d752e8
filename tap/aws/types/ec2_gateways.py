"""EC2: the ways out of a network, and the addresses that they use."""

from __future__ import annotations

from typing import Any

from tap.aws.ec2_resource import Ec2Resource
from tap.aws.resource_type import Aws, Found, Made, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags
from tap.aws.waits import once_unused, settled, wait
from tap.engine.provider import ProviderError


class InternetGateway(Ec2Resource):
    token = "aws:ec2/internetGateway:InternetGateway"
    supported = frozenset({"vpcId"})
    timeouts = {"create": 1200, "update": 1200, "delete": 1200}
    gone = frozenset({"InvalidInternetGatewayID.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:CreateInternetGateway", "ec2:DescribeInternetGateways", "ec2:DeleteInternetGateway",
        "ec2:AttachInternetGateway", "ec2:DetachInternetGateway",
    }  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        request = ec2_tag_specifications("internet-gateway", want)
        gateway = aws.client("ec2").create_internet_gateway(**request)["InternetGateway"]
        return Made(gateway["InternetGatewayId"], _internet_gateway(aws, gateway))

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        answer = aws.client("ec2").describe_internet_gateways(InternetGatewayIds=[id])
        return _internet_gateway(aws, answer["InternetGateways"][0])

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        if "vpcId" in want and want["vpcId"] != have["vpcId"]:
            self._detach(aws, id, have["vpcId"])
            ec2.attach_internet_gateway(InternetGatewayId=id, VpcId=want["vpcId"])
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        now = self.find(aws, id, {})  # the state may name a network that it left
        self._detach(aws, id, now["vpcId"] if now else "")
        once_unused(aws, id, lambda: aws.client("ec2").delete_internet_gateway(InternetGatewayId=id))

    def _detach(self, aws: Aws, id: str, vpc: str) -> None:
        detach = aws.client("ec2").detach_internet_gateway
        if vpc:
            once_unused(aws, id, lambda: detach(InternetGatewayId=id, VpcId=vpc))


def _internet_gateway(aws: Aws, gateway: Any) -> Found:
    owner = gateway.get("OwnerId", aws.account_id)
    attachments = gateway.get("Attachments", ())
    return {
        "arn": f"arn:{aws.partition}:ec2:{aws.region}:{owner}:internet-gateway/{gateway['InternetGatewayId']}",
        "ownerId": owner,
        "vpcId": attachments[0]["VpcId"] if attachments else "",
        "tags": from_list(gateway.get("Tags")),
    }


class Eip(Ec2Resource):
    token = "aws:ec2/eip:Eip"
    supported = frozenset({"domain", "address", "instance", "networkInterface"})
    replace_on = frozenset({"address", "domain"})
    timeouts = {"read": 900, "update": 300, "delete": 180}
    gone = frozenset({"InvalidAllocationID.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:AllocateAddress", "ec2:DescribeAddresses", "ec2:ReleaseAddress",
        "ec2:AssociateAddress", "ec2:DisassociateAddress",
    }  # fmt: skip

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        if want.get("domain") == "standard":
            return [("domain", "expected domain to be vpc, got standard: EC2-Classic is gone")]
        if "instance" in want and "networkInterface" in want:
            return [("instance", "instance and networkInterface exclude each other")]
        return []

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        chosen = {"Address": want["address"]} if "address" in want else {}
        request = ec2_tag_specifications("elastic-ip", want)
        address = aws.client("ec2").allocate_address(Domain="vpc", **chosen, **request)
        found = {**self._found(aws, address, want), "tags": dict(want.get("tags", {}))}
        return Made(address["AllocationId"], found)

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        return self._found(aws, aws.client("ec2").describe_addresses(AllocationIds=[id])["Addresses"][0], want)

    def _found(self, aws: Aws, address: Any, want: Wanted) -> Found:
        id = address["AllocationId"]
        private, public = address.get("PrivateIpAddress", ""), address["PublicIp"]
        return {
            "allocationId": id,
            "arn": f"arn:{aws.partition}:ec2:{aws.region}:{aws.account_id}:elastic-ip/{id}",
            "address": want.get("address", ""),
            "associationId": address.get("AssociationId", ""),
            "domain": address["Domain"],
            "instance": address.get("InstanceId", ""),
            "networkInterface": address.get("NetworkInterfaceId", ""),
            "networkBorderGroup": address.get("NetworkBorderGroup", ""),
            "publicIpv4Pool": address.get("PublicIpv4Pool", ""),
            "privateIp": private,
            "privateDns": _dns_name("ip", private, aws.region, "ec2.internal", "compute.internal"),
            "publicIp": public,
            "publicDns": _dns_name("ec2", public, aws.region, "compute-1.amazonaws.com", "compute.amazonaws.com"),
            "tags": from_list(address.get("Tags")),
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        for property, parameter in (("instance", "InstanceId"), ("networkInterface", "NetworkInterfaceId")):
            if property in want and want[property] != have[property]:
                self._disassociate(aws, have)
                if want[property]:
                    ec2.associate_address(AllocationId=id, **{parameter: want[property]})
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        now = self.find(aws, id, {})
        if now and (have.get("instance") or have.get("networkInterface")):
            self._disassociate(aws, now)
        once_unused(aws, id, lambda: aws.client("ec2").release_address(AllocationId=id))

    def _disassociate(self, aws: Aws, have: Found) -> None:
        if have["associationId"]:
            aws.client("ec2").disassociate_address(AssociationId=have["associationId"])


def _dns_name(kind: str, ip: str, region: str, first_region: str, others: str) -> str:
    """The name that AWS's DNS has for an address; the provider computes it too, it is in no answer."""
    if not ip:
        return ""
    return f"{kind}-{ip.replace('.', '-')}." + (first_region if region == "us-east-1" else f"{region}.{others}")


class NatGateway(Ec2Resource):
    token = "aws:ec2/natGateway:NatGateway"
    supported = frozenset({"allocationId", "connectivityType", "subnetId"})
    replace_on = frozenset({"allocationId", "connectivityType", "subnetId"})
    defaults = {"connectivityType": "public"}
    timeouts = {"create": 600, "update": 600, "delete": 1800}
    gone = frozenset({"NatGatewayNotFound"})
    actions = EC2_TAG_ACTIONS | {"ec2:CreateNatGateway", "ec2:DescribeNatGateways", "ec2:DeleteNatGateway"}

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        if "subnetId" not in want:
            return [("subnetId", "a zonal NAT gateway needs a subnetId")]
        if want.get("connectivityType") == "public" and "allocationId" not in want:
            return [("allocationId", "a public NAT gateway needs the allocationId of an Elastic IP")]
        if want.get("connectivityType") == "private" and "allocationId" in want:
            return [("allocationId", "a private NAT gateway takes no allocationId")]
        return []

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        address = {"AllocationId": want["allocationId"]} if "allocationId" in want else {}
        answer = aws.client("ec2").create_nat_gateway(
            SubnetId=want["subnetId"],
            ConnectivityType=want["connectivityType"],
            ClientToken=mark,
            **address,
            **ec2_tag_specifications("natgateway", want),
        )
        return str(answer["NatGateway"]["NatGatewayId"])

    def settle(self, aws: Aws, id: str) -> Found | None:
        gateway = settled(aws, lambda: _nat_gateway(aws, id), what=id)
        if gateway and gateway["State"] == "failed":
            reason = f"{gateway.get('FailureCode')}: {gateway.get('FailureMessage')}"
            raise ProviderError(f"{id} failed: {reason}", hint="mend its cause and replace it: `tap up --replace URN`")
        return _found_nat_gateway(gateway) if gateway else None

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        gateway = settled(aws, lambda: _nat_gateway(aws, id), what=id)
        return _found_nat_gateway(gateway) if _is_there(gateway) else None

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        sync_ec2_tags(aws.client("ec2"), id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        """Its address and its subnet can go only when it is really gone."""
        # moto answers 500 to the deletion of a gateway that it does not know.
        if not _is_there(_nat_gateway(aws, id)):
            return
        aws.client("ec2").delete_nat_gateway(NatGatewayId=id)
        wait(aws, lambda: None if _is_there(_nat_gateway(aws, id)) else True, what=f"{id} to be deleted")


def _found_nat_gateway(gateway: Any) -> Found:
    address: Any = next(iter(gateway.get("NatGatewayAddresses", ())), {})
    return {
        "allocationId": address.get("AllocationId", ""),
        "associationId": address.get("AssociationId", ""),
        "availabilityMode": gateway.get("AvailabilityMode", "zonal"),
        "connectivityType": gateway["ConnectivityType"],
        "networkInterfaceId": address.get("NetworkInterfaceId", ""),
        "privateIp": address.get("PrivateIp", ""),
        "publicIp": address.get("PublicIp", ""),
        "subnetId": gateway["SubnetId"],
        "vpcId": gateway["VpcId"],
        "tags": from_list(gateway.get("Tags")),
    }


def _nat_gateway(aws: Aws, id: str) -> Any:
    return next(iter(aws.client("ec2").describe_nat_gateways(NatGatewayIds=[id])["NatGateways"]), None)


def _is_there(gateway: Any) -> bool:
    return gateway is not None and gateway["State"] not in ("deleted", "failed")
