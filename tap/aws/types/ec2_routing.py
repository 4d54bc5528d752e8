"""EC2: route tables, their routes, and which subnet uses which."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from tap.aws.compare import canonical
from tap.aws.ec2_resource import Ec2Resource
from tap.aws.resource_type import Aws, Client, Found, Made, ResourceType, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags
from tap.aws.waits import once_unused

_TARGETS = {
    "carrierGatewayId": "CarrierGatewayId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
}
_DESTINATIONS = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}
_INLINE_DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}


def _parameters(route: Wanted, names: dict[str, str]) -> dict[str, Any]:
    return {parameter: route[key] for key, parameter in names.items() if route.get(key)}


def _targets_of(route: Any) -> Found:
    """Where a route leads. AWS calls an endpoint of a gateway load balancer a gateway."""
    targets = {key: route[parameter] for key, parameter in _TARGETS.items() if route.get(parameter)}
    if str(targets.get("gatewayId", "")).startswith("vpce-"):
        targets["vpcEndpointId"] = targets.pop("gatewayId")
    return targets


def _managed_routes(table: Any) -> Iterator[Any]:
    """Without what AWS put in: routes inside the network, propagated ones, those of gateway endpoints."""
    for route in table["Routes"]:
        of_endpoint = route.get("DestinationPrefixListId") and str(route.get("GatewayId", "")).startswith("vpce-")
        if route.get("Origin") == "CreateRoute" and route.get("GatewayId") != "local" and not of_endpoint:
            yield route


class RouteTable(Ec2Resource):
    token = "aws:ec2/routeTable:RouteTable"
    supported = frozenset({"vpcId", "routes"})
    replace_on = frozenset({"vpcId"})
    set_properties = frozenset({"routes"})
    timeouts = {"create": 300, "update": 120, "delete": 300}
    gone = frozenset({"InvalidRouteTableID.NotFound"})
    actions = EC2_TAG_ACTIONS | {
        "ec2:CreateRouteTable", "ec2:DescribeRouteTables", "ec2:DeleteRouteTable",
        "ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", "ec2:DisassociateRouteTable",
    }  # fmt: skip

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        routes = want.get("routes")
        problems = _problems_of_routes(routes, _INLINE_DESTINATIONS) if isinstance(routes, list) else []
        return [("routes", problem) for problem in problems]

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        answer = aws.client("ec2").create_route_table(
            VpcId=want["vpcId"], ClientToken=mark, **ec2_tag_specifications("route-table", want)
        )
        return Made(answer["RouteTable"]["RouteTableId"], _route_table(aws, answer["RouteTable"]))

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        return _route_table(aws, aws.client("ec2").describe_route_tables(RouteTableIds=[id])["RouteTables"][0])

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        if "routes" in want:  # left out, the table's routes are resources of their own
            self._mend_routes(aws.client("ec2"), id, have["routes"], want["routes"])
        sync_ec2_tags(aws.client("ec2"), id, have, want)

    def _mend_routes(self, ec2: Client, id: str, have: list[Found], want: list[Wanted]) -> None:
        old = {_destination(route): route for route in have}
        new = {_destination(route): route for route in want}
        for destination in old.keys() - new.keys():
            ec2.delete_route(RouteTableId=id, **_parameters(old[destination], _INLINE_DESTINATIONS))
        for destination, route in new.items():
            request = _parameters(route, {**_INLINE_DESTINATIONS, **_TARGETS})
            if destination not in old:
                ec2.create_route(RouteTableId=id, **request)
            elif canonical(self, "route", old[destination]) != canonical(self, "route", dict(route)):
                ec2.replace_route(RouteTableId=id, **request)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        ec2 = aws.client("ec2")
        for association in ec2.describe_route_tables(RouteTableIds=[id])["RouteTables"][0]["Associations"]:
            if not association["Main"]:
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        once_unused(aws, id, lambda: ec2.delete_route_table(RouteTableId=id))


def _destination(route: Wanted) -> str:
    return next((str(route[key]) for key in _INLINE_DESTINATIONS if route.get(key)), "")


def _problems_of_routes(routes: list[Any], destinations: dict[str, str]) -> list[str]:
    problems = []
    for index, route in enumerate(routes):
        for names in (destinations, _TARGETS):
            if isinstance(route, dict) and sum(1 for key in names if route.get(key)) != 1:
                problems.append(f"route {index} needs exactly one of {', '.join(names)}")
    return problems


def _route_table(aws: Aws, table: Any) -> Found:
    owner = table.get("OwnerId", aws.account_id)
    routes = []
    for route in _managed_routes(table):
        destination = {key: route[name] for key, name in _INLINE_DESTINATIONS.items() if route.get(name)}
        empty = dict.fromkeys({**_INLINE_DESTINATIONS, **_TARGETS, "coreNetworkArn": "", "localGatewayId": ""}, "")
        routes.append({**empty, "odbNetworkArn": "", **destination, **_targets_of(route)})
    return {
        "arn": f"arn:{aws.partition}:ec2:{aws.region}:{owner}:route-table/{table['RouteTableId']}",
        "ownerId": owner,
        "vpcId": table["VpcId"],
        "routes": routes,
        "tags": from_list(table.get("Tags")),
    }


class Route(ResourceType):
    token = "aws:ec2/route:Route"
    supported = frozenset({"routeTableId", *_DESTINATIONS, *_TARGETS})
    replace_on = frozenset({"routeTableId", *_DESTINATIONS})
    timeouts = {"create": 300, "update": 120, "delete": 300}
    gone = frozenset({"InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"})
    actions = frozenset({"ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", "ec2:DescribeRouteTables"})

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        return [("", problem.removeprefix("route 0 ")) for problem in _problems_of_routes([want], _DESTINATIONS)]

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        destination = _parameters(want, _DESTINATIONS)
        aws.client("ec2").create_route(RouteTableId=want["routeTableId"], **destination, **_parameters(want, _TARGETS))
        return _route_id(want["routeTableId"], *destination.values())

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [_route_id(want["routeTableId"], *_parameters(want, _DESTINATIONS).values())]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        if want:
            table, wanted = want["routeTableId"], next(iter(_parameters(want, _DESTINATIONS).values()))
        else:  # an import, by `<route table>_<destination>`
            table, _, wanted = id.partition("_")
        answer = aws.client("ec2").describe_route_tables(RouteTableIds=[table])
        for route in answer["RouteTables"][0]["Routes"]:
            destination = {key: route[name] for key, name in _DESTINATIONS.items() if route.get(name)}
            if wanted in destination.values():
                return {
                    "id": _route_id(table, wanted),
                    "routeTableId": table,
                    "instanceId": route.get("InstanceId", ""),
                    "instanceOwnerId": route.get("InstanceOwnerId", ""),
                    "origin": route.get("Origin", ""),
                    "state": route.get("State", ""),
                    **destination,
                    **_targets_of(route),
                }
        return None

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        request = _parameters(want, {**_DESTINATIONS, **_TARGETS})
        aws.client("ec2").replace_route(RouteTableId=want["routeTableId"], **request)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        aws.client("ec2").delete_route(RouteTableId=have["routeTableId"], **_parameters(have, _DESTINATIONS))


def _route_id(table: str, destination: str) -> str:
    """Terraform's own: AWS gives routes no id."""
    return f"r-{table}{zlib.crc32(destination.encode())}"


