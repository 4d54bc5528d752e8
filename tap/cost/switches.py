"""Which of TapStack's switches change what a stack costs, by how much, and what each costs otherwise. Pure.

A switch is priced by what it would add to or take from the resources that are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tap.cost.estimate import Estimate, estimate, region_of
from tap.cost.meters import BUCKETS, ELASTIC_IP, ENDPOINT, FLOW_LOG, NAT_GATEWAY, REPLICATION, SUBNET, value
from tap.cost.prices import PriceTable
from tap.cost.usage import Usage
from tap.engine.model import Resource

STACK_COMPONENT = "tap:stack:TapStack"


@dataclass(frozen=True, slots=True)
class Switch:
    """One setting that the stack does not have now. fixed, by_use: what it changes, in USD a month; negative saves."""

    setting: str
    fixed: Decimal
    by_use: Decimal
    consequence: str


def switches(resources: Sequence[Resource], prices: PriceTable, usage: Usage) -> list[Switch]:
    """Every other position of the switches; [] for what is no TapStack, or where one has no price."""
    if all(resource.type != STACK_COMPONENT for resource in resources):
        return []
    now = estimate(resources, prices, usage)
    found = []
    for setting, consequence, changed in _positions(resources):
        then = estimate(changed, prices, usage)
        if then.not_priced == now.not_priced:
            found.append(_switch(setting, consequence, now, then))
    return found


def _switch(setting: str, consequence: str, now: Estimate, then: Estimate) -> Switch:
    return Switch(setting, then.fixed_sum - now.fixed_sum, then.use_sum - now.use_sum, consequence)


def _positions(resources: Sequence[Resource]) -> Iterator[tuple[str, str, list[Resource]]]:
    """(setting, what it means, the resources that there would be)."""
    yield from _nat_positions(resources)
    if any(resource.type == FLOW_LOG for resource in resources):
        yield "enable_flow_logs: false", "nobody can say later who talked to whom", _without(resources, {FLOW_LOG})
    if replicas := _replicas(resources):
        kept = [one for one in resources if one.urn not in replicas]
        yield "enable_cross_region_replication: false", "the data is in one region only", kept
    if any(resource.type == ENDPOINT for resource in resources):
        yield (
            "s3_gateway_endpoint: false",
            "the endpoint is free; traffic to S3 would be paid at the NAT gateways",
            _without(resources, {ENDPOINT}),
        )


def _nat_positions(resources: Sequence[Resource]) -> Iterator[tuple[str, str, list[Resource]]]:
    gateways = [one for one in resources if one.type == NAT_GATEWAY and not one.delete]
    addresses = [one for one in resources if one.type == ELASTIC_IP and not one.delete]
    zones = {value(one, "availabilityZone") for one in resources if one.type == SUBNET and not one.delete}
    others = _without(resources, {NAT_GATEWAY, ELASTIC_IP})
    wanted = {
        "per-az": (len(zones), "a zone's failure stays its own"),
        "single": (1, "that zone's failure cuts off all private subnets"),
        "none": (0, "private subnets reach S3 and nothing else outside"),
    }
    region = region_of(next((one for one in resources if one.type == SUBNET), resources[0]))
    for choice, (count, consequence) in wanted.items():
        if count != len(gateways):
            pairs = [*_times(gateways, NAT_GATEWAY, count, region), *_times(addresses, ELASTIC_IP, count, region)]
            yield f"nat_gateways: {choice}", consequence, [*others, *pairs]


def _times(present: Sequence[Resource], type: str, count: int, region: str) -> list[Resource]:
    """That many of a type, like those that are there."""
    like = present[0] if present else Resource(f"urn:{type}", True, type, inputs={"region": region})
    return [replace(like, urn=f"{like.urn}-{number}") for number in range(count)]


def _replicas(resources: Iterable[Resource]) -> set[str]:
    """URNs of the replication and of the bucket that it fills: the one that is in another region."""
    resources = list(resources)
    sources = [one for one in resources if one.type == REPLICATION]
    home = {region_of(one) for one in sources}
    away = [one for one in resources if one.type in BUCKETS and region_of(one) not in home]
    return {one.urn for one in (*sources, *away)} if sources else set()


def _without(resources: Sequence[Resource], types: set[str]) -> list[Resource]:
    return [one for one in resources if one.type not in types]
