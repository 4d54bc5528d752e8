"""Who reaches whom: by the real routes, gateways, security groups and network ACLs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tap.verify.contract import DB_PORTS, TIER_FLOWS, WEB_PORTS
from tap.verify.facts import Facts
from tap.verify.facts.network import Subnet
from tap.verify.facts.scope import OUTPUTS
from tap.verify.finding import Flaw, Severity
from tap.verify.reach.path import Flow, Party, Path, walk
from tap.verify.reach.placements import (
    PROTOCOLS,
    members,
    open_ports,
    outside_parties,
    real_parties,
    subnets_of,
    tier_members,
    tier_name,
    topology_of,
)
from tap.verify.reach.ranges import Ports, pieces_of_ports, ports_text
from tap.verify.reach.topology import Topology
from tap.verify.reach.ways_out import way_out_trouble
from tap.verify.rule import rule

_READ = ("network", OUTPUTS)


@rule(
    "internet-reaches-web-only",
    severity=Severity.CRITICAL,
    title="The internet reaches the web tier on 80 and 443, and nothing else",
    areas=_READ,
)
def internet_reaches_web_only(facts: Facts) -> Iterator[Flaw]:
    topology = topology_of(facts.network)
    placed = (
        party
        for group in topology.groups
        for party in members(topology, tier_name(facts, group), group, topology.subnets.values())
    )
    reached: dict[tuple[str, str], list[_Reached]] = defaultdict(list)
    for found in _reached_from_internet(topology, [*placed, *real_parties(facts)]):
        if not _is_web(facts, found):
            reached[_subject(found.target), found.protocol].append(found)
    for (subject, protocol), those in reached.items():
        first = those[0]
        yield Flaw(
            subject,
            f"the internet reaches {first.target.label} on {protocol} {ports_text(each.ports for each in those)}, "
            f"from {first.source.address} for one, in {_places(those)}",
            "take the rule away that lets it in, or narrow its range; `tap verify --explain internet "
            f"{subject} {first.ports[0]}` shows the path",
        )


@dataclass(frozen=True, slots=True)
class _Reached:
    """Something that the source reaches on those ports."""

    source: Party
    target: Party
    protocol: str
    ports: Ports


def _is_web(facts: Facts, found: _Reached) -> bool:
    groups, (low, high) = set(found.target.groups or ()), found.ports
    is_port = low == high and low in WEB_PORTS and found.protocol == "tcp"
    return is_port and groups == {facts.scope.groups.get("web")}


def _subject(party: Party) -> str:
    """A placement is known by its group, something real by its own id."""
    return party.label if party.label.startswith("eni-") else ", ".join(party.groups or ())


def _places(those: Iterable[_Reached]) -> str:
    return ", ".join(sorted({each.target.subnet.id for each in those if each.target.subnet}))


def _reached_from_internet(topology: Topology, targets: Iterable[Party]) -> Iterator[_Reached]:
    internet = list(outside_parties(topology, topology.internet, "internet"))
    known: dict[tuple[Any, ...], list[_Reached]] = {}
    for target in targets:
        # A thousand machines of one kind are asked for once: nothing on the way in looks at a target's own address.
        alike = (target.subnet, target.groups, target.public, target.address.version)
        if alike not in known:
            known[alike] = list(_reaching(topology, internet, target))
        yield from (replace(each, target=target) for each in known[alike])


def _reaching(topology: Topology, sources: Sequence[Party], target: Party) -> Iterator[_Reached]:
    """For each of the ports that the target's groups open to anybody, the first source that gets there."""
    for protocol, ports in open_ports(topology, target.groups or ()):
        for source in sources:
            if walk(topology, Flow(source, target, protocol, ports[0])).reached:
                yield _Reached(source, target, protocol, ports)
                break


@rule(
    "database-from-app-only",
    severity=Severity.CRITICAL,
    title="The database tier is reached from the app tier on 3306 and 5432, and from nowhere else",
    areas=_READ,
)
def database_from_app_only(facts: Facts) -> Iterator[Flaw]:
    topology, database = topology_of(facts.network), facts.scope.groups.get("db")
    if database not in topology.groups:
        return
    targets = [*members(topology, "db", database, topology.subnets.values()), *_real_databases(facts, database)]
    reached: dict[tuple[str, str], list[_Reached]] = defaultdict(list)
    for label, sources in _everybody(facts).items():
        for found in (each for target in targets for each in _reaching(topology, sources, target)):
            if label != "app" or found.protocol != "tcp" or found.ports not in _DB_PIECES:
                reached[_subject(found.target), label].append(found)
    for (subject, label), those in reached.items():
        yield Flaw(
            subject,
            f"{label} reaches the database tier on {_protocols_text(those)}",
            "leave two rules in its group, 3306 and 5432 from the app tier's, and put its machines into no other group",
        )


