"""One VPC: the gateway on top, a column a zone, a row a tier, the endpoints at the bottom, the ways between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.graph.canvas import HEADER, PAD, Canvas, height
from tap.graph.picture import NOWHERE, Box, Rect, Row
from tap.graph.topology import EVERYWHERE, Endpoint, Nat, Subnet, Topology, Vpc, Zone

_EDGE = 20
_GAP = 14
_CELL = 216
_NARROWEST = 2 * (_CELL + 2 * PAD) + _GAP + 2 * _EDGE
_GATEWAY = 190
_ENDPOINT = 216
_BUS = 30
_BETWEEN_TIERS = 44
_BELOW_ZONES = 34
_TIERS = ("public", "private")
"""Pixels: around the zones; between them; widths of a subnet, of a VPC at least, of a gateway and an endpoint; heights
of the spaces in which lines run: above the zones, between the tiers, below the zones."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a VPC has to be, and how tall each tier's row is in it."""

    vpc: Vpc
    width: int
    height: int
    tiers: dict[str, int]


@dataclass(slots=True)
class Drawn:
    """Where things of one VPC are. rightmost: the endpoint from which the way to the right is free."""

    frame: Rect
    gateways: dict[str, Rect] = field(default_factory=dict)
    subnets: dict[str, Rect] = field(default_factory=dict)
    nats: dict[str, Rect] = field(default_factory=dict)
    endpoints: dict[str, Rect] = field(default_factory=dict)
    rightmost: str = ""
    zones: Rect = NOWHERE


def measure(vpc: Vpc) -> Plan:
    tiers = {
        tier: max((_stack(vpc, zone.tier(tier)) for zone in vpc.zones), default=0)
        for tier in _TIERS
        if any(zone.tier(tier) for zone in vpc.zones)
    }
    zones = len(vpc.zones) * (_CELL + 2 * PAD + _GAP) - _GAP + 2 * _EDGE
    endpoints = len(vpc.endpoints) * (_ENDPOINT + _GAP) - _GAP + 2 * _EDGE
    gateways = len(vpc.gateways) * (_GATEWAY + _GAP) + 2 * _EDGE
    tall = _zones_top(vpc) + _zones_height(tiers) + _EDGE
    if vpc.endpoints:
        tall += _BELOW_ZONES + height(1)
    return Plan(vpc, max(zones, endpoints, gateways, _NARROWEST), tall, tiers)


def _zones_top(vpc: Vpc) -> int:
    """Of the zones, from the top of the VPC."""
    return HEADER + 8 + (height(1) + _BUS if vpc.gateways else 6)


def _zones_height(tiers: dict[str, int]) -> int:
    return HEADER + sum(tiers.values()) + _BETWEEN_TIERS * max(0, len(tiers) - 1) + PAD if tiers else HEADER


def _stack(vpc: Vpc, subnets: tuple[Subnet, ...]) -> int:
    """The height of the subnets of one tier in one zone, below each other."""
    return sum(_subnet_height(vpc, subnet) + _GAP for subnet in subnets) - _GAP if subnets else 0


def _rows(vpc: Vpc, subnet: Subnet) -> tuple[Row, ...]:
    table = vpc.table(subnet.table)
    out = any(route.destination in EVERYWHERE for route in table.routes) if table else False
    return (Row(subnet.label), *(() if out else (Row("no way to the internet"),)))


def _subnet_height(vpc: Vpc, subnet: Subnet) -> int:
    return height(len(_rows(vpc, subnet))) + sum(height(1) + 8 for _ in subnet.nats) + (6 if subnet.nats else 0)


