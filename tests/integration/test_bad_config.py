"""Bad configuration: every problem at once, each with place, value and what would be right; nothing was called."""

from __future__ import annotations

import json

from tests.integration.gateway import gateway_to
from tests.integration.project import Project

BAD = {
    "environment_suffix": "Not_Good",
    "vpc_cidr": "10.0.0.1/16",
    "availability_zones": ["us-east-1a"],
    "backup_region": "us-east-1",
    "allowed_cidr": "0.0.0.0/0",
    "tags": {"environment": "staging"},
    "nat_gateways": "several",
    "log_retention_days": 42,
    "cpu_alarm_threshold": 500,
    "alarm_email": "nobody",
    "nat_gatewys": "single",
    "disposable": "perhaps",
}


def test_all_problems_are_told_at_once_and_nothing_is_called(project: Project):
    project.configure(**BAD)
    aws = project.start_aws()
    with gateway_to(aws.endpoint) as gateway:
        ended = project("up", "--endpoint", gateway.endpoint, "--yes", "--skip-preview", "--json")
    document = json.loads(ended.stdout)
    told = "\n".join(each["message"] for each in document["diagnostics"])

    assert ended.returncode == 1
    for name in BAD:
        assert name in told, name
    assert "10.0.0.0/16" in told  # the range without the host bits
    assert "nat_gateways, perhaps" in told
    assert "Traceback" not in ended.stdout + ended.stderr
    assert gateway.calls == []
    assert document["changeSummary"].keys() <= {"create"}  # the stack itself, which is nothing in the cloud
    assert project.ids() == {}


def test_a_preview_tells_the_same_in_words(project: Project):
    project.configure(vpc_cidr="10.0.0.1/16", nat_gateways="several")
    ended = project("preview")

    assert ended.returncode == 1
    assert "vpc_cidr = '10.0.0.1/16': must be a range without host bits: 10.0.0.0/16" in ended.stdout
    assert "nat_gateways = 'several': must be one of per-az, single, none" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
