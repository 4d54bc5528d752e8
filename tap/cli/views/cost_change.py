"""What a preview would change in the monthly bill: one line under its counts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from tap.cli.views.progress import Progress
from tap.cost.estimate import about_change, estimate
from tap.cost.prices import load_prices
from tap.cost.usage import load_usage
from tap.engine.model import Op


def monthly_change(progress: Progress) -> Decimal | None:
    """USD a month, idle; None where something that changes has no price here."""
    steps = [row.telling for row in progress.rows.values() if row.op is not Op.SAME]
    prices, usage = load_prices(None, datetime.now(UTC).date()), load_usage(None)
    before = estimate([step.old for step in steps if step.old is not None], prices, usage)
    after = estimate([step.new for step in steps if step.new is not None and step.op is not Op.DELETE], prices, usage)
    if before.not_priced or after.not_priced:
        return None
    return after.fixed_sum - before.fixed_sum


def change_text(amount: Decimal) -> str:
    return f"{about_change(amount)} a month idle (`tap cost --diff`)"
