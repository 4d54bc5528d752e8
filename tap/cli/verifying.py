"""What `tap verify` does between the command line and the rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tap.cli.views.labels import counted
from tap.errors import PolicyError, UsageError
from tap.project.project import Project
from tap.verify.area import Area
from tap.verify.areas import AREAS
from tap.verify.areas.network import NETWORK
from tap.verify.collector import permissions
from tap.verify.exceptions import excuse
from tap.verify.exporting import export_by_pulumi, read_export
from tap.verify.facts import Facts
from tap.verify.judgement import Judgement, judge
from tap.verify.reach.explanation import Explanation, explain
from tap.verify.rules import RULES, Rule
from tap.verify.sarif import as_sarif
from tap.verify.verification import exemptions_of, look


@dataclass(frozen=True, slots=True)
class Request:
    """engine: `embedded` or `pulumi`. state: with pulumi, a file of `pulumi stack export`; None asks the CLI.

    exceptions: the file of them; None is the project's own one, if it has one. sarif: where to write that, None for
    nowhere. audit: ask other people's auditors too.
    """

    stack: str
    engine: str
    state: str | None = None
    endpoint: str = ""
    exceptions: str | None = None
    sarif: str | None = None
    audit: bool = False


class NotProvedError(PolicyError):
    """Something does not hold, or could not be seen. It was shown already."""

    name = "not_proved"


def judged(project: Project, request: Request) -> tuple[Facts, Judgement]:
    """What there is, and what every rule says of it. Raises UsageError before anything is asked."""
    exemptions, rules = exemptions_of(project, request.exceptions), _rules(request)
    if request.sarif is not None and not Path(request.sarif).absolute().parent.is_dir():
        raise UsageError(f"--sarif {request.sarif}: there is no such folder")
    facts = looked_at(project, request)
    judgement = excuse(judge(facts, rules.values()), exemptions, datetime.now(UTC).date())
    if request.sarif is not None:
        _write_sarif(Path(request.sarif), as_sarif(judgement, facts.scope, rules, version("tapstack")))
    return facts, judgement


def _rules(request: Request) -> dict[str, Rule]:
    if not request.audit:
        return RULES
    from tap.verify.audit.auditors import audit_rules

    return RULES | {rule.name: rule for rule in audit_rules()}


def _write_sarif(path: Path, document: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--sarif {path}: can not be written: {error.strerror}") from error


def explained(project: Project, request: Request, between: tuple[str, str, str]) -> Explanation:
    """The path of one connection: between is (from, to, port). Raises UsageError for options of a judgement."""
    asked = {"--exceptions": request.exceptions, "--sarif": request.sarif, "--audit": request.audit}
    if unfit := [option for option, given in asked.items() if given]:
        raise UsageError(f"{', '.join(unfit)}: --explain shows one connection, and judges nothing")
    return explain(looked_at(project, request, [NETWORK]), *between)


def looked_at(project: Project, request: Request, areas: Sequence[Area] = AREAS) -> Facts:
    """The facts of the stack, from where the request says. Raises UsageError for options that do not go together."""
    if request.engine == "embedded":
        if request.state:
            raise UsageError("--state goes with --engine pulumi only: the embedded engine has its own state")
        return look(project.root, request.stack, endpoint=request.endpoint, areas=areas)
    if request.endpoint:
        raise UsageError(
            "--endpoint goes with the embedded engine only", hint="AWS_ENDPOINT_URL works as for the AWS CLI"
        )
    exported = read_export(request.state) if request.state else export_by_pulumi(project.root, request.stack)
    return look(project.root, request.stack, exported=exported, areas=areas)


def permissions_text() -> str:
    return json.dumps(permissions(), indent=4)


def require_clean(judgement: Judgement) -> None:
    """Raises NotProvedError, exit code 5, unless all was seen and everything holds."""
    if judgement.clean:
        return
    said = []
    if judgement.findings:
        said.append(counted(len(judgement.findings), "finding"))
    if judgement.unseen:
        said.append(f"{counted(len(judgement.unseen), 'thing')} not seen")
    if judgement.not_judged:
        said.append(f"{counted(len(judgement.not_judged), 'rule')} not judged")
    raise NotProvedError("; ".join(said))
