"""The two acts: a push that goes well, and one whose deploy fails half-way. What must come of each is written here."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rehearsal.play import Run, Tell, play
from rehearsal.slack_sink import SlackSink
from rehearsal.stage import Stage
from rehearsal.workflow import read_workflow

ROOT = Path(__file__).parents[1]
WORKFLOW = Path(".github/workflows/deploy.yml")
STACK = "prod"

GREEN = (":rocket: prod: deploy started", ":white_check_mark: prod: deploy succeeded")
ROLLED_BACK = (
    ":rocket: prod: deploy started",
    ":x: prod: deploy FAILED",
    ":rewind: prod: rolled back to the last good release",
)
"""What Slack is told in each act, in this order."""

MISTAKE = """

# Added by the rehearsal. The topic is new, and is made; the subnet's range is taken, which only AWS can say.
import pulumi_aws as aws  # noqa: E402

topic = aws.sns.Topic("rehearsal-topic", tags={"environment": "production"})
aws.ec2.Subnet(
    "rehearsal-subnet",
    vpc_id=stack.vpc_id,
    cidr_block="10.0.1.0/24",
    opts=pulumi.ResourceOptions(depends_on=[topic, stack]),
)
"""
_IDENTITY = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Act:
    """told: the titles of the messages that Slack was sent, in their order."""

    run: Run
    told: tuple[str, ...]


def play_push(stage: Stage, sink: SlackSink, tell: Tell) -> Act:
    """Play the workflow for the commit that is checked out."""
    before = len(sink.received)
    run = play(read_workflow(stage.root / WORKFLOW), stage, tell)
    return Act(run, tuple(sink.titles[before:]))


def commit_mistake(root: Path, mistake: str = MISTAKE) -> None:
    """A commit whose program previews well and fails half-way on AWS: it updates, creates, and then can not go on."""
    config = root / f"Pulumi.{STACK}.yaml"
    config.write_text(config.read_text().replace("log_retention_days: 365", "log_retention_days: 30"))
    with (root / "__main__.py").open("a") as program:
        program.write(mistake)
    commit_all(root, "A step too far")


def commit_all(root: Path, message: str) -> None:
    for arguments in (("add", "--all"), (*_IDENTITY, "commit", "--quiet", "--message", message)):
        subprocess.run(["git", *arguments], cwd=root, check=True, timeout=60)


def tap(root: Path, *arguments: str) -> str:
    """What a `tap` of the clone prints. Raises CalledProcessError."""
    line = [str(root / ".venv" / "bin" / "tap"), *arguments]
    return subprocess.run(line, cwd=root, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout


def clone_project(root: Path) -> None:
    """A clone of what is committed, without an environment yet."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(root)], check=True, timeout=120)


def make_repository(root: Path, environment: Path, program: str, config: str) -> None:
    """A repository with this program and the project's pipeline, run in an environment that is there already."""
    root.mkdir()
    (root / "__main__.py").write_text(program)
    (root / f"Pulumi.{STACK}.yaml").write_text(config)
    for name in ("Pulumi.yaml", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / ".github", root / ".github")
    (root / ".venv").symlink_to(environment)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=root, check=True, timeout=60)
    (root / ".git" / "info" / "exclude").write_text(".venv\n")  # .gitignore means a folder, and this is a link
    commit_all(root, "The program")
