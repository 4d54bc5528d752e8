"""What a stack costs, in words and as a document. Whole dollars and "about": nobody knows the cents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tap.cli.views.labels import counted
from tap.cost.estimate import Estimate, Line, about, about_change, dollars
from tap.cost.prices import FROM_MEMORY, STALE_DAYS, Price, stale
from tap.cost.switches import Switch
from tap.cost.usage import Usage

_OURS = "tap/cost/usage.yaml"


@dataclass(frozen=True, slots=True)
class Costs:
    """What is shown. before: for --diff, what the state costs now. notes: what is not whole in what was priced."""

    stack: str
    now: Estimate
    switches: tuple[Switch, ...]
    usage: Usage
    today: date
    notes: tuple[str, ...] = ()
    before: Estimate | None = None

    @property
    def prices(self) -> list[Price]:
        return list(dict.fromkeys([*self.now.prices, *(self.before.prices if self.before else [])]))


def cost_lines(costs: Costs) -> Iterator[str]:
    """For people. Every paragraph answers one question: idle, in use, what could be changed, what is not in it."""
    for note in costs.notes:
        yield f"note: {note}"
    yield f"The stack '{costs.stack}' on AWS, idle, a month:"
    yield from _table(costs.now.fixed)
    yield f"    {about(costs.now.fixed_sum)} in all"
    yield ""
    yield f"And {about(costs.now.use_sum)} for use, if it is used as {costs.usage.source or _OURS} assumes:"
    yield from _table(costs.now.by_use)
    if costs.before is not None:
        yield ""
        yield change_line(costs.before, costs.now)
    if costs.switches:
        yield ""
        yield "Switches:"
        yield from (f"    {_switch_line(switch)}" for switch in costs.switches)
    if costs.now.not_priced:
        yield ""
        yield "Not priced, and in no sum:"
        yield from (f"    {what} ({count})" for what, count in costs.now.not_priced.items())
    yield ""
    yield from _about_prices(costs.prices, costs.today)


def change_line(before: Estimate, after: Estimate) -> str:
    """`about +$37 a month idle, about +$1 for use`, and what of it can not be told."""
    fixed, use = after.fixed_sum - before.fixed_sum, after.use_sum - before.use_sum
    said = f"{about_change(fixed)} a month idle"
    if use:
        said += f", {about_change(use)} for use"
    unknown = {what for what in after.not_priced if after.not_priced[what] != before.not_priced.get(what)}
    return said + (f"; not priced: {', '.join(sorted(unknown))}" if unknown else "")


def _table(lines: Sequence[Line]) -> Iterator[str]:
    width = max((len(line.what) for line in lines), default=0)
    for line in lines:
        unsure = "  (price from memory, unverified)" if line.price.basis == FROM_MEMORY else ""
        yield f"    {line.what:<{width}}  {line.count:>3}  {line.region}  {dollars(line.amount)}{unsure}"


def _switch_line(switch: Switch) -> str:
    parts = [
        f"{'saves' if amount < 0 else 'costs'} {about(amount)} {when}"
        for amount, when in ((switch.fixed, "a month"), (switch.by_use, "for use"))
        if amount
    ]
    return f"{switch.setting} {' and '.join(parts) or 'saves nothing'}: {switch.consequence}"


def _about_prices(prices: Sequence[Price], today: date) -> Iterator[str]:
    if not prices:
        return
    oldest = min(price.as_of for price in prices)
    memory = sorted(f"{price.id} in {price.region}" for price in prices if price.basis == FROM_MEMORY)
    yield (
        f"List prices in USD without taxes, discounts and free tiers, read on {oldest} or later: "
        "look them up before you budget."
    )
    if memory:
        yield f"From memory, unverified: {', '.join(memory)}."
    if old := stale(prices, today):
        yield (
            f"warning: {counted(len(old), 'price')} read more than {STALE_DAYS} days ago: "
            "pass newer ones with --price-file"
        )


def cost_document(costs: Costs) -> dict[str, Any]:
    """For programs: exact products of the prices, which are no more exact than these."""
    document = {"stack": costs.stack, "currency": "USD", "notes": list(costs.notes), **_estimate(costs.now)}
    if costs.before is not None:
        document["before"] = _estimate(costs.before)
        document["change"] = {
            "fixed": float(costs.now.fixed_sum - costs.before.fixed_sum),
            "byUse": float(costs.now.use_sum - costs.before.use_sum),
        }
    document["switches"] = [
        {
            "setting": switch.setting,
            "fixed": float(switch.fixed),
            "byUse": float(switch.by_use),
            "consequence": switch.consequence,
        }
        for switch in costs.switches
    ]
    document["usage"] = {name: float(amount) for name, amount in costs.usage.amounts.items()}
    document["prices"] = [_price(price, costs.today) for price in costs.prices]
    return document


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "fixed": {"sum": float(found.fixed_sum), "lines": [_line(line) for line in found.fixed]},
        "byUse": {"sum": float(found.use_sum), "lines": [_line(line) for line in found.by_use]},
        "notPriced": dict(found.not_priced),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "what": line.what,
        "region": line.region,
        "count": line.count,
        "price": line.price.id,
        "units": float(line.units),
        "amount": float(line.amount),
    }


def _price(price: Price, today: date) -> dict[str, Any]:
    return {
        "id": price.id,
        "region": price.region,
        "unit": price.unit,
        "price": float(price.amount),
        "source": price.source,
        "asOf": price.as_of.isoformat(),
        "basis": price.basis,
        "stale": bool(stale([price], today)),
    }
