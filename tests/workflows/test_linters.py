"""The workflows pass three linters; a workflow that is wrong on purpose passes none of them."""

from __future__ import annotations

from pathlib import Path

from tests.workflows.linters import ACTIONS, WORKFLOWS, jactionlint, scripts, shellcheck, zizmor

BAD = Path(__file__).with_name("bad.yml")


def test_the_workflows_and_actions_have_no_finding():
    assert [path.name for path in WORKFLOWS] == ["comment.yml", "deploy.yml", "drift.yml", "pull-request.yml"]
    assert len(ACTIONS) == 2
    assert jactionlint(*WORKFLOWS, *ACTIONS) == []
    assert zizmor(*WORKFLOWS, *ACTIONS) == []
    assert shellcheck(script for path in (*WORKFLOWS, *ACTIONS) for script in scripts(path)) == []


def test_each_linter_finds_what_is_wrong_in_a_bad_workflow():
    found = jactionlint(BAD)

    assert {"undefined-job-needs", "undefined-property", "missing-timeout", "unpinned-uses"} <= set(found)
    assert {"missing-permissions", "template-injection", "artipacked", "concurrency-limits"} <= set(found)
    assert found.count("shellcheck") == 2
    assert {"dangerous-triggers", "excessive-permissions", "template-injection", "unpinned-uses"} <= set(zizmor(BAD))
    assert "SC2115" in shellcheck(scripts(BAD))
