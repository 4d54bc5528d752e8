"""The section "Policies:": every pack with its mark, its remedies counted, its violations in order."""

from tap.cli.views.policies import policies_section
from tap.cli.views.progress import Progress
from tap.engine.analyzer import Enforcement, Pack, Remediation, Violation
from tap.engine.events import PacksLoaded, PolicyRemedied, PolicyViolated, Summary

QUIET, WARNS, STOPS = (Pack(name, "1.0.0", f"./{name}") for name in ("quiet", "warns", "stops"))
URN = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::logs"


def test_every_pack_is_told_with_what_it_found():
    progress = Progress(0)
    for event in (
        PacksLoaded((WARNS, STOPS, QUIET)),
        PolicyRemedied(Remediation(QUIET, "paint", {}), URN),
        PolicyRemedied(Remediation(QUIET, "paint", {}), URN),
        PolicyViolated(Violation(STOPS, "b", Enforcement.MANDATORY, "No b.\nit is b", URN)),
        PolicyViolated(Violation(STOPS, "a", Enforcement.ADVISORY, "No a.\nit is a")),
        PolicyViolated(Violation(WARNS, "c", Enforcement.ADVISORY, "No c.", URN)),
    ):
        progress.apply(event, 0)

    assert [line.plain for line in policies_section(progress)] == [
        "Policies:",
        "    ✅ quiet@v1.0.0 (local: ./quiet)",
        "        - [remediate]  paint  (2 resources)",
        "    ❌ stops@v1.0.0 (local: ./stops)",
        "        - [advisory]  a",
        "          No a.",
        "          it is a",
        "        - [mandatory]  b  (aws:s3:Bucket: logs)",
        "          No b.",
        "          it is b",
        "    ⚠️ warns@v1.0.0 (local: ./warns)",
        "        - [advisory]  c  (aws:s3:Bucket: logs)",
        "          No c.",
        "",
    ]


def test_a_pack_that_found_nothing_in_a_run_that_failed_is_not_said_to_be_content():
    progress = Progress(0)
    for event in (
        PacksLoaded((QUIET, STOPS)),
        PolicyViolated(Violation(STOPS, "b", Enforcement.MANDATORY, "No b.", URN)),
        Summary({}, 1.0, "failed", planning=False),
    ):
        progress.apply(event, 0)

    assert [line.plain for line in policies_section(progress)][1:3] == [
        "    ❔ quiet@v1.0.0 (local: ./quiet): not everything was judged",
        "    ❌ stops@v1.0.0 (local: ./stops)",
    ]


def test_without_packs_there_is_no_section():
    assert list(policies_section(Progress(0))) == []
