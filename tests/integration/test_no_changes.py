"""A stack that is as the program says is left alone, by whichever command."""

from __future__ import annotations

from tests.integration.built import Built
from tests.integration.gateway import gateway_to
from tests.integration.inventory import inventory
from tests.integration.project import steps


def test_a_preview_has_nothing_to_do(built: Built):
    document = built.project.document("preview", "--expect-no-changes")

    assert document["changeSummary"].keys() == {"same"}
    assert steps(document) == {}


def test_a_second_up_changes_nothing_and_calls_nothing_that_writes(built: Built):
    with gateway_to(built.aws.endpoint) as gateway:
        arguments = ("--endpoint", gateway.endpoint, "--yes", "--skip-preview", "--expect-no-changes")
        document = built.project.document("up", *arguments)

    assert document["changeSummary"].keys() == {"same"}
    assert gateway.calls
    assert gateway.writes == []
    assert inventory(built.aws) == built.after


def test_a_refresh_finds_nothing_that_the_next_up_would_change(built: Built):
    refreshed = built.project.document("refresh")
    document = built.project.document("up", "--expect-no-changes")

    assert refreshed["changeSummary"].keys() <= {"same", "update"}
    assert document["changeSummary"].keys() == {"same"}
    assert inventory(built.aws) == built.after
