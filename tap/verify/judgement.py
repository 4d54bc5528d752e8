"""Apply the rules to the facts. Pure; nothing passes that was not seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tap.verify.facts import Facts, Unseen
from tap.verify.finding import Finding
from tap.verify.rule import Rule


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A rule that can not be said to hold, since something that it reads was not seen, or is not to be told from it."""

    rule: str
    because: tuple[Unseen, ...]


@dataclass(frozen=True, slots=True)
class Excused:
    """What does not hold, or can not be told, and somebody accepts until that day, for a reason."""

    rule: str
    subject: str
    says: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Judgement:
    """findings: the worst first. Each rule is in one of passed, not_judged, or the findings; or in the last two.

    excused: what was in these and is accepted (`exceptions.py`); remarks: what there is to say of the exceptions.
    """

    findings: tuple[Finding, ...]
    not_judged: tuple[NotJudged, ...]
    passed: tuple[str, ...]
    unseen: tuple[Unseen, ...]
    excused: tuple[Excused, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Every rule holds, and all that they need was seen; or somebody accepts what is not so."""
        # Of what is traced, the rules that needed it are in not_judged.
        return not self.findings and not self.not_judged and all(each.traced for each in self.unseen)


def judge(facts: Facts, rules: Iterable[Rule]) -> Judgement:
    """What the rules say. One that reads a blind area is not asked: what it would miss there, it would call missing."""
    findings: list[Finding] = []
    not_judged: list[NotJudged] = []
    passed: list[str] = []
    for rule in rules:
        because = tuple(each for each in facts.unseen if each.area in rule.areas and not each.traced)
        blind = any(not each.subject for each in because)
        found, doubts = ([], []) if blind else rule.says(facts)
        findings += found
        because += tuple(Unseen(rule.areas[0], "", doubt.subject, doubt.why) for doubt in doubts)
        if because:
            not_judged.append(NotJudged(rule.name, because))
        elif not found:
            passed.append(rule.name)
    findings.sort(key=lambda finding: finding.order)
    return Judgement(tuple(findings), tuple(not_judged), tuple(sorted(passed)), facts.unseen)
