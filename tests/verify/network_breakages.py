"""Breakages of the network. Those that take something away come last: what is gone can not be broken once more."""

from __future__ import annotations

from typing import Any

from tests.verify.breakages import Breakage, BuiltStack

ANYWHERE = "0.0.0.0/0"


def _open(stack: BuiltStack, group: str, port: int, **peer: Any) -> tuple[str, str]:
    """(group, rule) of one ingress rule more."""
    id_ = stack.ids[group]
    made = stack.ec2.authorize_security_group_ingress(
        GroupId=id_, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}]
    )
    return id_, made["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def _from(cidr: str) -> dict[str, Any]:
    return {"IpRanges": [{"CidrIp": cidr}]}


def _open_app_port(stack: BuiltStack) -> str:
    return _open(stack, "app-sg", 9090, **_from("54.0.0.0/8"))[0]


def _open_rdp(stack: BuiltStack) -> str:
    return _open(stack, "web-sg", 3389, **_from(ANYWHERE))[1]


def _ssh_from_elsewhere(stack: BuiltStack) -> str:
    return _open(stack, "ssh-sg", 22, **_from("192.168.0.0/16"))[1]


def _web_asks_database(stack: BuiltStack) -> str:
    return _open(stack, "db-sg", 3306, UserIdGroupPairs=[{"GroupId": stack.ids["web-sg"]}])[0]


def _fill_default_group(stack: BuiltStack) -> str:
    return _open(stack, "default-sg", 8081, **_from("10.0.0.0/16"))[0]


def _add_rule(stack: BuiltStack) -> str:
    return _open(stack, "web-sg", 9100, **_from("10.0.0.0/16"))[1]


def _peer_with_the_default_vpc(stack: BuiltStack) -> str:
    (other,) = stack.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    made = stack.ec2.create_vpc_peering_connection(VpcId=stack.ids["vpc"], PeerVpcId=other["VpcId"])
    peering = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    stack.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    stack.ec2.create_route(
        RouteTableId=stack.ids["private-rt-us-east-1a"],
        DestinationCidrBlock=other["CidrBlock"],
        VpcPeeringConnectionId=peering,
    )
    return stack.ids["private-subnet-us-east-1a"]


def _public_subnet_without_addresses(stack: BuiltStack) -> str:
    subnet = stack.ids["public-subnet-us-east-1b"]
    stack.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
    return subnet


def _zone_b_through_zone_a(stack: BuiltStack) -> str:
    stack.ec2.replace_route(
        RouteTableId=stack.ids["private-rt-us-east-1b"],
        DestinationCidrBlock=ANYWHERE,
        NatGatewayId=stack.ids["nat-us-east-1a"],
    )
    return stack.ids["private-subnet-us-east-1b"]


def _revoke_web_to_app(stack: BuiltStack) -> str:
    stack.ec2.revoke_security_group_ingress(
        GroupId=stack.ids["app-sg"], SecurityGroupRuleIds=[stack.ids["app-in-8080-web"]]
    )
    return stack.ids["app-sg"]


def _delete_endpoint(stack: BuiltStack) -> str:
    stack.ec2.delete_vpc_endpoints(VpcEndpointIds=[stack.ids["s3-endpoint"]])
    return stack.ids["s3-endpoint"]


def _delete_route_of_zone_a(stack: BuiltStack) -> str:
    table = stack.ids["private-rt-us-east-1a"]
    stack.ec2.delete_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE)
    return stack.ids["private-subnet-us-east-1a"]


def _delete_nat_of_zone_b(stack: BuiltStack) -> str:
    """Which a route of zone a still leads to."""
    table, nat = stack.ids["private-rt-us-east-1a"], stack.ids["nat-us-east-1b"]
    stack.ec2.create_route(RouteTableId=table, DestinationCidrBlock="54.0.0.0/8", NatGatewayId=nat)
    stack.ec2.delete_nat_gateway(NatGatewayId=nat)
    return table


BREAKAGES = [
    Breakage("internet-reaches-web-only", "app is open to a part of the internet", _open_app_port),
    Breakage("no-open-admin-port", "RDP is open to all", _open_rdp),
    Breakage("ssh-from-allowed-range-only", "SSH may come from another range", _ssh_from_elsewhere),
    Breakage("database-from-app-only", "web may ask the database", _web_asks_database),
    Breakage("default-group-is-empty", "the default group has a rule", _fill_default_group),
    Breakage("nothing-beside-the-state", "there is a rule that nobody wrote down", _add_rule),
    Breakage("private-subnets-have-no-way-in", "another VPC is joined to a private subnet", _peer_with_the_default_vpc),
    Breakage("network-is-as-the-state-says", "a public subnet gives no addresses", _public_subnet_without_addresses),
    Breakage("survives-the-loss-of-a-zone", "zone b goes through zone a", _zone_b_through_zone_a),
    Breakage("tiers-reach-each-other", "web may not ask app any more", _revoke_web_to_app),
    Breakage("private-subnets-have-a-way-out", "zone a has no route out any more", _delete_route_of_zone_a),
    Breakage("network-of-the-state-exists", "the endpoint is deleted", _delete_endpoint),
    Breakage("no-blackhole-route", "zone b's NAT gateway is deleted", _delete_nat_of_zone_b),
]
