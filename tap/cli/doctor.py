"""What this machine lacks for each engine: looked at, then put into words."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tap.errors import TapError

VERSION_SECONDS_MAX: Final = 30.0
"""The Pulumi CLI may look for an update when it is asked for its version."""

BOTH, EMBEDDED, PULUMI = "both", "embedded", "pulumi"


@dataclass(frozen=True, slots=True)
class Finding:
    """engine: who needs it. found: its version or place, "" if it is missing. get: how to get it."""

    engine: str
    what: str
    found: str
    get: str = ""


def examine(folder: Path, engine: str | None) -> list[Finding]:
    """What is there of all that the engine needs, or any (None)."""
    found = [*_of_both(folder), *_of_embedded(), *_of_pulumi()]
    return [each for each in found if engine is None or each.engine in (BOTH, engine)]


def require_healthy(findings: Sequence[Finding], engine: str | None) -> None:
    """Raises TapError for what is missing; without an engine only of what the project can not do without."""
    needed = [each for each in findings if engine is not None or each.engine != PULUMI]
    if missing := [each.what for each in needed if not each.found]:
        raise TapError(f"missing: {', '.join(missing)}")


def _of_both(folder: Path) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(BOTH, "Python 3.11 or newer", version if sys.version_info >= (3, 11) else "")
    yield Finding(BOTH, "git", _version("git", "--version"), "install git with your system's packages")
    yield Finding(BOTH, "a git repository with a commit", _commit(folder), "git init && git add . && git commit")
    for package in ("pulumi", "pulumi-aws"):
        yield Finding(BOTH, f"the Python package {package}", _package(package), "make setup")


def _of_embedded() -> Iterator[Finding]:
    for package in ("moto", "grpcio"):
        yield Finding(EMBEDDED, f"the Python package {package}", _package(package), "make setup")


def _of_pulumi() -> Iterator[Finding]:
    get = "https://www.pulumi.com/docs/iac/download-install/: brew install pulumi/tap/pulumi, or the script there"
    yield Finding(PULUMI, "the Pulumi CLI on the PATH", _version("pulumi", "version"), get)
    backend = _said("pulumi", "--non-interactive", "whoami") if shutil.which("pulumi") else ""
    yield Finding(PULUMI, "a login to a Pulumi backend", backend, "pulumi login s3://your-bucket, or another backend")
    yield Finding(PULUMI, "AWS credentials", _credentials(), "a role by OIDC in CI; `aws configure sso` at a desk")


def _package(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _version(command: str, argument: str) -> str:
    return _said(command, argument) if shutil.which(command) else ""


def _commit(folder: Path) -> str:
    return _said("git", "-C", str(folder), "rev-parse", "--short", "HEAD") if shutil.which("git") else ""


def _credentials() -> str:
    """Where they come from; nobody is asked whether they are any good."""
    import botocore.session

    quiet: Callable[..., Any] = botocore.session.get_session
    session = quiet()
    session.set_config_variable("metadata_service_num_attempts", 0)
    try:
        credentials = session.get_credentials()
    except Exception:  # a broken profile is a missing one; botocore has no common error for them
        return ""
    return f"found ({credentials.method})" if credentials else ""


def _said(*command: str) -> str:
    """The first line, "" if the command fails."""
    try:
        ended = subprocess.run(  # noqa: S603  - a tool's own question about itself
            command, capture_output=True, text=True, timeout=VERSION_SECONDS_MAX, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip().partition("\n")[0] if ended.returncode == 0 else ""


def as_lines(findings: Sequence[Finding]) -> list[str]:
    titles = {BOTH: "For both engines", EMBEDDED: "For --engine embedded", PULUMI: "For --engine pulumi"}
    lines: list[str] = []
    for engine, title in titles.items():
        of_engine = [each for each in findings if each.engine == engine]
        lines += [title, *(line for each in of_engine for line in _finding_lines(each))] if of_engine else []
    return lines


def _finding_lines(finding: Finding) -> list[str]:
    if finding.found:
        return [f"  ok       {finding.what}: {finding.found}"]
    return [f"  missing  {finding.what}", *([f"           get it: {finding.get}"] if finding.get else [])]


def as_document(findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "v": 1,
        "findings": [
            {"engine": each.engine, "what": each.what, "found": each.found or None, "get": each.get or None}
            for each in findings
        ],
        "missing": [each.what for each in findings if not each.found],
    }
