"""EC2: ways to AWS's services that stay inside the network, and records of what flows through it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tap.aws.compare import equal_in_meaning
from tap.aws.ec2_resource import Ec2Resource
from tap.aws.errors import code_of
from tap.aws.resource_type import Aws, Client, Found, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags
from tap.aws.waits import settled, wait
from tap.engine.provider import ProviderError

_LISTS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}


class VpcEndpoint(Ec2Resource):
    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    supported = frozenset({"vpcId", "serviceName", "vpcEndpointType", "policy", "privateDnsEnabled", *_LISTS})
    replace_on = frozenset({"vpcId", "serviceName", "vpcEndpointType"})
    defaults = {"vpcEndpointType": "Gateway"}
    json_properties = frozenset({"policy"})
    set_properties = frozenset(_LISTS)
    timeouts = {"create": 600, "update": 600, "delete": 600}
    gone = frozenset({"InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:CreateVpcEndpoint", "ec2:DescribeVpcEndpoints", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints",
        "ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries",
    }  # fmt: skip

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        return [] if "serviceName" in want else [("serviceName", "an endpoint needs a serviceName")]

    def replaces(self, before: Wanted, want: Wanted) -> frozenset[str]:
        return frozenset() if want.get("vpcEndpointType") == "Interface" else frozenset({"privateDnsEnabled"})

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        lists = {parameter: list(want[key]) for key, parameter in _LISTS.items() if want.get(key)}
        answer = aws.client("ec2").create_vpc_endpoint(
            VpcId=want["vpcId"],
            ServiceName=want["serviceName"],
            VpcEndpointType=want["vpcEndpointType"],
            PrivateDnsEnabled=want.get("privateDnsEnabled", False),
            ClientToken=mark,
            **({"PolicyDocument": want["policy"]} if want.get("policy") else {}),
            **lists,
            **ec2_tag_specifications("vpc-endpoint", want),
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        ec2 = aws.client("ec2")
        endpoint = settled(aws, lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[id])["VpcEndpoints"][0], what=id)
        if endpoint["State"].lower() in ("deleted", "deleting", "expired", "rejected", "failed"):
            return None
        owner, gateway = endpoint["OwnerId"], endpoint["VpcEndpointType"] == "Gateway"
        entries = endpoint.get("DnsEntries") or ()
        return {
            "arn": f"arn:{aws.partition}:ec2:{aws.region}:{owner}:vpc-endpoint/{id}",
            "vpcId": endpoint["VpcId"],
            "serviceName": endpoint["ServiceName"],
            "serviceRegion": endpoint.get("ServiceRegion", aws.region),
            "vpcEndpointType": endpoint["VpcEndpointType"],
            "policy": endpoint.get("PolicyDocument", ""),
            "privateDnsEnabled": endpoint.get("PrivateDnsEnabled", False),
            "routeTableIds": list(endpoint.get("RouteTableIds") or ()),
            "subnetIds": list(endpoint.get("SubnetIds") or ()),
            "securityGroupIds": [group["GroupId"] for group in endpoint.get("Groups") or ()],
            "networkInterfaceIds": list(endpoint.get("NetworkInterfaceIds") or ()),
            "dnsEntries": [
                {"dnsName": each.get("DnsName", ""), "hostedZoneId": each.get("HostedZoneId", "")} for each in entries
            ],
            "ownerId": owner,
            "requesterManaged": endpoint.get("RequesterManaged", False),
            "state": endpoint["State"].lower(),
            "tags": from_list(endpoint.get("Tags")),
            **(_prefix_list(ec2, endpoint["ServiceName"]) if gateway else {}),
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        request: dict[str, Any] = {}
        for key, parameter in _LISTS.items():
            old, new = set(have[key]), set(want.get(key, have[key]))
            request |= {f"Add{parameter}": sorted(new - old)} if new - old else {}
            request |= {f"Remove{parameter}": sorted(old - new)} if old - new else {}
        if want.get("policy") and not equal_in_meaning(self, "policy", want["policy"], have["policy"]):
            request["PolicyDocument"] = want["policy"]
        if want.get("privateDnsEnabled", have["privateDnsEnabled"]) != have["privateDnsEnabled"]:
            request["PrivateDnsEnabled"] = want["privateDnsEnabled"]
        if request:
            ec2.modify_vpc_endpoint(VpcEndpointId=id, **request)
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        ec2 = aws.client("ec2")
        try:
            _delete_endpoint(ec2, id)
        except ClientError as error:
            if code_of(error) != "InvalidRoute.NotFound":
                raise
            # moto looks for a route in every table of the endpoint, also in those that joined it later and got none.
            endpoint = ec2.describe_vpc_endpoints(VpcEndpointIds=[id])["VpcEndpoints"][0]
            ec2.modify_vpc_endpoint(VpcEndpointId=id, RemoveRouteTableIds=endpoint["RouteTableIds"])
            _delete_endpoint(ec2, id)
        wait(aws, lambda: _endpoint_is_gone(ec2, id), what=f"{id} to be deleted")


def _prefix_list(ec2: Client, service: str) -> Found:
    filters = [{"Name": "prefix-list-name", "Values": [service]}]
    for prefixes in ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]:
        entries = ec2.get_managed_prefix_list_entries(PrefixListId=prefixes["PrefixListId"])["Entries"]
        return {"prefixListId": prefixes["PrefixListId"], "cidrBlocks": [entry["Cidr"] for entry in entries]}
    return {}


def _delete_endpoint(ec2: Client, id: str) -> None:
    _raise_refusals(ec2.delete_vpc_endpoints(VpcEndpointIds=[id]))


def _endpoint_is_gone(ec2: Client, id: str) -> bool | None:
    endpoints = ec2.describe_vpc_endpoints(VpcEndpointIds=[id])["VpcEndpoints"]
    return None if endpoints and endpoints[0]["State"].lower() != "deleted" else True


def _raise_refusals(answer: Any) -> None:
    """Calls for several resources at once answer 200 and say in the answer what they refused."""
    for refusal in answer.get("Unsuccessful", ()):
        error = refusal["Error"]
        if "NotFound" not in error["Code"]:
            raise ProviderError(f"api error {error['Code']}: {error['Message']}", code=str(error["Code"]))


_SUBJECTS = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}


class FlowLog(Ec2Resource):
    token = "aws:ec2/flowLog:FlowLog"
    supported = frozenset(
        {"iamRoleArn", "logDestination", "logDestinationType", "logFormat", "maxAggregationInterval", "trafficType"}
        | _SUBJECTS.keys()
    )
    replace_on = supported
    defaults = {"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600}
    schema_version = 1
    gone = frozenset({"InvalidFlowLogId.NotFound"})
    actions = EC2_TAG_ACTIONS | {"ec2:CreateFlowLogs", "ec2:DescribeFlowLogs", "ec2:DeleteFlowLogs", "iam:PassRole"}

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        problems = []
        if sum(1 for subject in _SUBJECTS if subject in want) != 1:
            problems.append(("", f"a flow log needs exactly one of {', '.join(_SUBJECTS)}"))
        if "logDestination" not in want:
            problems.append(("logDestination", "a flow log needs the ARN of its logDestination"))
        if "trafficType" not in want:
            problems.append(("trafficType", "a flow log needs a trafficType: ACCEPT, REJECT or ALL"))
        return problems

    def canonical(self, property: str, value: Any) -> Any:
        return value.removesuffix(":*") if property == "logDestination" and isinstance(value, str) else value

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        subject = next(subject for subject in _SUBJECTS if subject in want)
        optional = {"iamRoleArn": "DeliverLogsPermissionArn", "logFormat": "LogFormat"}
        answer = aws.client("ec2").create_flow_logs(
            ResourceIds=[want[subject]],
            ResourceType=_SUBJECTS[subject],
            TrafficType=want["trafficType"],
            LogDestinationType=want["logDestinationType"],
            LogDestination=self.canonical("logDestination", want["logDestination"]),
            MaxAggregationInterval=want["maxAggregationInterval"],
            ClientToken=mark,
            **{parameter: want[key] for key, parameter in optional.items() if want.get(key)},
            **ec2_tag_specifications("vpc-flow-log", want),
        )
        _raise_refusals(answer)
        return str(answer["FlowLogIds"][0])

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        answer = aws.client("ec2").describe_flow_logs(FlowLogIds=[id])["FlowLogs"]
        if not answer:
            return None
        log = answer[0]
        prefixes = {"vpc-": "vpcId", "subnet-": "subnetId", "eni-": "eniId"}
        subject = next(key for prefix, key in prefixes.items() if log["ResourceId"].startswith(prefix))
        return {
            "arn": f"arn:{aws.partition}:ec2:{aws.region}:{aws.account_id}:vpc-flow-log/{id}",
            subject: log["ResourceId"],
            "iamRoleArn": log.get("DeliverLogsPermissionArn", ""),
            "logDestination": log.get("LogDestination", ""),
            "logDestinationType": log["LogDestinationType"],
            "logFormat": log["LogFormat"],
            "maxAggregationInterval": log["MaxAggregationInterval"],
            "trafficType": log["TrafficType"],
            "tags": from_list(log.get("Tags")),
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        sync_ec2_tags(aws.client("ec2"), id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        _raise_refusals(aws.client("ec2").delete_flow_logs(FlowLogIds=[id]))
