"""From an inventory to a topology: decides what is a place, what is part of something, and what is left over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tap.graph import build_data, build_network
from tap.graph.inventory import Inventory, Thing
from tap.graph.labels import Labels, labels_of
from tap.graph.references import References
from tap.graph.topology import Topology

PARTS = {
    "Alias": ("targetKeyId", ("Key",)),
    "BucketLifecycleConfiguration": ("bucket", ("Bucket",)),
    "BucketLogging": ("bucket", ("Bucket",)),
    "BucketOwnershipControls": ("bucket", ("Bucket",)),
    "BucketPolicy": ("bucket", ("Bucket",)),
    "BucketPublicAccessBlock": ("bucket", ("Bucket",)),
    "BucketReplicationConfig": ("bucket", ("Bucket",)),
    "BucketServerSideEncryptionConfiguration": ("bucket", ("Bucket",)),
    "BucketVersioning": ("bucket", ("Bucket",)),
    "FlowLog": ("vpcId", ("Vpc",)),
    "RolePolicy": ("role", ("Role",)),
    "Route": ("routeTableId", ("RouteTable",)),
    "RouteTableAssociation": ("routeTableId", ("RouteTable",)),
    "SecurityGroupEgressRule": ("securityGroupId", ("SecurityGroup", "DefaultSecurityGroup")),
    "SecurityGroupIngressRule": ("securityGroupId", ("SecurityGroup", "DefaultSecurityGroup")),
    "TopicSubscription": ("topic", ("Topic",)),
}
"""Side resources: the property that names what they are part of, and that one's classes."""


def topology_of(inventory: Inventory) -> Topology:
    references = References(inventory.things)
    labels = Labels(labels_of(inventory))
    parts = _parts(references)
    network = build_network.Network(references, labels)
    data = build_data.Data(references, labels)
    unplaced = Topology(
        inventory=inventory,
        home=_home(inventory, references),
        vpcs=network.vpcs(),
        flow_logs=data.flow_logs(),
        buckets=data.buckets(),
        log_groups=data.log_groups(),
        topics=data.topics(),
        alarms=data.alarms(),
        keys=data.keys(),
        roles=data.roles(),
        others=(),
        labels=labels.by_key,
        parts=parts,
        things=references.things,
    )
    return replace(unplaced, others=_others(unplaced))


def _parts(references: References) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for kind, (property, hosts) in PARTS.items():
        for part in references.of_kind(kind):
            if host := references.one(part, property, *hosts):
                found.setdefault(host, []).append(part.key)
    for nat in references.of_kind("NatGateway"):
        for address in references.all(nat, "allocationId", "Eip"):
            found.setdefault(nat.key, []).append(address)
    return {host: tuple(sorted(keys)) for host, keys in found.items()}


def _home(inventory: Inventory, references: References) -> str:
    """The region of the VPC; without one, that of most things."""
    for vpc in references.of_kind("Vpc"):
        if vpc.region:
            return vpc.region
    counted = Counter(thing.region for thing in inventory.things if thing.kind and thing.region)
    return min(counted, key=lambda region: (-counted[region], region), default="")


def _others(topology: Topology) -> tuple[str, ...]:
    """What no picture has a place for, and no machinery of the engine's own."""
    drawn = set(topology.parts) | {part for parts in topology.parts.values() for part in parts}
    drawn |= {key for vpc in topology.vpcs for key in build_network.keys_in(vpc)}
    for placed in (topology.buckets, topology.log_groups, topology.topics, topology.alarms, topology.keys):
        drawn |= {each.key for each in placed}
    drawn |= {role.key for role in topology.roles}
    left = [thing for thing in topology.things.values() if thing.key not in drawn and not is_machinery(thing)]
    return tuple(thing.key for thing in sorted(left, key=lambda thing: (thing.type, thing.name, thing.key)))


def is_machinery(thing: Thing) -> bool:
    """A provider, a component or the stack itself: nothing that is in a cloud."""
    return thing.type.startswith("pulumi:") or not thing.custom
