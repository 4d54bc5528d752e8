"""One stack for all tests of verify: built once, looked at, then broken in every way at once, and looked at again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tap.delivery.delivery import Delivery
from tap.delivery.engines.embedded import EmbeddedEngine
from tap.delivery.releases import FileReleases
from tap.delivery.repository import Repository
from tap.delivery.result import Result
from tap.errors import ResourceError
from tap.local_aws.clients import Clients
from tap.project.project import find_project
from tap.verify.areas.alarms import ALARMS
from tap.verify.areas.keys import KEYS
from tap.verify.areas.storage import STORAGE
from tap.verify.collector import collect
from tap.verify.facts import Facts, Scope
from tap.verify.verification import look
from tests.conftest import Account
from tests.faults.proxy import Fault, Rule, fault_proxy
from tests.integration.project import Project, project_in
from tests.verify.all_breakages import BREAKAGES
from tests.verify.breakages import BuiltStack
from tests.verify.watching import Watched

MISLEADING = {
    "AWS_ACCESS_KEY_ID": "999999999999",
    "AWS_SECRET_ACCESS_KEY": "not-to-be-read",
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL": "http://192.0.2.1:1",
}
"""Settings of a user that the embedded lane must not read: with any of them it would fail."""


@dataclass(frozen=True)
class Story:
    """good, bad: the facts before and after. broken: the subject of each breakage, in the order of BREAKAGES.

    operations: what was called to collect all facts. partly: what could be seen with one operation answered by an
    error, by that operation. runs: what `tap verify` did, by what was special about it. refused, blind: what somebody
    sees of the good stack whom AWS refuses the calls of REFUSED or BLINDING. without_keys: what is seen of the
    keys if none is described. misnamed: what is seen by the state of `_misnamed`. sarif: what `tap verify` wrote.
    smoke: the stage, and what was wrong, of a rollback's last look at the stack, "good" and "broken".
    """

    good: Facts
    bad: Facts
    broken: tuple[str, ...]
    operations: frozenset[tuple[str, str]]
    partly: dict[str, Facts] = field(default_factory=dict)
    runs: dict[str, CompletedProcess[str]] = field(default_factory=dict)
    smoke: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)
    refused: Facts | None = None
    blind: Facts | None = None
    without_keys: Facts | None = None
    misnamed: Facts | None = None
    sarif: dict[str, Any] = field(default_factory=dict)

    def document(self, run: str) -> dict[str, Any]:
        return json.loads(self.runs[run].stdout)


REFUSED = (
    *("s3 GetBucketPolicy", "kms GetKeyPolicy", "iam ListAttachedRolePolicies", "sns GetTopicAttributes"),
    "kms ListResourceTags",
)
"""Calls that tell of one thing each."""

VANISHED = "s3 GetBucketVersioning"
"""A call that finds no bucket any more where another one just did."""

BLINDING = ("logs DescribeLogGroups", "s3 ListBuckets")
"""Calls that tell of more than one thing."""

EXCEPTIONS = """
exceptions:
  - {rule: bucket-tls-only, subject: "*", reason: Known., until: 2999-12-31}
  - {rule: bucket-ownership, subject: "*", reason: Was known., until: 2001-01-01}
