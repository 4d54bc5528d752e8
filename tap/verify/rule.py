"""A rule of verify, and the list of all. Pure: a rule sees frozen facts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tap.verify.facts import Facts
from tap.verify.finding import Doubt, Finding, Flaw, Severity

Judge = Callable[[Facts], Iterator[Flaw | Doubt]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is stable: exceptions and code scanning know a rule by it. `title` says what is right, in one line.

    areas: the fields of Facts that the rule reads. Unless all of them were seen, it is not called passed.
    """

    name: str
    severity: Severity
    title: str
    areas: tuple[str, ...]
    judge: Judge

    def says(self, facts: Facts) -> tuple[list[Finding], list[Doubt]]:
        """What is wrong, and what it can not tell."""
        findings: list[Finding] = []
        doubts: list[Doubt] = []
        for each in self.judge(facts):
            if isinstance(each, Doubt):
                doubts.append(each)
            else:
                findings.append(Finding(self.name, each.severity or self.severity, each.subject, each.says, each.fix))
        return findings, doubts

    def findings(self, facts: Facts) -> list[Finding]:
        return self.says(facts)[0]


RULES: dict[str, Rule] = {}
"""By name. Filled by importing tap.verify.rules, which imports every module that has some."""


def rule(name: str, *, severity: Severity, title: str, areas: tuple[str, ...]) -> Callable[[Judge], Judge]:
    """Register the decorated generator. It yields nothing where nothing is wrong."""

    def register(judge: Judge) -> Judge:
        if name in RULES:
            raise ValueError(f"two rules are called {name!r}")
        RULES[name] = Rule(name, severity, title, areas, judge)
        return judge

    return register
