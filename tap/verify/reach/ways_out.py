"""How anything in a subnet gets out to the internet, if it does. Pure."""

from __future__ import annotations

from itertools import product

from tap.verify.facts.network import Subnet
from tap.verify.reach.path import Flow, Path, walk
from tap.verify.reach.placements import members, outside_parties
from tap.verify.reach.topology import Topology

_PORT = 443
"""By which nearly everything goes out that machines need: packages, APIs, AWS itself."""


def way_out_trouble(topology: Topology, subnet: Subnet) -> str:
    """ "" if something in the subnet can work with the internet on 443; else what the best way lacks.

    A gateway endpoint is no way out: it leads to one service. Security groups are not asked, and a public address is
    taken for granted where there is an internet gateway to use it.
    """
    sources = list(members(topology, "anything", None, [subnet]))
    targets = list(outside_parties(topology, topology.internet, "internet"))
    best: Path | None = None
    for source, target in product(sources, targets):
        if topology.is_served_by_endpoint(subnet, target.address):
            continue
        path = walk(topology, Flow(source, target, "tcp", _PORT))
        if not path.trouble:
            return ""
        if best is None or len(path.hops) >= len(best.hops):
            best = path
    return best.trouble if best else f"{subnet.id}: it has no addresses"
