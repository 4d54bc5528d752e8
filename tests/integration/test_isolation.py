"""Nothing of the user's AWS account takes part in a run, whatever the environment says."""

from __future__ import annotations

from pathlib import Path

from tests.integration.gateway import gateway_to
from tests.integration.project import SMALL, Project

CANARY = "AKIACANARY0000000000"
SECRET = "canary/secret/key/never/to/be/seen"  # noqa: S105  - a canary


def _hostile(folder: Path, elsewhere: str) -> dict[str, str]:
    credentials, config = folder / "credentials", folder / "config"
    credentials.write_text(f"[default]\naws_access_key_id={CANARY}\naws_secret_access_key={SECRET}\n")
    config.write_text(f"[default]\nregion=eu-central-1\nendpoint_url={elsewhere}\n[profile canary]\nregion=eu-west-3\n")
    return {
        "AWS_PROFILE": "canary",
        "AWS_ACCESS_KEY_ID": CANARY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SECRET,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": elsewhere,
        "AWS_ENDPOINT_URL_EC2": elsewhere,
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_CONFIG_FILE": str(config),
        "HTTP_PROXY": elsewhere,
        "HTTPS_PROXY": elsewhere,
        "http_proxy": elsewhere,
        "ALL_PROXY": elsewhere,
    }


def test_a_hostile_environment_changes_nothing_and_leaves_no_trace(cold_project: Project, tmp_path):
    project = cold_project
    project.configure(**SMALL)
    with gateway_to("http://127.0.0.1:9") as trap:
        hostile = _hostile(tmp_path, trap.endpoint)
        project.succeed("local", "start", "--port", "0", **hostile)
        up = project("up", **hostile)
        refresh = project("refresh", **hostile)
    vpcs = project.aws.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["tap-vpc-local"]}])
    traces = [
        str(path)
        for path in (project.root / ".tap").rglob("*")
        if path.is_file() and any(text in path.read_bytes() for text in (CANARY.encode(), SECRET.encode()))
    ]
    shown = up.stdout + up.stderr + refresh.stdout + refresh.stderr

    assert (up.returncode, refresh.returncode) == (0, 0), shown
    assert len(vpcs["Vpcs"]) == 1
    assert trap.calls == []
    assert traces == []
    assert CANARY not in shown
    assert SECRET not in shown
