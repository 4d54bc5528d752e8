"""A stack that is as the program says is left alone, by whichever command."""

from __future__ import annotations

from tests.integration.gateway import gateway_to
from tests.integration.inventory import inventory
from tests.integration.project import Project, steps


def test_a_second_run_changes_nothing_and_calls_nothing_that_writes(project: Project):
    aws = project.start_aws()
    project.succeed("up")
    before = inventory(aws)
    preview = project.document("preview", "--expect-no-changes")
    with gateway_to(aws.endpoint) as gateway:
        through = ("--endpoint", gateway.endpoint, "--yes", "--skip-preview")
        again = project.document("up", *through, "--expect-no-changes")
        refreshed = project.document("refresh", *through)
    after_refresh = project.document("up", "--expect-no-changes")

    assert steps(preview) == steps(again) == steps(after_refresh) == {}
    assert preview["changeSummary"] == again["changeSummary"] == {"same": len(project.ids()) + 3}
    assert refreshed["changeSummary"].keys() <= {"same", "update"}
    assert len(gateway.calls) > len(project.ids())
    assert gateway.writes == []
    assert inventory(aws) == before
