"""Where a workflow is played: a clone of the project, and what stands in for GitHub and AWS. These lists are all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

STAND_INS = {
    "actions/checkout": "the clone that the rehearsal plays in, at the pushed commit; one for all jobs",
    "actions/setup-python": "the Python that runs the rehearsal",
    "aws-actions/configure-aws-credentials": "nothing: the embedded AWS has fixed fake credentials",
    "pulumi/actions": "nothing: the embedded engine does what the Pulumi CLI would",
}
"""Action -> what stands in for it. Local actions are played from their files."""

SWAPS = {"--engine pulumi": "--engine embedded"}
"""Text in a `run:` -> what is played instead."""

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_KEPT_PREFIXES = ("PIP_", "UV_", "SSL_")
"""What `make setup` needs to reach the package index, and nothing else of one's own."""
_FAKES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True, slots=True)
class Stage:
    """root: the clone. webhook: the Slack sink's address. left_out: a `run:` -> why it is not played."""

    root: Path
    webhook: str
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> dict[str, str]:
        return {"SLACK_WEBHOOK_URL": self.webhook, **{name: f"fake-{name.lower()}" for name in _FAKES}}

    @property
    def github(self) -> dict[str, str]:
        """What GitHub says of the run; the commit is the one that is checked out."""
        commit, author = self.git("log", "-1", "--format=%H%n%an").splitlines()
        return {"sha": commit, "actor": author, "repository": "acme/tap", "server_url": "https://github.com"}

    def environment(self) -> dict[str, str]:
        """The runner's variables, and of one's own only what a shell needs."""
        github = self.github
        return {
            **{name: text for name, text in os.environ.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_RUN_ID": "1",
            "GITHUB_STEP_SUMMARY": str(self.root.parent / "summary.md"),
            **{f"GITHUB_{name.upper()}": value for name, value in github.items()},
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def check_out(self) -> None:
        """What git does not know, and does not ignore, is gone, as in a checkout of one's own."""
        self.git("clean", "--quiet", "-d", "--force")
        self.git("checkout", "--quiet", "--force", "HEAD")

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True, timeout=60
        ).stdout
