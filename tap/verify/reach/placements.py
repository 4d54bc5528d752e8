"""What could stand in this network. Pure.

The stack has no machines: it is where machines will be put. So what is judged is a placement, a security group in a
subnet, with a public address wherever it may have one; and besides what really is there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tap.verify.contract import SUBNETS_OF
from tap.verify.facts import Facts
from tap.verify.facts.network import NetworkFacts, Subnet
from tap.verify.reach.path import Party
from tap.verify.reach.ranges import Address, Ports, parse_address, pieces_of_ports
from tap.verify.reach.topology import Topology

PROTOCOLS = ("tcp", "udp")


@lru_cache(maxsize=8)
def topology_of(network: NetworkFacts) -> Topology:
    """One for all rules that look at the same facts."""
    return Topology(network)


def tier_name(facts: Facts, group: str) -> str:
    """The tier of a security group, else its id."""
    return next((tier for tier, id_ in facts.scope.groups.items() if id_ == group), group)


def subnets_of(facts: Facts, kind: str) -> list[Subnet]:
    """Of the public or private subnets that the state claims, those that are there."""
    there = topology_of(facts.network).subnets
    return [there[id_] for id_ in facts.scope.subnet_ids(kind) if id_ in there]


def members(topology: Topology, label: str, group: str | None, subnets: Iterable[Subnet]) -> Iterator[Party]:
    """Something in that security group in each of the subnets. None: whatever security groups it has."""
    groups = None if group is None else (group,)
    for subnet in subnets:
        for address in topology.addresses_in(subnet):
            yield Party(label, address, subnet, groups)


def tier_members(facts: Facts, tier: str) -> list[Party]:
    """Something of the tier in each subnet where it belongs; none if the state does not name the tier's group."""
    group = facts.scope.groups.get(tier)
    topology = topology_of(facts.network)
    if group not in topology.groups:
        return []
    return list(members(topology, tier, group, subnets_of(facts, SUBNETS_OF[tier])))


def real_parties(facts: Facts) -> Iterator[Party]:
    """What is there: every network interface but those of the NAT gateways, which have no security groups on AWS."""
    topology = topology_of(facts.network)
    gateways = {nat.interface for nat in facts.network.nats}
    for each in facts.network.interfaces:
        address, subnet = parse_address(each.private_ip), topology.subnets.get(each.subnet)
        if each.id not in gateways and each.kind != "nat_gateway" and address and subnet:
            yield Party(each.id, address, subnet, each.groups, public=bool(each.public_ip))


def outside_parties(topology: Topology, addresses: Iterable[Address], label: str) -> Iterator[Party]:
    return (Party(label, address) for address in addresses if not topology.is_inside(address))


def open_ports(topology: Topology, groups: Iterable[str]) -> Iterator[tuple[str, Ports]]:
    """(protocol, ports) that some rule of these groups lets in from somewhere, cut where any rule or ACL cuts."""
    rules = list(topology.rules(groups, egress=False))
    ranges = [rule.ports for rule in rules]
    ranges += [entry.ports for acl in topology.facts.acls for entry in acl.entries]
    pieces = pieces_of_ports(ranges)
    for protocol in PROTOCOLS:
        own = [rule for rule in rules if rule.protocol in ("-1", protocol)]
        for piece in pieces:
            if any(rule.protocol == "-1" or rule.ports is None or _holds(rule.ports, piece) for rule in own):
                yield protocol, piece


def _holds(ports: Ports, piece: Ports) -> bool:
    return ports[0] <= piece[0] and piece[1] <= ports[1]
