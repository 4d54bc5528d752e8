"""What verify says of a stack: a flaw as a rule sees it, and the finding that becomes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Critical: open to the internet, or data is lost. High: one mistake or outage away from that."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a rule yields: `subject` is an ARN or an id, `says` what is wrong with it, `fix` what mends it.

    A rule whose flaws weigh differently gives `severity`; None is the rule's own.
    """

    subject: str
    says: str
    fix: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw with the name of the rule that found it. `rule` and `subject` together tell it from all others."""

    rule: str
    severity: Severity
    subject: str
    says: str
    fix: str

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sorts the worst first, and the same findings always alike."""
        return self.severity.rank, self.rule, self.subject, self.says
