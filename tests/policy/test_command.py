"""`tap preview|up --policy-pack` as a user runs it: exit codes, what is shown, and that nothing is left behind."""

import json
import shutil
import signal

import pytest

from tests.delivery.repositories import commit_all, git
from tests.integration.project import Project, project_in
from tests.policy.judged import HERE

JUDGING = HERE / "packs" / "judging"
PROGRAM = HERE / "program" / "__main__.py"
SURROUNDINGS = """
import os
from pulumi_policy import PolicyPack, ResourceValidationPolicy

def tell(args, report_violation):
    if args.resource_type == "fake:index:Group":
        names = sorted(name for name in os.environ if name.startswith(("AWS_", "BOTO_")))
        report_violation(" ".join(f"{name}={os.environ[name]}" for name in names))

PolicyPack("surroundings", [ResourceValidationPolicy("tell", "Tells.", tell)])
"""


@pytest.fixture
def project(tmp_path, embedded_aws):
    with project_in(tmp_path / "project") as project:
        (project.root / "__main__.py").write_text(PROGRAM.read_text())
        project.flags = ("-s", "dev", "--endpoint", embedded_aws.endpoint)
        yield project


def want(project: Project, **groups: str) -> None:
    """Components with these colours: the packs judge them, and no provider is needed."""
    wanted = {name: {"color": color} for name, color in groups.items()}
    (project.root / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"tap:groups": wanted}}))


def test_violations_are_shown_as_pulumi_shows_them_and_the_exit_code_is_5(project):
    want(project, bad="red", good="green")
    preview = project("preview", *project.flags, "--policy-pack", str(JUDGING))
    up = project("up", *project.flags, "--yes", "--skip-preview", "--policy-pack", str(JUDGING), "--json")
    document = json.loads(up.stdout)

    assert preview.returncode == up.returncode == 5
    assert (
        f"""Policies:
    ❌ judging@v1.2.3 (local: {JUDGING})
        - [mandatory]  no-red  (fake:index:Group: bad)
          Nothing is red.
          red is too loud
"""
        in preview.stdout
    )
    assert " error: [mandatory] no-red (fake:index:Group: bad): red is too loud" in preview.stdout
    assert document["error"]["code"] == 5
    assert document["error"]["name"] == "policy_violation"
    (pack,) = document["policyPacks"]
    assert [each["policy"] for each in pack["violations"]] == ["no-red"]
    assert "bad" not in {each["urn"].rpartition("::")[2] for each in document["steps"]}


def test_a_deploy_is_refused_with_exit_code_5_and_records_nothing(project):
    want(project, bad="red")
    (project.root / ".gitignore").write_text(".tap/\n.venv\n")
    git(project.root, "init", "--quiet")
    commit_all(project.root, "A")
    refused = project("deploy", *project.flags, "--yes", "--json", "--policy-pack", str(JUDGING))
    document = json.loads(refused.stdout)

    assert refused.returncode == document["error"]["code"] == 5
    assert document["stage"] == "preview"
    assert document["error"]["message"].startswith("a mandatory policy is violated:\n  no-red urn:pulumi:dev::")
    assert not (project.root / ".tap" / "releases").exists()


def test_an_advisory_violation_stops_nothing_and_a_configuration_is_read_beside_the_pack(project):
    want(project, bad="red")
    (project.root / "levels.json").write_text('{"no-red": "advisory"}')
    (project.root / "pack").symlink_to(JUDGING)
    named = ("--policy-pack", "pack", "--policy-pack-config", "levels.json")
    told = project.succeed("preview", *project.flags, *named)

    assert "    ⚠️ judging@v1.2.3 (local: pack)" in told
    assert "        - [advisory]  no-red  (fake:index:Group: bad)" in told


def test_the_pack_gets_nothing_by_which_it_could_find_an_aws_account(project):
    pack = project.root / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(SURROUNDINGS)
    want(project, one="green")
    secret = {"AWS_SECRET_ACCESS_KEY": "mine", "AWS_PROFILE": "prod", "BOTO_CONFIG": "there"}
    document = project.document("preview", *project.flags, "--policy-pack", "pack", **secret)
    (violation,) = document["policyPacks"][0]["violations"]

    assert violation["message"].splitlines()[-1] == (
        "AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true AWS_SHARED_CREDENTIALS_FILE=/dev/null"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_pack_that_hangs_ends_with_tap_however_that_ends(project, number):
    shutil.copytree(JUDGING, project.root / "pack")  # in the folder of which the fixture wants nothing left running
    want(project, slow="hanging")
    with project.running("preview", *project.flags, "--policy-pack", "pack") as running:
        running.wait_for("Previewing")
        running.wait_for("hanging on")
        running.process.send_signal(number)
        code = running.end()

    assert code == (1 if number == signal.SIGINT else -number)
