"""What is left when a zone is lost."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.finding import Flaw, Severity
from tap.verify.reach.zone_loss import losses
from tap.verify.rule import rule

_NETWORK = ("network",)


@rule(
    "survives-the-loss-of-a-zone",
    severity=Severity.HIGH,
    title="Whichever zone is lost, each subnet of the others keeps its way out and nothing routes through the lost one",
    areas=_NETWORK,
)
def survives_the_loss_of_a_zone(facts: Facts) -> Iterator[Flaw]:
    zones = {subnet.zone for subnet in facts.network.subnets}
    if len(zones) == 1:
        for vpc in facts.network.vpcs:
            yield Flaw(vpc.id, f"all of its subnets are in {', '.join(zones)}", "add a zone to availability_zones")
        return
    for loss in losses(facts.network):
        for cut in loss.cut_off:
            yield Flaw(
                cut.subnet.id,
                f"if {loss.zone} is lost, {cut.subnet.zone} is cut off with it: {cut.why}",
                "set nat_gateways: per-az, which gives each zone its own NAT gateway (about $37 a month each)",
            )
        for route in loss.lost_routes:
            yield Flaw(
                route.table,
                f"{route.destination} of {', '.join(route.subnets)} goes through {route.target} in {loss.zone}",
                "route each zone through what stands in it",
            )


@rule(
    "no-blackhole-route",
    severity=Severity.HIGH,
    title="No route leads to something that is gone",
    areas=_NETWORK,
)
def no_blackhole_route(facts: Facts) -> Iterator[Flaw]:
    alive = {nat.id for nat in facts.network.nats if nat.state in ("available", "pending")}
    for table in facts.network.tables:
        for route in table.routes:
            if route.blackhole or (route.target.startswith("nat-") and route.target not in alive):
                yield Flaw(
                    table.id,
                    f"{route.destination} leads to {route.target or 'something'}, which is gone",
                    "`tap up --refresh` makes anew what is missing; a route of somebody else's has to be deleted",
                )
