"""What verify can not tell of a thing, what somebody accepts for a time, and what is to be said of that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tap.cli.views.wrapped import indented
from tap.verify.judgement import Excused, Judgement


def doubt_lines(judgement: Judgement) -> Iterator[str]:
    """What no call failed for, and still can not be told."""
    rules: dict[tuple[str, str], list[str]] = {}
    for each in judgement.not_judged:
        for one in each.because:
            if one not in judgement.unseen:
                rules.setdefault((one.subject, one.why), []).append(each.rule)
    for (subject, why), named in rules.items():
        yield f"UNJUDGED  {', '.join(named)}  {subject}"
        yield from indented(why)
        yield ""


def accepted_lines(judgement: Judgement) -> Iterator[str]:
    for each in judgement.excused:
        yield f"ACCEPTED  {each.rule}  {each.subject}"
        yield from indented(each.says)
        yield from indented(f"until {each.until}: {each.reason}")
        yield ""
    for remark in judgement.remarks:
        yield "EXCEPTION"
        yield from indented(remark)
        yield ""


def excused_document(excused: Excused) -> dict[str, Any]:
    return {
        "rule": excused.rule,
        "subject": excused.subject,
        "says": excused.says,
        "reason": excused.reason,
        "until": excused.until.isoformat(),
    }
