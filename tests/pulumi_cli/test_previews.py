"""What would be done, told by the real Pulumi CLI and by `tap preview`: the same steps, in every configuration."""

from __future__ import annotations

import json

import pytest

from tests.pulumi_cli.deployments import without_ids

pytestmark = [pytest.mark.pulumi_cli, pytest.mark.timeout(1200)]

CONFIGURATIONS = {
    "as it comes": {},
    "three zones, a NAT gateway in each, mail": {
        "availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "nat_gateways": "per-az",
        "alarm_email": "ops@example.com",
    },
    "kept, and as little as can be": {
        "disposable": False,
        "enable_flow_logs": False,
        "enable_cross_region_replication": False,
        "nat_gateways": "none",
    },
}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_both_would_do_the_same(configuration, new_project, pulumi_of):
    project = new_project()
    project.configure(**CONFIGURATIONS[configuration])
    pulumi = pulumi_of(project)
    pulumi.begin()
    theirs = json.loads(pulumi.succeed("preview", "--json"))
    ours = project.document("preview")

    assert ours["changeSummary"] == theirs["changeSummary"]
    assert planned(ours) == planned(theirs)


def planned(document):
    """Operation, URN, and the inputs as far as they are known, of each step."""
    return sorted((step["op"], step["urn"], told(step)) for step in without_ids(document)["steps"])


def told(step):
    new = step.get("newState") or {}
    # Their document leaves out what is empty.
    return json.dumps({key: new.get(key) or None for key in ("inputs", "protect", "parent")}, sort_keys=True)
