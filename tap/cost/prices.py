"""The table of prices: AWS's list prices, each with where it was read, when, and who says so there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from tap.project.yaml_file import Problems

OWN_FILE: Final = Path(__file__).with_name("prices.json")
STALE_DAYS: Final = 180
"""Prices that were read longer ago are warned of."""

UNITS: Final[Mapping[str, str]] = {
    "nat_gateway_hour": "hour",
    "nat_gateway_gb": "GB",
    "public_ipv4_hour": "hour",
    "interface_endpoint_hour": "hour",
    "interface_endpoint_gb": "GB",
    "kms_key_month": "month",
    "kms_requests_10k": "10,000 requests",
    "alarm_month": "month",
    "log_ingestion_gb": "GB",
    "log_storage_gb": "GB-month",
    "vended_logs_gb": "GB",
    "s3_storage_gb": "GB-month",
    "s3_put_1k": "1,000 requests",
    "inter_region_gb": "GB",
    "sns_email_100k": "100,000 e-mails",
}
"""Every price that is asked for, and its unit."""

FROM_MEMORY: Final = "memory"
BASES: Final = ("aws", "third-party", FROM_MEMORY)
"""Who says so: AWS's own page, somebody else's, or nobody that we could read; then `source` is where to look it up."""

_KEYS: Final = ("id", "region", "unit", "price", "source", "as_of", "basis", "note")


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one unit in one region. `as_of`: when it was read at `source`."""

    id: str
    region: str
    amount: Decimal
    source: str
    as_of: date
    basis: str
    note: str = ""

    @property
    def unit(self) -> str:
        return UNITS[self.id]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """By id and region."""

    rows: Mapping[tuple[str, str], Price]

    def get(self, id: str, region: str) -> Price | None:
        return self.rows.get((id, region))

    def over(self, base: PriceTable) -> PriceTable:
        """These prices, and the base's where there are none here."""
        return PriceTable({**base.rows, **self.rows})


def load_prices(own: Path | None, today: date) -> PriceTable:
    """The project's table, and over it the user's file. Raises UsageError with all that is wrong in one."""
    table = read_prices(OWN_FILE, today)
    return read_prices(own, today).over(table) if own is not None else table


def read_prices(path: Path, today: date) -> PriceTable:
    """Raises UsageError with every problem, each with its place."""
    problems = Problems(path)
    content = _read_json(path, problems)
    rows: dict[tuple[str, str], Price] = {}
    if content.get("currency", "USD") != "USD":
        problems.add("currency", f"USD is expected, found {content['currency']!r}")
    listed = content.get("prices")
    if not isinstance(listed, list):
        problems.add("prices", "a list is expected")
        listed = []
    for index, row in enumerate(listed):
        price = _read_row(f"prices[{index}]", row, today, problems)
        if price is not None and (price.id, price.region) in rows:
            problems.add(f"prices[{index}]", f"{price.id} in {price.region} is there twice")
        elif price is not None:
            rows[price.id, price.region] = price
    problems.raise_if_any()
    return PriceTable(rows)


def stale(prices: Sequence[Price], today: date) -> list[Price]:
    return [price for price in prices if (today - price.as_of).days > STALE_DAYS]


def _read_json(path: Path, problems: Problems) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        problems.add("", f"can not be read: {error.strerror}")
        problems.raise_if_any()
    except ValueError as error:
        problems.add("", f"is no JSON: {error}")
        problems.raise_if_any()
    if isinstance(content, dict):
        return content
    problems.add("", f"an object is expected, found {type(content).__name__}")
    problems.raise_if_any()
    raise AssertionError("unreachable")


def _read_row(place: str, row: Any, today: date, problems: Problems) -> Price | None:
    """The row, or None and what is wrong with it."""
    if not isinstance(row, dict):
        problems.add(place, f"an object is expected, found {row!r}")
        return None
    id, amount, read = str(row.get("id")), _amount(row.get("price")), _date(row.get("as_of"))
    wrong = [(key, f"there is no such key; there are {', '.join(_KEYS)}") for key in row if key not in _KEYS]
    if id not in UNITS:
        near = get_close_matches(id, UNITS, n=1)
        wrong.append(("id", f"no such price: {row.get('id')!r}" + (f"; did you mean {near[0]!r}?" if near else "")))
    elif row.get("unit") != UNITS[id]:
        wrong.append(("unit", f"{UNITS[id]!r} is expected, found {row.get('unit')!r}"))
    if amount is None:
        wrong.append(("price", f"a number of at least 0 is expected, found {row.get('price')!r}"))
    if read is None or read > today:
        wrong.append(("as_of", f"a date until today such as {today} is expected, found {row.get('as_of')!r}"))
    if row.get("basis") not in BASES:
        wrong.append(("basis", f"one of {', '.join(BASES)} is expected, found {row.get('basis')!r}"))
    wrong += [
        (key, f"a text is expected, found {row.get(key)!r}")
        for key in ("region", "source")
        if not isinstance(row.get(key), str) or not row[key]
    ]
    for key, problem in wrong:
        problems.add(f"{place}.{key}", problem)
    if wrong or amount is None or read is None:
        return None
    return Price(row["id"], row["region"], amount, row["source"], read, row["basis"], str(row.get("note", "")))


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
