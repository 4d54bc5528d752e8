"""A rule of verify, and the list of all. Pure: a rule sees frozen facts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tap.verify.facts import Facts
from tap.verify.finding import Finding, Flaw, Severity

Judge = Callable[[Facts], Iterator[Flaw]]


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

    def findings(self, facts: Facts) -> Iterator[Finding]:
        for flaw in self.judge(facts):
            yield Finding(self.name, flaw.severity or self.severity, flaw.subject, flaw.says, flaw.fix)


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
