"""What the security groups say by themselves, wherever they are used."""

from __future__ import annotations

from collections.abc import Iterator

from tap.posture.exposure import named_ports, open_admin_ports
from tap.verify.contract import SSH_PORT
from tap.verify.facts import Facts
from tap.verify.facts.network import SecurityRule
from tap.verify.finding import Flaw, Severity
from tap.verify.reach.matching import covers, ranges
from tap.verify.reach.placements import tier_name, topology_of
from tap.verify.reach.ranges import lies_within
from tap.verify.rule import rule

_NETWORK = ("network",)


def _ingress(facts: Facts) -> Iterator[SecurityRule]:
    return (each for group in facts.network.groups for each in group.rules if not each.egress)


@rule(
    "no-open-admin-port",
    severity=Severity.CRITICAL,
    title="No security group opens a port by which machines or data are administered to everybody",
    areas=_NETWORK,
)
def no_open_admin_port(facts: Facts) -> Iterator[Flaw]:
    ranges_of = topology_of(facts.network).ranges_of
    for each in _ingress(facts):
        first, last = each.ports or (None, None)
        for cidr in ranges(each.peer, ranges_of):
            if ports := open_admin_ports(each.protocol, first, last, cidr):
                yield Flaw(
                    each.id,
                    f"it opens {named_ports(ports)} of {tier_name(facts, each.group)} ({each.group}) to {cidr}",
                    f"revoke it: aws ec2 revoke-security-group-ingress --group-id {each.group} "
                    f"--security-group-rule-ids {each.id}",
                )


@rule(
    "ssh-from-allowed-range-only",
    severity=Severity.CRITICAL,
    title="SSH comes from the range that the config allows, and from nowhere else",
    areas=_NETWORK,
)
def ssh_from_allowed_range_only(facts: Facts) -> Iterator[Flaw]:
    ranges_of = topology_of(facts.network).ranges_of
    allowed = facts.scope.allowed_cidr
    for each in _ingress(facts):
        if not covers(each.protocol, each.ports, "tcp", SSH_PORT):
            continue
        sources = ranges(each.peer, ranges_of)
        if sources and all(lies_within(cidr, allowed) for cidr in sources):
            continue
        peer = tier_name(facts, each.peer) if each.peer.startswith("sg-") else each.peer
        yield Flaw(
            each.id,
            f"it lets SSH into {tier_name(facts, each.group)} ({each.group}) from {peer}; the config allows {allowed}",
            f"revoke it, or set allowed_cidr: aws ec2 revoke-security-group-ingress --group-id {each.group} "
            f"--security-group-rule-ids {each.id}",
        )


@rule(
    "default-group-is-empty",
    severity=Severity.MEDIUM,
    title="The VPC's default security group, in which machines land by mistake, lets nothing through",
    areas=_NETWORK,
)
def default_group_is_empty(facts: Facts) -> Iterator[Flaw]:
    for group in facts.network.groups:
        if group.name == "default" and group.rules:
            said = ", ".join(each.id for each in group.rules)
            yield Flaw(group.id, f"it has rules: {said}", "revoke them; `tap up --refresh` does")
