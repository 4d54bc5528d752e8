"""Times as Go prints and reads them in JSON: RFC 3339, UTC, fractions as long as needed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_NANOSECONDS = re.compile(r"(\.\d{6})\d+")


def format_time(time: datetime) -> str:
    text = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def parse_time(text: str) -> datetime:
    """Fractions finer than a microsecond are cut off. Raises ValueError."""
    time = datetime.fromisoformat(_NANOSECONDS.sub(r"\1", text))
    return time if time.tzinfo else time.replace(tzinfo=UTC)
