"""Which traffic gets in and out."""

from tests.stack.recorder import Recording, record


def rules(run: Recording) -> set[tuple]:
    """(group, direction, protocol, port or None, source) of every rule."""
    return {
        (
            one.inputs["securityGroupId"].split("-")[1],
            "in" if one.kind == "SecurityGroupIngressRule" else "out",
            one.inputs["ipProtocol"],
            one.inputs.get("fromPort"),
            one.inputs.get("cidrIpv4") or one.inputs.get("cidrIpv6") or one.inputs["referencedSecurityGroupId"],
        )
        for one in run.of_kind("SecurityGroupIngressRule") + run.of_kind("SecurityGroupEgressRule")
    }


def test_the_rules_are_the_contracts_and_no_others(default: Recording):
    assert rules(default) == {
        ("web", "in", "tcp", 80, "0.0.0.0/0"),
        ("web", "in", "tcp", 443, "0.0.0.0/0"),
        ("web", "out", "-1", None, "0.0.0.0/0"),
        ("app", "in", "tcp", 8080, "tap-web-sg-test-id"),
        ("app", "out", "-1", None, "0.0.0.0/0"),
        ("db", "in", "tcp", 3306, "tap-app-sg-test-id"),
        ("db", "in", "tcp", 5432, "tap-app-sg-test-id"),
        ("ssh", "in", "tcp", 22, "10.0.0.0/8"),
        ("ssh", "out", "-1", None, "0.0.0.0/0"),
    }


def test_a_rule_opens_one_port_not_a_range(default: Recording):
    inward = default.of_kind("SecurityGroupIngressRule")

    assert len(inward) == 6
    assert [one.name for one in inward if one.inputs["fromPort"] != one.inputs["toPort"]] == []


def test_groups_are_empty_and_described_for_good(default: Recording):
    groups = {one.name: one.inputs for one in default.of_kind("SecurityGroup")}

    assert groups.keys() == {f"tap-{role}-sg-test" for role in ("web", "app", "db", "ssh")}
    for inputs in groups.values():
        assert inputs.keys() == {"description", "vpcId", "tags"}


def test_the_default_group_is_adopted_and_emptied(default: Recording):
    inputs = default.only("DefaultSecurityGroup").inputs

    assert inputs["vpcId"] == "tap-vpc-test-id"
    assert inputs["ingress"] == inputs["egress"] == []


def test_ssh_comes_from_the_range_that_was_asked_for_under_the_same_name():
    narrow = record(config={"tap:allowed_cidr": "192.168.7.0/24"})
    six = record(config={"tap:allowed_cidr": "fd00:1::/48"})

    assert narrow.named("tap-ssh-in-22-allowed-test").inputs["cidrIpv4"] == "192.168.7.0/24"
    assert six.named("tap-ssh-in-22-allowed-test").inputs["cidrIpv6"] == "fd00:1::/48"
    assert "cidrIpv4" not in six.named("tap-ssh-in-22-allowed-test").inputs