def draw(canvas: Canvas, topology: Topology, plan: Plan, place: Rect) -> Drawn:
    """In that place, which may be larger than need be: the endpoints stay at the bottom."""
    vpc = plan.vpc
    drawn = Drawn(place)
    room = place.w // 2 - 8 if vpc.gateways else 0
    frame = Box(vpc.key, "vpc", place, vpc.label, vpc.cidr, (), "vpc", container=True, about=f"VPC {vpc.label}")
    canvas.box(frame, title_room=room)
    top = place.y + HEADER + 8
    across = len(vpc.gateways) * (_GATEWAY + _GAP) - _GAP
    for number, key in enumerate(vpc.gateways):
        rect = Rect(place.cx - across // 2 + number * (_GATEWAY + _GAP), top, _GATEWAY, height(1))
        rows = (Row(topology.labels[key]),)
        drawn.gateways[key] = canvas.box(Box(key, "igw", rect, "Internet gateway", rows=rows, icon="gateway"))
    _draw_zones(canvas, plan, drawn)
    _draw_endpoints(canvas, vpc, drawn)
    _lead_to_gateways(canvas, vpc, drawn)
    _lead_to_nats(canvas, vpc, drawn)
    _lead_to_endpoints(canvas, vpc, drawn)
    return drawn


def _draw_zones(canvas: Canvas, plan: Plan, drawn: Drawn) -> None:
    count = len(plan.vpc.zones)
    across = count * (_CELL + 2 * PAD + _GAP) - _GAP
    x, y = drawn.frame.cx - across // 2, drawn.frame.y + _zones_top(plan.vpc)
    drawn.zones = Rect(x, y, across, _zones_height(plan.tiers))
    for number, zone in enumerate(plan.vpc.zones):
        frame = Rect(x + number * (_CELL + 2 * PAD + _GAP), y, _CELL + 2 * PAD, drawn.zones.h)
        # The right part of the headline is left to the line from the public subnet.
        canvas.box(Box("", "zone", frame, zone.name, icon="zone", container=True), title_room=frame.w - 50)
        _draw_tiers(canvas, plan, zone, frame, drawn)


def _draw_tiers(canvas: Canvas, plan: Plan, zone: Zone, frame: Rect, drawn: Drawn) -> None:
    y = frame.y + HEADER
    for tier, tall in plan.tiers.items():
        at = y
        subnets = zone.tier(tier)
        for subnet in subnets:
            high = _subnet_height(plan.vpc, subnet)
            if subnet is subnets[-1]:
                high = y + tall - at
            _draw_subnet(canvas, plan.vpc, subnet, Rect(frame.x + PAD, at, _CELL, high), drawn)
            at += high + _GAP
        y += tall + _BETWEEN_TIERS


def _draw_subnet(canvas: Canvas, vpc: Vpc, subnet: Subnet, rect: Rect, drawn: Drawn) -> None:
    drawn.subnets[subnet.key] = rect
    icon = "open" if subnet.tier == "public" else "lock"
    canvas.box(
        Box(
            subnet.key,
            subnet.tier,
            rect,
            subnet.tier,
            subnet.cidr,
            _rows(vpc, subnet),
            icon,
            container=bool(subnet.nats),
            about=f"{subnet.tier} subnet",
        )
    )
    for number, nat in enumerate(reversed(subnet.nats)):
        bottom = rect.bottom - 12 - number * (height(1) + 8)
        place = Rect(rect.x + 12, bottom - height(1), rect.w - 24, height(1))
        about = f"NAT gateway {nat.label}"
        drawn.nats[nat.key] = canvas.box(
            Box(nat.key, "nat", place, "NAT gateway", rows=(Row(nat.label),), icon="nat", about=about)
        )


def _draw_endpoints(canvas: Canvas, vpc: Vpc, drawn: Drawn) -> None:
    y = drawn.frame.bottom - _EDGE - height(1)
    x = min(drawn.frame.right - _EDGE, drawn.zones.right - PAD) if vpc.zones else drawn.frame.right - _EDGE
    for endpoint in reversed(vpc.endpoints):
        x -= _ENDPOINT
        rect = Rect(x, y, _ENDPOINT, height(1))
        title = f"{endpoint.service} endpoint"
        about = f"{endpoint.kind} endpoint {endpoint.label}"
        rows = (Row(endpoint.label),)
        drawn.endpoints[endpoint.key] = canvas.box(
            Box(endpoint.key, "endpoint", rect, title, rows=rows, icon="endpoint", about=about)
        )
        x -= _GAP
    drawn.rightmost = vpc.endpoints[-1].key if vpc.endpoints else ""


def _by_route(vpc: Vpc, subnet: Subnet, targets: dict[str, Rect]) -> list[tuple[str, str]]:
    """The targets among these that the subnet's table leads to, each with the key of its route."""
    table = vpc.table(subnet.table)
    return [(route.target, route.key) for route in table.routes if route.target in targets] if table else []


def _lead_to_gateways(canvas: Canvas, vpc: Vpc, drawn: Drawn) -> None:
    """From a zone's first subnet up through the headline's free end, and along the bus to the gateway."""
    for zone in vpc.zones:
        for subnet in zone.subnets[:1]:
            rect = drawn.subnets[subnet.key]
            for target, route in _by_route(vpc, subnet, drawn.gateways):
                gateway, x, bus = drawn.gateways[target], rect.right - 20, drawn.zones.y - _BUS // 2
                way = [(gateway.cx, gateway.bottom), (gateway.cx, bus), (x, bus), (x, rect.y)]
                canvas.line("public", way, (target, subnet.key), both=True, by=(route,))


def _lead_to_nats(canvas: Canvas, vpc: Vpc, drawn: Drawn) -> None:
    """From a zone's first private subnet up to the NAT gateway that stands lowest in a public one."""
    homes = {nat.key: (zone, subnet, nat) for zone in vpc.zones for subnet in zone.subnets for nat in subnet.nats}
    reachable = {key: drawn.nats[key] for key, home in homes.items() if _is_lowest(*home)}
    for zone in vpc.zones:
        for subnet in zone.tier("private")[:1]:
            rect = drawn.subnets[subnet.key]
            for target, route in _by_route(vpc, subnet, reachable):
                nat = reachable[target]
                bus = rect.y - _BETWEEN_TIERS // 2
                way = [(rect.cx, rect.y), (rect.cx, bus), (nat.cx, bus), (nat.cx, nat.bottom)]
                canvas.line("nat", way, (subnet.key, target), by=(route,))


def _is_lowest(zone: Zone, subnet: Subnet, nat: Nat) -> bool:
    return subnet.tier == "public" and zone.tier("public")[-1] is subnet and subnet.nats[-1] is nat


def _lead_to_endpoints(canvas: Canvas, vpc: Vpc, drawn: Drawn) -> None:
    """From a zone's last subnet down, and along the bus to the endpoint."""
    for number, endpoint in enumerate(vpc.endpoints):
        for zone in vpc.zones:
            for subnet in zone.subnets[-1:]:
                if subnet.table and subnet.table in endpoint.tables:
                    _lead_to_endpoint(canvas, endpoint, subnet, drawn, number)


def _lead_to_endpoint(canvas: Canvas, endpoint: Endpoint, subnet: Subnet, drawn: Drawn, number: int) -> None:
    start, end = drawn.subnets[subnet.key], drawn.endpoints[endpoint.key]
    bus = drawn.zones.bottom + 12 + (number * 6) % 18
    x = start.cx + number * 10
    way = [(x, start.bottom), (x, bus), (end.cx, bus), (end.cx, end.y)]
    canvas.line("data", way, (subnet.key, endpoint.key), by=(endpoint.key,))
