"""How anything in a subnet gets out to the internet, if it does. Pure."""

from __future__ import annotations

from itertools import product

from tap.verify.facts.network import Subnet
from tap.verify.reach.path import Flow, Hop, walk
from tap.verify.reach.placements import members, outside_parties
from tap.verify.reach.topology import Topology

_PORT = 443
"""By which nearly everything goes out that machines need: packages, APIs, AWS itself."""


def way_out_stop(topology: Topology, subnet: Subnet) -> Hop | None:
    """None if something in the subnet reaches the internet on 443; else what stops the path that gets furthest.

    A gateway endpoint is no way out: it leads to one service. Security groups are not asked, and a public address is
    taken for granted where there is an internet gateway to use it.
    """
    sources = list(members(topology, "anything", None, [subnet]))
    targets = list(outside_parties(topology, topology.internet, "internet"))
    furthest: tuple[Hop, ...] = (Hop(subnet.id, "it has no addresses", passes=False),)
    for source, target in product(sources, targets):
        route = topology.route(subnet, target.address)
        if route is not None and topology.leads_to_endpoint(route):
            continue
        path = walk(topology, Flow(source, target, "tcp", _PORT))
        if path.reached:
            return None
        if len(path.hops) >= len(furthest):
            furthest = path.hops
    return furthest[-1]