_DB_PIECES = [(port, port) for port in DB_PORTS]


def _everybody(facts: Facts) -> dict[str, list[Party]]:
    """All who might ask, by what they are called: something of each group in each subnet, and all addresses outside."""
    topology = topology_of(facts.network)
    everywhere = list(topology.subnets.values())
    asking = {tier_name(facts, each): list(members(topology, each, each, everywhere)) for each in topology.groups}
    asking["a machine of any other security group"] = list(members(topology, "anything", None, everywhere))
    asking["an address outside the VPC"] = list(outside_parties(topology, topology.addresses, "outside"))
    return asking


def _real_databases(facts: Facts, database: str) -> list[Party]:
    """Machines that are in the database's group and in others too; one of each kind."""
    real = (each for each in real_parties(facts) if database in (each.groups or ()) and len(each.groups or ()) > 1)
    return list({(each.subnet, each.groups): each for each in real}.values())


def _protocols_text(those: Iterable[_Reached]) -> str:
    by_protocol: dict[str, list[Ports]] = defaultdict(list)
    for each in those:
        by_protocol[each.protocol].append(each.ports)
    return "; ".join(f"{protocol} {ports_text(ports)}" for protocol, ports in sorted(by_protocol.items()))


@rule(
    "tiers-reach-each-other",
    severity=Severity.HIGH,
    title="The internet reaches web, web reaches app and app reaches db, on their ports, from each of their subnets",
    areas=_READ,
)
def tiers_reach_each_other(facts: Facts) -> Iterator[Flaw]:
    topology = topology_of(facts.network)
    internet = list(outside_parties(topology, topology.internet, "internet"))
    for target, port in product(tier_members(facts, "web"), WEB_PORTS):
        paths = [walk(topology, Flow(source, target, "tcp", port)) for source in internet]
        if all(path.trouble for path in paths):
            yield _cut_off(facts, "the internet", "web", port, max(paths, key=lambda path: len(path.hops)))
    for source_tier, target_tier, ports in TIER_FLOWS:
        pairs = list(product(tier_members(facts, source_tier), tier_members(facts, target_tier)))
        for port in ports:
            paths = [walk(topology, Flow(source, target, "tcp", port)) for source, target in pairs]
            if troubled := [path for path in paths if path.trouble]:
                yield _cut_off(facts, source_tier, target_tier, port, troubled[0])


def _cut_off(facts: Facts, source: str, target: str, port: int, path: Path) -> Flaw:
    return Flaw(
        facts.scope.groups[target],
        f"{source} can not work with {target} on tcp {port}, from {path.flow.source} to {path.flow.target} for one: "
        f"{path.trouble}",
        "`tap up` puts back what the program says; what stands in the way besides has to go",
    )


@rule(
    "private-subnets-have-no-way-in",
    severity=Severity.CRITICAL,
    title="Nothing outside the VPC can open a connection into a private subnet, whatever the security groups say",
    areas=_READ,
)
def private_subnets_have_no_way_in(facts: Facts) -> Iterator[Flaw]:
    topology = topology_of(facts.network)
    entries = (entry.ports for acl in facts.network.acls for entry in acl.entries)
    ports = [low for low, _ in pieces_of_ports(entries)]
    outside = list(outside_parties(topology, topology.addresses, "outside"))
    for subnet in subnets_of(facts, "private"):
        if subnet.public_ip:
            yield Flaw(
                subnet.id,
                "it gives a public address to what is started in it",
                "switch MapPublicIpOnLaunch off; `tap up --refresh` does",
                Severity.MEDIUM,
            )
        if path := _way_in(topology, subnet, outside, ports):
            yield Flaw(
                subnet.id,
                f"{path.flow.source.address} has a way in: {path.hops[0].at}: {path.hops[0].says}",
                "take this route away; a private subnet goes out through a NAT gateway",
            )


def _way_in(topology: Topology, subnet: Subnet, outside: list[Party], ports: list[int]) -> Path | None:
    targets = list(members(topology, "anything", None, [subnet]))
    paths = (
        walk(topology, Flow(source, target, protocol, port))
        for target, source, protocol, port in product(targets, outside, PROTOCOLS, ports)
    )
    return next((path for path in paths if path.reached), None)


@rule(
    "private-subnets-have-a-way-out",
    severity=Severity.HIGH,
    title="Each private subnet reaches the internet through its NAT gateway, unless the config has none",
    areas=_READ,
)
def private_subnets_have_a_way_out(facts: Facts) -> Iterator[Flaw]:
    if facts.scope.settings.get("nat_gateways") == "none":
        return
    topology = topology_of(facts.network)
    for subnet in subnets_of(facts, "private"):
        if trouble := way_out_trouble(topology, subnet):
            yield Flaw(
                subnet.id,
                f"what is in it can not work with the internet: {trouble}",
                "`tap up --refresh` puts back its route and NAT gateway",
            )
