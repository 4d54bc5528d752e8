"""A judgement as SARIF 2.1.0, for GitHub's code scanning. Pure.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
An alert that is not in the newest file counts as mended there; so what could not be judged is a result too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from tap.verify.facts import Scope
from tap.verify.finding import Severity
from tap.verify.judgement import Judgement
from tap.verify.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_PROGRAM = "tap_stack.py"
"""Where a finding points if the state does not say which line made its subject."""

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub's bands: over 9.0 critical, from 7.0 high, from 4.0 medium, else low."""

_POSITION = re.compile(r"project:///(?P<file>(?!\.\./)[^<#]+)#(?P<line>\d+)")
"""Of a file in the project: not of a package, nor of what lies elsewhere."""


def as_sarif(judgement: Judgement, scope: Scope, rules: Mapping[str, Rule], version: str) -> dict[str, Any]:
    """The log of one run. rules: all that were asked, by name; version: tap's own."""
    index = {name: number for number, name in enumerate(rules)}
    places = _places(scope)
    results = [
        _result(index, scope.stack, places, each.rule, each.subject, _LEVELS[each.severity], f"{each.says}. {each.fix}")
        for each in judgement.findings
    ] + [
        _result(index, scope.stack, places, each.rule, one.subject, "note", f"It could not be judged: {one.why}")
        for each in judgement.not_judged
        for one in each.because
    ]
    driver = {"name": "tap verify", "semanticVersion": version, "rules": [_descriptor(each) for each in rules.values()]}
    run = {
        "tool": {"driver": driver},
        # One category a stack: else the alerts of one would close those of another.
        "automationDetails": {"id": f"tap-verify/{scope.stack}/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(judgement)}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. Judged by what the cloud has, not by the program."},
        "help": {"text": f"{rule.title}. `tap verify` says what is wrong with which resource, and how to mend it."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", *rule.areas],
            "precision": "very-high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(
    index: Mapping[str, int],
    stack: str,
    places: Mapping[str, tuple[str, int]],
    rule: str,
    subject: str,
    level: str,
    says: str,
) -> dict[str, Any]:
    file, line = places.get(subject, (_PROGRAM, 1))
    mark = hashlib.sha256("\0".join((stack, rule, subject)).encode()).hexdigest()[:16]
    return {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": level,
        "message": {"text": f"{subject}: {says}" if subject else says},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": line},
                },
                "logicalLocations": [{"fullyQualifiedName": subject or stack, "kind": "resource"}],
            }
        ],
        # GitHub tells alerts apart by this one alone; by the resource, so that an edit of the file changes nothing.
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:1"},
    }


def _places(scope: Scope) -> dict[str, tuple[str, int]]:
    """Id or ARN -> the file and line of the program that made it. An id that several share is the first one's."""
    places: dict[str, tuple[str, int]] = {}
    for claim in scope.claims:
        if found := _POSITION.match(claim.source):
            for name in (claim.arn, claim.id):
                places.setdefault(name, (found["file"], int(found["line"])))
    return places


def _notifications(judgement: Judgement) -> list[dict[str, Any]]:
    unseen = [f"{each.action} {each.subject}: {each.why}" for each in judgement.unseen]
    return [{"level": "warning", "message": {"text": text}} for text in [*unseen, *judgement.remarks]]
