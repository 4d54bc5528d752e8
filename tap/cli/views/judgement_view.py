"""What verify found, as a table for people and as a document for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import click

from tap.cli.views.labels import counted
from tap.verify.facts import Unseen
from tap.verify.finding import Finding, Severity
from tap.verify.judgement import Judgement
from tap.verify.rules import RULES

_WIDTH = 110
_COLORS = {Severity.CRITICAL: "bright_red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def as_lines(judgement: Judgement, stack: str, *, color: bool) -> list[str]:
    """The findings, the worst first, what could not be judged, and what holds."""
    lines = [line for finding in judgement.findings for line in _finding_lines(finding, color)]
    lines += _unseen_lines(judgement)
    counts = [f"{counted(len(judgement.passed), 'rule')} hold" + ("s" if len(judgement.passed) == 1 else "")]
    if judgement.not_judged:
        counts.append(f"{len(judgement.not_judged)} not judged")
    counts.append(counted(len(judgement.findings), "finding") if judgement.findings else "no findings")
    return [*lines, f"Stack {stack}: {', '.join(counts)}"]


def _finding_lines(finding: Finding, color: bool) -> Iterator[str]:
    label = f"{finding.severity.value.upper():<8}"
    shown = click.style(label, fg=_COLORS[finding.severity], bold=True) if color else label
    yield f"{shown}  {finding.rule}  {finding.subject}"
    yield from _indented(finding.says)
    yield from _indented(f"fix: {finding.fix}")
    yield ""


def _unseen_lines(judgement: Judgement) -> Iterator[str]:
    for unseen in judgement.unseen:
        yield f"NOT SEEN  {unseen.action}  {unseen.subject or unseen.area}"
        yield from _indented(unseen.why)
        rules = [each.rule for each in judgement.not_judged if unseen in each.because]
        if rules:
            yield from _indented(f"not judged: {', '.join(rules)}")
        yield ""


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 12, break_on_hyphens=False)


def as_document(judgement: Judgement, stack: str) -> dict[str, Any]:
    return {
        "stack": stack,
        "clean": judgement.clean,
        "findings": [
            {
                "rule": each.rule,
                "severity": each.severity.value,
                "subject": each.subject,
                "says": each.says,
                "fix": each.fix,
            }
            for each in judgement.findings
        ],
        "notJudged": [
            {"rule": each.rule, "because": [_unseen_document(one) for one in each.because]}
            for each in judgement.not_judged
        ],
        "unseen": [_unseen_document(each) for each in judgement.unseen],
        "passed": [{"rule": name, "title": RULES[name].title} for name in judgement.passed],
    }


def _unseen_document(unseen: Unseen) -> dict[str, str]:
    return {"area": unseen.area, "action": unseen.action, "subject": unseen.subject, "why": unseen.why}
