"""The two auditors as rules: what they say of each document, without what they are known to get wrong."""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import json
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from tap.errors import UsageError
from tap.verify.audit import CLOUDSPLAINING, PARLIAMENT
from tap.verify.audit.documents import AREAS, Document, Kind, documents
from tap.verify.facts import Facts
from tap.verify.finding import Doubt, Flaw, Severity
from tap.verify.rule import Judge, Rule

_SEVERITIES = {severity.value.upper(): severity for severity in Severity}

_WRONG: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.TRUST: (("RESOURCE_STAR", ""),),
    Kind.RESOURCE: (("RESOURCE_STAR", ""),),
    # In the policy of a key "*" is that key. The encryption context of CloudWatch Logs is an ARN, and AWS's own guide
    # compares it as one, for all of the actions.
    Kind.KEY: (
        ("RESOURCE_STAR", ""),
        ("UNKNOWN_CONDITION_FOR_ACTION", "kms:EncryptionContext:"),
        ("MISMATCHED_TYPE", "type Arn but given String"),
    ),
}
"""What parliament says wrongly of documents for which it is not made: (issue, part of its detail)."""

_RISKS = {
    "allows_privilege_escalation": "lets its holder become more than it is",
    "permissions_management_without_constraints": "may change permissions anywhere",
    "allows_data_exfiltration_actions": "may read data anywhere",
    "credentials_exposure": "may read credentials",
    "service_wildcard": "may do everything in a service",
    "infrastructure_modification": "may change infrastructure anywhere",
}
"""What cloudsplaining finds in a policy -> in words."""

_FIX = "name the actions and the resources that are needed, and no others"


def audit_rules() -> tuple[Rule, ...]:
    """Raises UsageError where the extra is not installed."""
    return (
        Rule(PARLIAMENT, Severity.MEDIUM, "Parliament finds nothing wrong with any policy", AREAS, _parliament()),
        Rule(
            CLOUDSPLAINING, Severity.HIGH, "Cloudsplaining finds no risk in what roles may do", AREAS, _cloudsplaining()
        ),
    )


def _of_documents(judge_one: Callable[[Document], Iterator[Flaw]]) -> Judge:
    def judge(facts: Facts) -> Iterator[Flaw | Doubt]:
        for document in documents(facts):
            if isinstance(document, Doubt):
                yield document
            else:
                yield from judge_one(document)

    return judge


def _parliament() -> Judge:
    parliament = _imported("parliament")

    def judge(document: Document) -> Iterator[Flaw]:
        for found in parliament.analyze_policy_string(_with_resource(document)).findings:
            detail = " ".join(str(found.detail).split())
            if not any(found.issue == issue and part in detail for issue, part in _WRONG.get(document.kind, ())):
                known = parliament.enhance_finding(found)
                says = f"{document.name}: {known.title}: {detail}" if detail else f"{document.name}: {known.title}"
                yield Flaw(document.subject, says, _FIX, _SEVERITIES.get(known.severity))

    return _of_documents(judge)


def _with_resource(document: Document) -> str:
    """A trust policy has no resource, without which parliament looks at nothing else."""
    if document.kind is not Kind.TRUST:
        return document.text
    content = json.loads(document.text)
    statements = content["Statement"] if isinstance(content["Statement"], list) else [content["Statement"]]
    return json.dumps({**content, "Statement": [{**each, "Resource": "*"} for each in statements]})


def _cloudsplaining() -> Judge:
    scanning = _imported("cloudsplaining.scan.policy_document")

    def judge(document: Document) -> Iterator[Flaw]:
        if document.kind is not Kind.IDENTITY:
            return
        policy = scanning.PolicyDocument(json.loads(document.text))
        for risk, says in _RISKS.items():
            if found := getattr(policy, risk):
                yield Flaw(document.subject, f"{document.name} {says}: {_some(found)}", _FIX)

    return _of_documents(judge)


def _some(found: list[Any], most: int = 5) -> str:
    named = [each["type"] if isinstance(each, dict) else str(each) for each in found]
    return ", ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")


def _imported(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs, which nobody here can mend
            if name == "parliament":
                return _imported_parliament()
            return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"--audit needs {name.partition('.')[0]}, which is not installed ({error})",
            hint="pip install 'tapstack[audit]', or leave --audit out",
        ) from error


def _imported_parliament() -> Any:
    """Parliament 1.6 finds its own data by setuptools' `pkg_resources`, which newer ones do not have any more."""
    stands_in = "pkg_resources" not in sys.modules and importlib.util.find_spec("pkg_resources") is None
    if stands_in:
        module = types.ModuleType("pkg_resources")
        vars(module)["resource_filename"] = lambda package, file: str(importlib.resources.files(package) / file)
        sys.modules["pkg_resources"] = module
    try:
        return importlib.import_module("parliament")
    finally:
        if stands_in:
            del sys.modules["pkg_resources"]
