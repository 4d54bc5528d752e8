"""The file for GitHub's code scanning, by what SARIF 2.1.0 and GitHub require of it."""

from __future__ import annotations

import json
import re

import pytest

from tap.verify.judgement import judge
from tap.verify.rules import RULES
from tap.verify.sarif import as_sarif
from tests.integration.project import ROOT
from tests.verify.edits import with_alarm, with_bucket, with_settings

VERSION = "0.1.0"


def log_of(facts):
    return as_sarif(judge(facts, RULES.values()), facts.scope, RULES, VERSION)


@pytest.fixture(scope="module")
def bad_log(story):
    return json.loads(json.dumps(log_of(story.bad)))


def test_it_is_a_log_of_one_run_with_a_tool_that_has_a_name(bad_log):
    (run,) = bad_log["runs"]

    assert bad_log["version"] == "2.1.0"
    assert bad_log["$schema"].endswith("sarif-2.1.0.json")
    assert run["tool"]["driver"]["name"] == "tap verify"
    assert run["automationDetails"]["id"] == "tap-verify/local/"
    assert [each["executionSuccessful"] for each in run["invocations"]] == [True]


def test_every_rule_is_described_as_github_needs_it(bad_log):
    rules = bad_log["runs"][0]["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        assert len(rule["id"]) <= 255
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert "security" in rule["properties"]["tags"]
        assert isinstance(rule["properties"]["security-severity"], str)
        assert 0.0 < float(rule["properties"]["security-severity"]) <= 10.0


def test_every_result_names_a_rule_says_something_and_points_at_a_line_of_the_project(bad_log):
    run = bad_log["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        file = ROOT / place["artifactLocation"]["uri"]
        assert file.is_file()
        assert 1 <= place["region"]["startLine"] <= len(file.read_text().splitlines())


def test_every_finding_is_a_result_with_a_fingerprint_of_its_own(bad_log, story):
    findings = judge(story.bad, RULES.values()).findings
    results = bad_log["runs"][0]["results"]
    marks = {
        (result["ruleId"], result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]): result[
            "partialFingerprints"
        ]["primaryLocationLineHash"]
        for result in results
    }

    assert {(finding.rule, finding.subject) for finding in findings} <= marks.keys()
    assert len(set(marks.values())) == len(marks)
    assert all(re.fullmatch(r"[0-9a-f]{16}:1", mark) for mark in marks.values())


def test_a_fingerprint_hangs_on_rule_and_resource_and_not_on_what_is_said(good):
    def marks(facts):
        results = log_of(facts)["runs"][0]["results"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]

    without, switched_off = with_alarm(actions=())(good), with_alarm(enabled=False)(good)
    another = with_settings(alarm_email="a@example.com")(good)

    assert marks(without) == marks(switched_off)
    assert len(marks(another)) == 1
    assert marks(another) != marks(without)


def test_a_clean_stack_has_no_results(good):
    run = log_of(good)["runs"][0]

    assert run["results"] == []
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_what_could_not_be_judged_is_a_result_so_that_its_alert_is_not_closed(story):
    run = log_of(story.refused)["runs"][0]
    said = {(result["ruleId"], result["level"]) for result in run["results"]}

    assert ("bucket-tls-only", "note") in said
    assert all("could not be judged" in result["message"]["text"] for result in run["results"])
    assert run["invocations"][0]["toolExecutionNotifications"]


def test_a_line_outside_of_the_project_is_not_pointed_at(good):
    from dataclasses import replace

    outside = tuple(replace(claim, source="project:///../elsewhere.py#3") for claim in good.scope.claims)
    edited = with_bucket("app", ownership=lambda bucket: replace(bucket.ownership, found="ObjectWriter"))(good)
    edited = replace(edited, scope=replace(edited.scope, claims=outside))

    (result,) = log_of(edited)["runs"][0]["results"]

    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("tap_stack.py", 1)