class RouteTableAssociation(ResourceType):
    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    supported = frozenset({"routeTableId", "subnetId", "gatewayId"})
    replace_on = frozenset({"subnetId", "gatewayId"})
    timeouts = {"create": 300, "update": 120, "delete": 300}
    gone = frozenset({"InvalidAssociationID.NotFound", "InvalidRouteTableID.NotFound"})
    actions = frozenset(
        {"ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation", "ec2:DisassociateRouteTable"}
        | {"ec2:DescribeRouteTables"}
    )

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        if ("subnetId" in want) == ("gatewayId" in want):
            return [("subnetId", "an association needs exactly one of subnetId, gatewayId")]
        return []

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        target = {"subnetId": "SubnetId", "gatewayId": "GatewayId"}
        answer = aws.client("ec2").associate_route_table(RouteTableId=want["routeTableId"], **_parameters(want, target))
        found = {key: want[key] for key in ("routeTableId", "subnetId", "gatewayId") if key in want}
        return Made(answer["AssociationId"], found)

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        joined = want.get("subnetId") or want["gatewayId"]
        found = self.find(aws, f"{joined}/{want['routeTableId']}", {})
        return [found["id"]] if found else []

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        """A change of table gives the association a new id, so what it joins says which one it is."""
        ec2 = aws.client("ec2")
        target, _, table = id.partition("/")  # an import, by `<subnet or gateway>/<route table>`
        if table:
            return _association(ec2.describe_route_tables(RouteTableIds=[table]), target)
        by_id = {"Name": "association.route-table-association-id", "Values": [id]}
        found = _association(ec2.describe_route_tables(Filters=[by_id]), id)
        if found or not want:
            return found
        if "subnetId" in want:
            by_subnet = {"Name": "association.subnet-id", "Values": [want["subnetId"]]}
            return _association(ec2.describe_route_tables(Filters=[by_subnet]), want["subnetId"])
        return _association(ec2.describe_route_tables(RouteTableIds=[want["routeTableId"]]), want["gatewayId"])

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        aws.client("ec2").replace_route_table_association(AssociationId=have["id"], RouteTableId=want["routeTableId"])

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        aws.client("ec2").disassociate_route_table(AssociationId=have["id"])


def _association(answer: Any, wanted: str) -> Found | None:
    for association in (each for table in answer["RouteTables"] for each in table["Associations"]):
        subnet, gateway = association.get("SubnetId", ""), association.get("GatewayId", "")
        if wanted in (association["RouteTableAssociationId"], subnet, gateway):
            return {
                "id": association["RouteTableAssociationId"],
                "routeTableId": association["RouteTableId"],
                "subnetId": subnet,
                "gatewayId": gateway,
            }
    return None
