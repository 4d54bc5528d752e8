"""`tap graph` on stacks that were really built, and on what would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.project import ROOT, Project

PICTURES = {"topology": "docs/tap-stack.svg", "security": "docs/tap-stack-security.svg"}


@pytest.mark.parametrize("view", PICTURES)
def test_the_readmes_pictures_are_those_of_the_stack_as_it_comes(built, view):
    assert f"]({PICTURES[view]})" in (ROOT / "README.md").read_text()
    assert (ROOT / PICTURES[view]).read_text() == built.pictures[view], "it is stale: `make picture` draws it anew"


def test_a_first_preview_draws_what_up_then_builds(project: Project, built):
    drawn = project.document("graph", "--diff")
    # What AWS itself writes there is not known before it did.
    for group in (group for document in (drawn, built.graph) for group in document["vpcs"][0]["groups"]):
        group["description"] = "" if group["default"] else group["description"]
    made = {each["change"] for each in drawn["resources"] if each["type"].startswith("aws:")}

    assert made == {"create"}
    for what in ("regions", "vpcs", "flowLogs", "buckets", "logGroups", "topics", "alarms", "keys", "others"):
        assert drawn[what] == built.graph[what], what
    assert {each["key"]: each["parts"] for each in drawn["resources"]} == {
        each["key"]: each["parts"] for each in built.graph["resources"]
    }


def test_a_preview_that_fails_says_why_and_draws_nothing(project: Project):
    project.configure(vpc_cidr="10.2.0.0/99")
    ended = project("graph", "--diff", "--output", "picture.html")

    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the preview failed, so there is nothing to draw: ")
    assert "vpc_cidr = '10.2.0.0/99'" in ended.stderr
    assert not Path(project.root, "picture.html").exists()
