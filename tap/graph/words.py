"""A topology in sentences: for whoever does not see the pictures, and for those who search in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tap.graph.topology import INTERNET, Subnet, Topology, Vpc


def listed(words: Iterable[str]) -> str:
    """`a, b and c`; `nothing`."""
    every = [word for word in words if word]
    return " and ".join(part for part in (", ".join(every[:-1]), every[-1]) if part) if every else "nothing"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def topology_sentences(topology: Topology) -> Iterator[str]:
    for vpc in topology.vpcs:
        yield from _vpc(vpc, topology)
    labels = topology.labels
    for log in topology.flow_logs:
        target = f" to {labels[log.target]}" if log.target else ""
        yield f"The flow log {log.label} writes {log.traffic} traffic{target}."
    for bucket in topology.buckets:
        yield f"Bucket {bucket.label} in {bucket.region}: {listed(bucket.features or ['nothing set'])}."
        if bucket.replicas:
            yield f"{bucket.label} is replicated to {listed(labels[key] for key in bucket.replicas)}."
        if bucket.logs:
            yield f"Access logs of {bucket.label} go to {labels[bucket.logs]}."
    for key in topology.keys:
        yield f"Key {key.label} encrypts {listed(encrypted_by(topology, key.key))}."
    for alarm in topology.alarms:
        yield f"Alarm {alarm.label} ({alarm.condition}) tells {listed(labels[one] for one in alarm.topics)}."
    for role in topology.roles:
        yield f"Role {role.label} may be assumed by {listed(role.trusted)}."


def encrypted_by(topology: Topology, key: str) -> list[str]:
    """What a key encrypts, by label."""
    sets = (topology.log_groups, topology.topics, topology.buckets)
    return [each.label for placed in sets for each in placed if each.encrypted_by == key]


def _vpc(vpc: Vpc, topology: Topology) -> Iterator[str]:
    place = f" in {vpc.region}" if vpc.region else ""
    yield f"{vpc.label} {vpc.cidr}{place}, over {counted(len(vpc.zones), 'zone')}."
    yield f"Internet gateway: {listed(topology.labels[key] for key in vpc.gateways) if vpc.gateways else 'none'}."
    for zone in vpc.zones:
        yield f"Zone {zone.name}: {listed(_subnet(subnet) for subnet in zone.subnets)}."
    for endpoint in vpc.endpoints:
        tables = listed(topology.labels[table] for table in endpoint.tables)
        yield f"{endpoint.label} leads to {endpoint.service} from {tables}."


def _subnet(subnet: Subnet) -> str:
    nats = f" with NAT gateway {listed(nat.label for nat in subnet.nats)}" if subnet.nats else ""
    return f"{subnet.tier} subnet {subnet.cidr}{nats}"


def security_sentences(topology: Topology) -> Iterator[str]:
    for vpc in topology.vpcs:
        for group in vpc.groups:
            if not group.rules:
                yield f"{group.label} lets nothing in and nothing out."
            for rule in group.rules:
                peer = "the internet" if rule.peer == INTERNET else topology.labels.get(rule.peer, rule.source)
                yield f"{group.label} {'in from' if rule.inward else 'out to'} {peer}: {rule.ports}."


def routes_sentences(topology: Topology) -> Iterator[str]:
    for vpc in topology.vpcs:
        for subnet in vpc.subnets:
            table = vpc.table(subnet.table)
            ways = [f"{route.destination} to {route.words}" for route in table.routes] if table else []
            ways += [f"{one.service} to {one.label}" for one in vpc.endpoints if subnet.table in one.tables]
            yield f"{subnet.label} ({subnet.cidr}): {listed(ways) if ways else 'stays in the VPC'}."
