"""The real Pulumi CLI on a project's own `.tap/`, with the project's own embedded AWS behind its aws provider."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.integration.project import ROOT, Project
from tests.pulumi_cli.build import CLI, LANGUAGE_EXEC, PLACE

RUN_SECONDS_MAX = 300
STACK = "organization/tap/local"
UNATTENDED = ("--yes", "--skip-preview", "--non-interactive")


@dataclass(frozen=True)
class PulumiCli:
    """Runs `pulumi` in the project's folder. Nothing of whoever runs the tests is read or written by it."""

    project: Project
    home: Path

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CLI, *arguments, "--stack", STACK],
            cwd=self.project.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def succeed(self, *arguments: str, **environment: str) -> str:
        """What a run that has to succeed puts out."""
        ended = self(*arguments, **environment)
        assert ended.returncode == 0, f"pulumi {' '.join(arguments)}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def document(self, *arguments: str) -> Any:
        return json.loads(self.succeed(*arguments))

    def begin(self) -> None:
        """A stack of the CLI's own, with the project's passphrase."""
        (self.project.root / ".tap" / "passphrase").write_text("of-the-tests")
        self.succeed("stack", "init")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """A run that is not waited for, in a session of its own."""
        return subprocess.Popen(
            [CLI, *arguments, "--stack", STACK],
            cwd=self.project.root,
            env=self.environment(**environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def environment(self, **more: str) -> dict[str, str]:
        state = self.project.root / ".tap"
        own = {
            "HOME": str(self.home),
            "PULUMI_HOME": str(self.home / "pulumi"),
            "PULUMI_BACKEND_URL": f"file://{state}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(state / "passphrase"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PATH": f"{PLACE}:{os.environ['PATH']}",
            "TAP_TEST_ENDPOINT": self.project.aws.endpoint,
            "TAP_TEST_AWS_VERSION": version("pulumi-aws"),
            "TAP_TEST_LANGUAGE_EXEC": str(LANGUAGE_EXEC),
            "TAP_TEST_ROOT": str(ROOT),
        }
        return own | more


def left_in_the_cloud(project: Project) -> tuple[list[Any], list[Any]]:
    """The buckets, and the VPCs besides the default one."""
    vpcs = project.aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    return project.aws.client("s3").list_buckets()["Buckets"], vpcs
