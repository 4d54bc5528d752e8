"""A topology as JSON, for programs: what there is, where, and how it hangs together."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tap.graph.topology import Topology

VERSION = 1
"""Rises when a key changes its meaning or goes; new keys may come."""


def document(topology: Topology) -> dict[str, Any]:
    inventory = topology.inventory
    return {
        "version": VERSION,
        "project": inventory.project,
        "stack": inventory.stack,
        "preview": inventory.diff,
        "written": inventory.written,
        "notes": list(inventory.notes),
        "regions": list(topology.regions),
        "vpcs": [asdict(vpc) for vpc in topology.vpcs],
        "flowLogs": [asdict(log) for log in topology.flow_logs],
        "buckets": [asdict(bucket) for bucket in topology.buckets],
        "logGroups": [asdict(group) for group in topology.log_groups],
        "topics": [asdict(topic) for topic in topology.topics],
        "alarms": [asdict(alarm) for alarm in topology.alarms],
        "keys": [asdict(key) for key in topology.keys],
        "roles": [asdict(role) for role in topology.roles],
        "others": list(topology.others),
        "resources": [
            {
                "key": thing.key,
                "type": thing.type,
                "name": thing.name,
                "id": thing.id,
                "region": thing.region,
                "needs": list(thing.needs),
                "parts": list(topology.parts.get(thing.key, ())),
                "change": thing.change.value,
                "changed": list(thing.changed),
                "remark": thing.remark,
                "properties": dict(thing.properties),
                "tags": dict(thing.tags),
            }
            for _, thing in sorted(topology.things.items())
        ],
    }
