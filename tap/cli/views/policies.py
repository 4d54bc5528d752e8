"""The section "Policies:" of a run, in Pulumi's form: the packs that judged it, and what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from tap.cli.views.labels import DANGER, HEADLINE, counted, shown_type
from tap.cli.views.progress import Progress
from tap.engine.analyzer import Enforcement, Pack, Violation
from tap.engine.events import PolicyRemedied
from tap.engine.urn import name_of, type_of

LEVEL_STYLES = {Enforcement.MANDATORY: DANGER, Enforcement.ADVISORY: "yellow"}
_SEVERITIES = {Enforcement.MANDATORY: "error", Enforcement.ADVISORY: "warning"}


def policies_section(progress: Progress) -> Iterator[Text]:
    """Every pack, also one that found nothing; of its remedies the counts, of its violations all.

    In a run that failed, one that found nothing has not been asked about everything: its mark is not that of all right.
    """
    failed = progress.summary is not None and progress.summary.result == "failed"
    if progress.packs:
        yield Text("Policies:", style=HEADLINE)
    for pack in sorted(progress.packs, key=str):
        violations = [each for each in progress.violations if each.pack == pack]
        remedied = [each for each in progress.remedied if each.remediation.pack == pack]
        unjudged = failed and not violations
        mark, remark = ("❔", ": not everything was judged") if unjudged else (_mark(violations), "")
        yield Text(f"    {mark} {pack} (local: {pack.path}){remark}")
        for policy, count in sorted(Counter(each.remediation.policy for each in remedied).items()):
            yield Text(f"        - [remediate]  {policy}  ({counted(count, 'resource')})", style="cyan")
        for violation in sorted(violations, key=lambda each: (each.level, each.policy, each.urn)):
            yield from _violation_lines(violation)
    if progress.packs:
        yield Text()


def violation_line(violation: Violation) -> Text:
    """One line of it, for a log that is read while the run goes on."""
    told = " ".join(violation.message.split("\n", 1)[-1].split())
    said = f"{_SEVERITIES[violation.level]}: [{violation.level}] {violation.policy}{_about(violation.urn)}: {told}"
    return Text(" ").append(said, LEVEL_STYLES[violation.level])


def policies_document(progress: Progress) -> list[dict[str, Any]]:
    """The same for --json."""
    return [_pack_document(pack, progress.violations, progress.remedied) for pack in progress.packs]


def _pack_document(pack: Pack, violations: list[Violation], remedied: list[PolicyRemedied]) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "path": pack.path,
        "violations": [
            {
                "policy": each.policy,
                "enforcementLevel": each.level.value,
                "urn": each.urn,
                "message": each.message,
            }
            for each in violations
            if each.pack == pack
        ],
        "remediations": [
            {"policy": each.remediation.policy, "urn": each.urn} for each in remedied if each.remediation.pack == pack
        ],
    }


def _mark(violations: list[Violation]) -> str:
    levels = {each.level for each in violations}
    return "❌" if Enforcement.MANDATORY in levels else "⚠️" if levels else "✅"


def _violation_lines(violation: Violation) -> Iterator[Text]:
    said = f"[{violation.level}]  {violation.policy}"
    yield Text("        - ").append(said, LEVEL_STYLES[violation.level]).append(_about(violation.urn, "  "))
    for line in violation.message.splitlines():
        yield Text(f"          {line}")


def _about(urn: str, space: str = " ") -> str:
    return f"{space}({shown_type(type_of(urn))}: {name_of(urn)})" if urn else ""