"""

PARTLY = {
    "DescribeSubnets": "UnauthorizedOperation",
    "DescribeFlowLogs": "UnauthorizedOperation",
    "GetManagedPrefixListEntries": "InvalidPrefixListID.NotFound",
}


def tell(folder: Path) -> Story:
    with project_in(folder) as project:
        aws = project.start_aws()
        project.succeed("up")
        good = look(project.root, "local")
        watched = Watched(Clients(aws.endpoint, "us-east-1"))
        collect(good.scope, watched)
        partly = {
            operation: collect(good.scope, Watched(Clients(aws.endpoint, "us-east-1"), **{operation: code}))
            for operation, code in PARTLY.items()
        }
        refused, blind, without_keys = _refused(good, aws.endpoint)
        misnamed = collect(_misnamed(good.scope), Clients(aws.endpoint, "us-east-1"), [ALARMS, KEYS, STORAGE])
        runs = _runs(project, aws)
        smoke = {"good": _smoke(project)}
        stack = BuiltStack(aws, _ids(project), project.document("outputs"))
        broken = tuple(breakage.broken(stack) for breakage in BREAKAGES)
        bad = collect(good.scope, watched)
        (project.root / "verify-exceptions.yaml").write_text(EXCEPTIONS)
        runs["broken"] = project("verify", "--json", "--sarif", "verify.sarif")
        smoke["broken"] = _smoke(project)
        sarif = json.loads((project.root / "verify.sarif").read_bytes())
        operations = frozenset(watched.operations)
        return Story(good, bad, broken, operations, partly, runs, smoke, refused, blind, without_keys, misnamed, sarif)


def _refused(good: Facts, endpoint: str) -> tuple[Facts, Facts, Facts]:
    """What is left with the calls of REFUSED refused and that of VANISHED too late, with those of BLINDING, and of the
    keys if none is described.
    """
    with fault_proxy(endpoint) as proxy:
        proxy.rules = [*map(_refusing, REFUSED), replace(_refusing(VANISHED), status=404, code="NoSuchBucket")]
        refused = collect(good.scope, Clients(proxy.endpoint, "us-east-1"))
        proxy.rules = [*map(_refusing, BLINDING)]
        blind = collect(good.scope, Clients(proxy.endpoint, "us-east-1"))
        proxy.rules = [_refusing("kms DescribeKey")]
        return refused, blind, collect(good.scope, Clients(proxy.endpoint, "us-east-1"), [KEYS])


def _misnamed(scope: Scope) -> Scope:
    """As of a state that was edited by hand: no buckets, a topic whose id is no ARN, keys without an id."""
    ids = {"aws:sns/topic:Topic": "no-arn", "aws:kms/key:Key": ""}
    claims = (each for each in scope.claims if each.type != "aws:s3/bucket:Bucket")
    return replace(scope, claims=tuple(replace(each, id=ids.get(each.type, each.id)) for each in claims))


def _refusing(pattern: str) -> Rule:
    return Rule(pattern, Fault.ERROR, applied=False, status=403, code="AccessDenied")


def _runs(project: Project, aws: Account) -> dict[str, CompletedProcess[str]]:
    (project.root / "state.json").write_text(project.succeed("state", "export"))
    account = {"AWS_ENDPOINT_URL": aws.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    given = ("verify", "--engine", "pulumi", "--state", "state.json")
    return {
        "embedded": project("verify", **MISLEADING),
        "explained": project("verify", "--explain", "internet", "db", "5432", "--json"),
        "account": project(*given, "--json", **account),
        "unsettled": project("verify", "--engine", "pulumi", "--state", _unsettled(project), "--json", **account),
        "another account": project(*given, **account | {"AWS_ACCESS_KEY_ID": "999999999999"}),
    }


class _Listening:
    """Keeps what a rollback tells."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def stage(self, name: str, detail: str = "") -> None:
        """Which stage it is, is in the result."""

    def line(self, text: str) -> None:
        self.lines.append(text)


def _smoke(project: Project) -> tuple[str, str, list[str]]:
    """What `tap rollback` makes of the stack as it is, once it has brought it back: stage, failure, what it tells."""
    root, result, told = project.root, Result("rollback", "local", None), _Listening()
    engine = EmbeddedEngine(find_project(root), "local", "", told)
    releases = FileReleases(root / "releases.json")
    try:
        Delivery("local", Repository(root, root, ""), engine, releases, told, result).verify(root)
    except ResourceError as error:
        return result.stage, str(error), told.lines
    return result.stage, "", told.lines


def _ids(project: Project) -> dict[str, str]:
    return {name.removeprefix("tap-").removesuffix("-local"): id_ for name, id_ in project.ids().items()}


def _unsettled(project: Project) -> str:
    """A state whose last run was killed while it made a subnet, and that has lost one of its outputs."""
    document = json.loads((project.root / "state.json").read_text())
    deployment = document["deployment"]
    subnet = next(each for each in deployment["resources"] if each["type"] == "aws:ec2/subnet:Subnet")
    deployment["pending_operations"] = [{"resource": subnet, "type": "updating"}]
    for each in deployment["resources"]:
        each.get("outputs", {}).pop("private_subnet_ids", None)
    (project.root / "unsettled.json").write_text(json.dumps(document))
    return "unsettled.json"
