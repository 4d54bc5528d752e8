"""What a security group lets through, from rules of their own or from those in the group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tap.graph.inventory import Thing
from tap.graph.references import References
from tap.graph.topology import EVERYWHERE, INTERNET, Rule

_GROUPS = ("SecurityGroup", "DefaultSecurityGroup")
_RULES = (("SecurityGroupIngressRule", True), ("SecurityGroupEgressRule", False))
_PROTOCOLS = {"6": "TCP", "17": "UDP", "1": "ICMP", "58": "ICMPv6"}


def rules_of(group: Thing, references: References) -> list[Rule]:
    """Inward rules first. Those written in the group itself count only where it has no rule of its own."""
    found = [
        _rule(rule, inward, references)
        for kind, inward in _RULES
        for rule in references.of_kind(kind)
        if references.one(rule, "securityGroupId", *_GROUPS) == group.key
    ]
    return found or [
        rule
        for name, inward in (("ingress", True), ("egress", False))
        for inline in group.properties.get(name) or ()
        if isinstance(inline, dict)
        for rule in _inline(group, inline, inward, references)
    ]


def _rule(thing: Thing, inward: bool, references: References) -> Rule:
    ports = ports_of(thing.text("ipProtocol"), thing.text("fromPort"), thing.text("toPort"))
    if peer := references.one(thing, "referencedSecurityGroupId", *_GROUPS):
        return Rule(thing.key, inward, ports, peer, "")
    names = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
    return _open(thing.key, inward, ports, next((thing.text(name) for name in names if thing.text(name)), ""))


def _open(key: str, inward: bool, ports: str, source: str) -> Rule:
    return Rule(key, inward, ports, INTERNET if source in EVERYWHERE else "", source or "not known")


def _inline(group: Thing, inline: dict[str, Any], inward: bool, references: References) -> Iterator[Rule]:
    ports = ports_of(*(str(inline.get(name, "")) for name in ("protocol", "fromPort", "toPort")))
    for name in ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds"):
        for source in inline.get(name) or ():
            yield _open(group.key, inward, ports, str(source))
    for peer in inline.get("securityGroups") or ():
        known = [each.key for kind in _GROUPS for each in references.of_kind(kind) if each.id == peer]
        yield Rule(group.key, inward, ports, known[0] if known else "", "" if known else str(peer))
    if inline.get("self"):
        yield Rule(group.key, inward, ports, group.key, "")


def ports_of(protocol: str, first: str, last: str) -> str:
    """`TCP 443`, `UDP 60-61`, `everything`."""
    if protocol in ("-1", "all", ""):
        return "everything"
    name = _PROTOCOLS.get(protocol, protocol.upper())
    if name.startswith("ICMP") or not first or (first, last) in (("-1", "-1"), ("0", "65535")):
        return name if name.startswith("ICMP") else f"{name}, all ports"
    return f"{name} {first}" if first == last or not last else f"{name} {first}-{last}"
