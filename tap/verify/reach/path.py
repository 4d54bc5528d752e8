"""Walk from one end to the other, hop by hop, there and back, until something stops it. Pure.

Security groups are stateful: what they let through is answered. Network ACLs are not: they are asked for the answer,
too, which goes to the client's own port. An answer must find its way back, so routes are asked from both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tap.verify.facts.network import Route, Subnet
from tap.verify.reach.matching import admitting_rule, deciding_entry
from tap.verify.reach.ranges import (
    ALL_PORTS,
    EPHEMERAL_PORTS,
    USUAL_CLIENT_PORTS,
    Address,
    Ports,
    covers_all,
    is_internet,
    pieces_of_ports,
    ports_text,
)
from tap.verify.reach.topology import Topology


@dataclass(frozen=True, slots=True)
class Party:
    """One end. subnet None: outside the VPC. groups None: security groups are not asked, as if they let all through.

    public: whether it has, or may have, an address that the internet reaches it by.
    """

    label: str
    address: Address
    subnet: Subnet | None = None
    groups: tuple[str, ...] | None = None
    public: bool = True

    def __str__(self) -> str:
        where = f" in {self.subnet.id} ({self.subnet.zone})" if self.subnet else ""
        return f"{self.label}{where} [{self.address}]"


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection that the source opens. protocol: tcp or udp. port: the target's."""

    source: Party
    target: Party
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One thing that was asked, by its id, and what it says."""

    at: str
    says: str
    passes: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """All hops if it is reached, else those up to the one that stops it.

    answers: the client's ports on which an answer gets back; nat_answers: those of a NAT gateway on the way. A few are
    enough to break in, and not enough to work with.
    """

    flow: Flow
    hops: tuple[Hop, ...]
    answers: tuple[Ports, ...]
    nat_answers: tuple[Ports, ...]

    @property
    def reached(self) -> bool:
        return all(hop.passes for hop in self.hops)

    @property
    def stop(self) -> Hop | None:
        return next((hop for hop in self.hops if not hop.passes), None)

    @property
    def trouble(self) -> str:
        """Why one can not work with it, "" where one can."""
        if self.stop is not None:
            return f"{self.stop.at}: {self.stop.says}"
        if not covers_all(self.answers, USUAL_CLIENT_PORTS):
            return f"{self.hops[-1].at}: answers get back on {ports_text(self.answers)} only"
        if not covers_all(self.nat_answers, EPHEMERAL_PORTS):
            return f"the NAT gateway asks from 1024-65535, and gets answers on {ports_text(self.nat_answers)} only"
        return ""


def walk(topology: Topology, flow: Flow) -> Path:
    """The path of the connection, ended at the first thing that stops it. At least one end is in a VPC."""
    hops: list[Hop] = []
    steps = _Walk(topology, flow)
    for hop in steps.hops():
        hops.append(hop)
        if not hop.passes:
            break
    return Path(flow, tuple(hops), tuple(steps.client_ports), tuple(steps.nat_ports))


class _Walk:
    """One walk. `client_ports`, `nat_ports`: those on which an answer would still get back."""

    def __init__(self, topology: Topology, flow: Flow) -> None:
        self._topology = topology
        self._flow = flow
        # Whoever is outside chooses the port to ask from; machines inside take an ephemeral one.
        entries = [entry.ports for acl in topology.facts.acls for entry in acl.entries]
        self._ephemeral_ports = pieces_of_ports(entries, EPHEMERAL_PORTS)
        outside = flow.source.subnet is None
        self.nat_ports = self._ephemeral_ports
        self.client_ports: list[Ports] = pieces_of_ports(entries, ALL_PORTS) if outside else self._ephemeral_ports

    def hops(self) -> Iterator[Hop]:
        source, target = self._flow.source.subnet, self._flow.target.subnet
        if self._flow.source.address.version != self._flow.target.address.version:
            yield Hop("-", "one end has an IPv4 address and the other an IPv6 one", passes=False)
        if source is not None and target is not None:
            yield from self._across(source, target)
        elif target is not None:
            yield from self._inward(target)
        elif source is not None:
            yield from self._outward(source)
        else:
            yield Hop("-", "both ends are outside the VPC: nothing here decides about it", passes=False)

    def _inward(self, subnet: Subnet) -> Iterator[Hop]:
        outside = self._flow.source.address
        yield self._way_in(subnet, outside)
        yield self._acl_request(subnet, egress=False, peer=outside)
        yield self._group(egress=False)
        yield self._acl_answer(subnet, egress=True, peer=outside)

    def _across(self, source: Subnet, target: Subnet) -> Iterator[Hop]:
        one, other = self._flow.source.address, self._flow.target.address
        if source.vpc != target.vpc:
            yield Hop(target.vpc, f"it is another VPC than {source.vpc}, and nothing joins the two", passes=False)
        yield self._group(egress=True)
        yield self._inside_route(source, other)
        if source.id != target.id:  # ACLs stand between subnets, not within one
            yield self._acl_request(source, egress=True, peer=other)
            yield self._acl_request(target, egress=False, peer=one)
        yield self._group(egress=False)
        yield self._inside_route(target, one)
        if source.id != target.id:
            yield self._acl_answer(target, egress=True, peer=one)
            yield self._acl_answer(source, egress=False, peer=other)

    def _outward(self, subnet: Subnet) -> Iterator[Hop]:
        outside = self._flow.target.address
        yield self._group(egress=True)
        yield self._acl_request(subnet, egress=True, peer=outside)
        route = self._topology.route(subnet, outside)
        nat = self._topology.nats.get(route.target) if route and not route.blackhole else None
        if route is not None and nat is not None:
            yield Hop(self._table(subnet), f"{route.destination} goes to {nat.id}")
            yield Hop(nat.id, f"the NAT gateway is {nat.state}", passes=nat.state == "available")
            between = self._topology.subnets.get(nat.subnet)
            if between is None:
                yield Hop(nat.id, f"its subnet {nat.subnet} is not there", passes=False)
            else:
                yield from self._through_nat(subnet, between, public=nat.public)
        else:
            yield self._way_out(subnet, outside, needs_address=True)
        yield self._acl_answer(subnet, egress=False, peer=outside)

    def _through_nat(self, subnet: Subnet, between: Subnet, *, public: bool) -> Iterator[Hop]:
        """From the NAT gateway's own subnet on: it asks in its own name, on a port of its own."""
        inside, outside = self._flow.source.address, self._flow.target.address
        if subnet.id != between.id:
            yield self._acl_request(between, egress=False, peer=inside)
        yield self._acl_request(between, egress=True, peer=outside)
        yield self._way_out(between, outside, needs_address=False)
        if not public and is_internet(outside):
            yield Hop(between.id, "the NAT gateway is private: it does not reach the internet", passes=False)
        own, self.client_ports = self.client_ports, self.nat_ports
        yield self._acl_answer(between, egress=False, peer=outside)
        self.nat_ports, self.client_ports = self.client_ports, own
        if subnet.id != between.id:
            yield self._acl_answer(between, egress=True, peer=inside)

    def _table(self, subnet: Subnet) -> str:
        table = self._topology.table_of(subnet)
        return table.id if table else subnet.id

    def _inside_route(self, subnet: Subnet, address: Address) -> Hop:
        route = self._topology.route(subnet, address)
        if bad := _no_way(self._table(subnet), route, address):
            return bad
        assert route is not None  # noqa: S101  - _no_way said so
        if route.target == "local":
            return Hop(self._table(subnet), f"{route.destination} is local")
        if route.target in self._topology.nats or route.target.startswith(("igw-", "eigw-")):
            return Hop(self._table(subnet), f"{route.destination} leads out to {route.target}", passes=False)
        return Hop(self._table(subnet), f"{route.destination} leads through {route.target}, which is not followed")

    def _way_in(self, subnet: Subnet, outside: Address) -> Hop:
        """The gateway through which it comes: the one through which the answer would go."""
        route = self._topology.route(subnet, outside)
        table = self._table(subnet)
        if route is not None and not route.blackhole:
            if route.target in self._topology.nats:
                return Hop(table, f"the answer would go to {route.target}: a NAT gateway lets nothing in", passes=False)
            if route.target.startswith("eigw-"):
                return Hop(table, f"the answer would go to {route.target}, which lets nothing in", passes=False)
            if self._topology.leads_to_endpoint(route):
                return Hop(table, f"the answer would go to {route.target}: an endpoint lets nothing in", passes=False)
        if not self._flow.target.public and route is not None and route.target.startswith("igw-"):
            return Hop(self._flow.target.label, "it has no public address", passes=False)
        return self._gateway(subnet, route, outside)

    def _way_out(self, subnet: Subnet, outside: Address, *, needs_address: bool) -> Hop:
        route = self._topology.route(subnet, outside)
        if route is not None and needs_address and route.target.startswith("igw-") and not self._flow.source.public:
            return Hop(self._flow.source.label, "it has no public address", passes=False)
        return self._gateway(subnet, route, outside)

    def _gateway(self, subnet: Subnet, route: Route | None, outside: Address) -> Hop:
        table = self._table(subnet)
        if bad := _no_way(table, route, outside):
            return bad
        assert route is not None  # noqa: S101  - _no_way said so
        said = f"{route.destination} goes to {route.target}"
        if route.target == "local":
            return Hop(table, f"{outside} would be in the VPC, but no subnet has it", passes=False)
        if not route.target.startswith("igw-"):
            followed = "" if self._topology.leads_to_endpoint(route) else ", which is not followed any further"
            return Hop(table, said + followed)
        if not self._topology.is_attached(route.target, subnet.vpc):
            return Hop(table, f"{said}, which is not attached to {subnet.vpc}", passes=False)
        if not is_internet(outside):
            return Hop(table, f"{said}: an internet gateway does not carry {outside}, a private address", passes=False)
        return Hop(table, said)

    def _group(self, *, egress: bool) -> Hop:
        own, peer = self._flow.source, self._flow.target
        if not egress:
            own, peer = peer, own
        if own.groups is None:
            return Hop("-", "security groups are not asked")
        rules = self._topology.rules(own.groups, egress=egress)
        found = admitting_rule(
            rules, self._flow.protocol, self._flow.port, peer.address, peer.groups or (), self._topology.ranges_of
        )
        at, way = ", ".join(own.groups), "out to" if egress else "in from"
        if found is None:
            return Hop(at, f"no rule lets {self._flow.protocol} {self._flow.port} {way} {peer}", passes=False)
        return Hop(found.group, f"{found.id} lets {self._flow.protocol} {self._flow.port} {way} {found.peer}")

    def _acl_request(self, subnet: Subnet, *, egress: bool, peer: Address) -> Hop:
        acl = self._topology.acl_of(subnet)
        way = "out to" if egress else "in from"
        what = f"{self._flow.protocol} {self._flow.port} {way} {peer}"
        if acl is None:
            return Hop(subnet.id, "it has no network ACL that could be seen", passes=False)
        entry = deciding_entry(acl, egress, self._flow.protocol, self._flow.port, peer)
        if entry is None or not entry.allow:
            number = f"entry {entry.number}" if entry else "no entry, which"
            return Hop(acl.id, f"{number} denies {what} ({subnet.id})", passes=False)
        return Hop(acl.id, f"entry {entry.number} allows {what} ({subnet.id})")

    def _acl_answer(self, subnet: Subnet, *, egress: bool, peer: Address) -> Hop:
        """Ask for the answer on each port that the client may have; those that are denied are out from here on."""
        acl = self._topology.acl_of(subnet)
        if acl is None:
            return Hop(subnet.id, "it has no network ACL that could be seen", passes=False)
        way = "out to" if egress else "in from"
        asked, allowed = self.client_ports, []
        for piece in asked:
            entry = deciding_entry(acl, egress, self._flow.protocol, piece[0], peer)
            if entry is not None and entry.allow:
                allowed.append(piece)
        self.client_ports = allowed
        if not allowed:
            said = f"no entry allows the answer {way} {peer} ({subnet.id}): ACLs are stateless"
            return Hop(acl.id, said, passes=False)
        return Hop(acl.id, f"the answer passes {way} {peer} on {ports_text(allowed)} ({subnet.id})")


def _no_way(table: str, route: Route | None, address: Address) -> Hop | None:
    if route is None:
        return Hop(table, f"no route to {address}", passes=False)
    if route.blackhole:
        said = f"{route.destination} is a blackhole: {route.target or 'what it goes to'} is gone"
        return Hop(table, said, passes=False)
    return None
