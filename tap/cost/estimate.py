"""Resources, prices and assumptions in; what it costs in a month out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from tap.cost.meters import NotPricedError, meters, value
from tap.cost.prices import Price, PriceTable
from tap.cost.usage import Usage
from tap.engine.model import Resource


@dataclass(frozen=True, slots=True)
class Line:
    """One line item: what of how many resources in one region, `units` of `price` in all."""

    what: str
    region: str
    count: int
    units: Decimal
    price: Price

    @property
    def amount(self) -> Decimal:
        return self.units * self.price.amount


@dataclass(frozen=True, slots=True)
class Estimate:
    """USD a month. not_priced: what has no price here, and how often; never part of a sum."""

    fixed: tuple[Line, ...] = ()
    by_use: tuple[Line, ...] = ()
    not_priced: Mapping[str, int] = field(default_factory=dict)

    @property
    def fixed_sum(self) -> Decimal:
        return sum((line.amount for line in self.fixed), Decimal())

    @property
    def use_sum(self) -> Decimal:
        return sum((line.amount for line in self.by_use), Decimal())

    @property
    def prices(self) -> list[Price]:
        """Each price that it rests on, once."""
        return list(dict.fromkeys(line.price for line in (*self.fixed, *self.by_use)))


def estimate(resources: Iterable[Resource], prices: PriceTable, usage: Usage) -> Estimate:
    """What these resources cost. Those that are only read (`external`) belong to somebody else and are left out."""
    units: dict[tuple[bool, str, Price], Decimal] = {}
    counts: Counter[tuple[bool, str, Price]] = Counter()
    missing: Counter[str] = Counter()
    for resource in resources:
        if resource.external or not resource.custom:
            continue
        try:
            found = list(meters(resource, usage))
        except NotPricedError as error:
            missing[str(error)] += 1
            continue
        region = region_of(resource)
        for meter in found:
            price = prices.get(meter.price, region)
            if price is None:
                missing[f"{meter.what} in {region}"] += 1
                continue
            key = (meter.fixed, meter.what, price)
            units[key] = units.get(key, Decimal()) + meter.units
            counts[key] += 1
    lines = {key: Line(key[1], key[2].region, counts[key], amount, key[2]) for key, amount in units.items()}
    return Estimate(
        _dearest_first(line for (fixed, _, _), line in lines.items() if fixed),
        _dearest_first(line for (fixed, _, _), line in lines.items() if not fixed),
        dict(sorted(missing.items())),
    )


def _dearest_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.amount, line.what, line.region)))


def region_of(resource: Resource) -> str:
    """Where it is; "an unknown region" where neither outputs nor inputs say it."""
    region = value(resource, "region")
    return region if isinstance(region, str) else "an unknown region"


def dollars(amount: Decimal) -> str:
    """Whole dollars: list prices times assumptions have no cents. What is under half a dollar is not nothing."""
    if not amount:
        return "$0"
    if abs(amount) < Decimal("0.5"):
        return "under $1"
    return f"${abs(amount).quantize(Decimal(1), ROUND_HALF_UP):,}"


def about(amount: Decimal) -> str:
    """The same in a sentence: `about $37`, `under $1`, `$0`."""
    said = dollars(amount)
    return said if said in ("$0", "under $1") else f"about {said}"


def about_change(amount: Decimal) -> str:
    """A difference, with its sign: `about +$37`, `about -$37`, `under $1 more`, `nothing`."""
    said = dollars(amount)
    if said == "$0":
        return "nothing"
    if said == "under $1":
        return f"{said} {'more' if amount > 0 else 'less'}"
    return f"about {'+' if amount > 0 else '-'}{said}"
