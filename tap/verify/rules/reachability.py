"""Who reaches whom: by the real routes, gateways, security groups and network ACLs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

from tap.verify.contract import DB_PORTS, TIER_FLOWS, WEB_PORTS
from tap.verify.facts import Facts
from tap.verify.facts.network import Subnet
from tap.verify.finding import Flaw, Severity
from tap.verify.reach.path import Flow, Party, Path, walk
from tap.verify.reach.placements import (
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
from tap.verify.reach.ways_out import way_out_stop
from tap.verify.rule import rule

_NETWORK = ("network",)


@rule(
    "internet-reaches-web-only",
    severity=Severity.CRITICAL,
    title="The internet reaches the web tier on 80 and 443, and nothing else",
    areas=_NETWORK,
)
def internet_reaches_web_only(facts: Facts) -> Iterator[Flaw]:
    topology = topology_of(facts.network)
    internet = list(outside_parties(topology, topology.internet, "internet"))
    placed = [
        party
        for group in topology.groups
        for party in members(topology, tier_name(facts, group), group, topology.subnets.values())
    ]
    reached: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for party in [*placed, *real_parties(facts)]:
        for path in _reaching(topology, internet, party):
            if not _is_web(facts, path.flow):
                reached[_subject(path.flow.target), path.flow.protocol].append(path)
    for (subject, protocol), paths in reached.items():
        ports = ports_text((path.flow.port, path.flow.port) for path in paths)
        first = paths[0].flow
        yield Flaw(
            subject,
            f"the internet reaches {first.target.label} on {protocol} {ports}, from {first.source.address} for one, "
            f"if it is put into {_places(paths)}",
            "take the rule away that lets it in, or narrow its range; `tap verify --explain internet "
            f"{subject} {first.port}` shows the path",
        )


def _is_web(facts: Facts, flow: Flow) -> bool:
    groups = set(flow.target.groups or ())
    return groups == {facts.scope.groups.get("web")} and flow.protocol == "tcp" and flow.port in WEB_PORTS


def _subject(party: Party) -> str:
    """A placement is known by its group, something real by its own id."""
    return party.label if party.label.startswith("eni-") else ", ".join(party.groups or ())


def _places(paths: Iterable[Path]) -> str:
    return ", ".join(sorted({path.flow.target.subnet.id for path in paths if path.flow.target.subnet}))


def _reaching(topology: Topology, sources: Iterable[Party], target: Party) -> Iterator[Path]:
    """For each of the ports that the target's groups open to anybody, the first source that gets there."""
    sources = list(sources)
    for protocol, piece in open_ports(topology, target.groups or ()):
        paths = (walk(topology, Flow(source, target, protocol, piece[0])) for source in sources)
        if found := next((path for path in paths if path.reached), None):
            yield found


@rule(
    "database-from-app-only",
    severity=Severity.CRITICAL,
    title="The database tier is reached from the app tier on 3306 and 5432, and from nowhere else",
    areas=_NETWORK,
)
def database_from_app_only(facts: Facts) -> Iterator[Flaw]:
    topology, database = topology_of(facts.network), facts.scope.groups.get("db")
    if database not in topology.groups:
        return
    everywhere = list(topology.subnets.values())
    sources = [
        party for group in topology.groups for party in members(topology, tier_name(facts, group), group, everywhere)
    ]
    sources += members(topology, "a machine of any other security group", None, everywhere)
    sources += outside_parties(topology, topology.addresses, "an address outside the VPC")
    by_source: dict[str, list[Party]] = defaultdict(list)
    for source in sources:
        by_source[source.label].append(source)
    for label, those in by_source.items():
        ports: set[tuple[str, Ports]] = set()
        for target in members(topology, "db", database, everywhere):
            for protocol, piece in open_ports(topology, (database,)):
                if label == "app" and protocol == "tcp" and piece[0] == piece[1] and piece[0] in DB_PORTS:
                    continue
                if any(walk(topology, Flow(source, target, protocol, piece[0])).reached for source in those):
                    ports.add((protocol, piece))
        if ports:
            said = "; ".join(
                f"{protocol} {ports_text(piece for of, piece in ports if of == protocol)}"
                for protocol in sorted({protocol for protocol, _ in ports})
            )
            yield Flaw(
                database,
                f"{label} reaches the database tier on {said}",
                "leave two rules in this group: 3306 and 5432 from the app tier's group",
            )


@rule(
    "tiers-reach-each-other",
    severity=Severity.HIGH,
    title="The internet reaches web, web reaches app and app reaches db, on their ports, from each of their subnets",
    areas=_NETWORK,
)
def tiers_reach_each_other(facts: Facts) -> Iterator[Flaw]:
    topology = topology_of(facts.network)
    internet = list(outside_parties(topology, topology.internet, "internet"))
    for target, port in product(tier_members(facts, "web"), WEB_PORTS):
        paths = [walk(topology, Flow(source, target, "tcp", port)) for source in internet]
        if not any(path.reached for path in paths):
            yield _cut_off(facts, "the internet", "web", port, [_furthest(paths)])
    for source_tier, target_tier, ports in TIER_FLOWS:
        pairs = list(product(tier_members(facts, source_tier), tier_members(facts, target_tier)))
        for port in ports:
            paths = [walk(topology, Flow(source, target, "tcp", port)) for source, target in pairs]
            if stopped := [path for path in paths if not path.reached]:
                yield _cut_off(facts, source_tier, target_tier, port, stopped)


def _furthest(paths: Iterable[Path]) -> Path:
    return max(paths, key=lambda path: len(path.hops))


def _cut_off(facts: Facts, source: str, target: str, port: int, paths: list[Path]) -> Flaw:
    path = paths[0]
    assert path.stop is not None  # noqa: S101  - only what is stopped comes here
    return Flaw(
        facts.scope.groups[target],
        f"{source} does not reach {target} on tcp {port}, from {path.flow.source} to {path.flow.target} for one: "
        f"{path.stop.at}: {path.stop.says}",
        "`tap up` puts back what the program says; what stands in the way besides has to go",
    )


@rule(
    "private-subnets-have-no-way-in",
    severity=Severity.CRITICAL,
    title="Nothing outside the VPC can open a connection into a private subnet, whatever the security groups say",
    areas=_NETWORK,
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
        walk(topology, Flow(source, target, "tcp", port)) for target, source, port in product(targets, outside, ports)
    )
    return next((path for path in paths if path.reached), None)


@rule(
    "private-subnets-have-a-way-out",
    severity=Severity.HIGH,
    title="Each private subnet reaches the internet through its NAT gateway, unless the config has none",
    areas=_NETWORK,
)
def private_subnets_have_a_way_out(facts: Facts) -> Iterator[Flaw]:
    if facts.scope.settings.get("nat_gateways") == "none":
        return
    topology = topology_of(facts.network)
    for subnet in subnets_of(facts, "private"):
        if stop := way_out_stop(topology, subnet):
            yield Flaw(
                subnet.id,
                f"nothing in it reaches the internet: {stop.at}: {stop.says}",
                "`tap up --refresh` puts back its route and NAT gateway",
            )
