"""Apply the rules to the facts. Pure; nothing passes that was not seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tap.verify.facts import Facts, Unseen
from tap.verify.finding import Finding
from tap.verify.rule import Rule


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule that can not be said to hold, since something that it reads was not seen."""

    rule: str
    because: tuple[Unseen, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """findings: the worst first. Each rule is in one of passed, not_judged, or the findings; or in the last two."""

    findings: tuple[Finding, ...]
    not_judged: tuple[NotJudged, ...]
    passed: tuple[str, ...]
    unseen: tuple[Unseen, ...]

    @property
    def clean(self) -> bool:
        """Everything was seen and every rule holds."""
        return not self.findings and not self.not_judged and not self.unseen


def judge(facts: Facts, rules: Iterable[Rule]) -> Judgement:
    """What the rules say. One that reads a blind area is not asked: what it would miss there, it would call missing."""
    findings: list[Finding] = []
    not_judged: list[NotJudged] = []
    passed: list[str] = []
    for rule in rules:
        because = tuple(each for each in facts.unseen if each.area in rule.areas)
        found = [] if any(not each.subject for each in because) else list(rule.findings(facts))
        findings += found
        if because:
            not_judged.append(NotJudged(rule.name, because))
        elif not found:
            passed.append(rule.name)
    findings.sort(key=lambda finding: finding.order)
    return Judgement(tuple(findings), tuple(not_judged), tuple(sorted(passed)), facts.unseen)
