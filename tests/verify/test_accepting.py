"""`tap verify` with exceptions and SARIF: what it writes and says, and what it refuses before it asks anybody."""

from __future__ import annotations

import pytest

from tests.integration.project import Project, project_in


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose embedded AWS was never started: whatever asks it fails in another way."""
    with project_in(tmp_path_factory.mktemp("unasked") / "project") as project:
        yield project


def test_the_projects_own_exceptions_count_and_an_expired_one_does_not(story):
    document = story.document("broken")
    rules = {each["rule"] for each in document["findings"]}

    assert story.runs["broken"].returncode == 5
    assert {each["rule"] for each in document["excused"]} == {"bucket-tls-only"}
    assert "bucket-tls-only" not in rules
    assert "bucket-ownership" in rules
    assert [each.partition(" ")[0] for each in document["remarks"]] == ["exceptions[1]"]
    assert "has expired on 2001-01-01" in document["remarks"][0]


def test_sarif_has_what_the_document_has(story):
    results = story.sarif["runs"][0]["results"]
    found = {(each["rule"], each["subject"]) for each in story.document("broken")["findings"]}

    assert found == {
        (each["ruleId"], each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
        for each in results
        if "could not be judged" not in each["message"]["text"]
    }


def test_a_bad_file_of_exceptions_is_refused_before_anything_is_asked(project: Project):
    (project.root / "mine.yaml").write_text("exceptions:\n  - rule: tagz\n")

    ended = project("verify", "--exceptions", "mine.yaml")

    assert ended.returncode == 2
    assert "did you mean 'tags'?" in ended.stderr
    assert "exceptions[0].until" in ended.stderr


def test_sarif_into_a_folder_that_is_not_there_is_refused_before_anything_is_asked(project: Project):
    ended = project("verify", "--sarif", "nowhere/verify.sarif")

    assert ended.returncode == 2
    assert "there is no such folder" in ended.stderr
