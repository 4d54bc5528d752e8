"""From an inventory to text in one of the formats: the stages put together."""

from __future__ import annotations

import json

from tap.graph.build import topology_of
from tap.graph.inventory import Inventory
from tap.graph.picture import Picture
from tap.graph.topology import Topology
from tap.graph.views.routes import routes_picture
from tap.graph.views.security import security_picture
from tap.graph.views.topology import topology_picture
from tap.graph.writers import document, dot, mermaid, page, svg

VIEWS = {"topology": topology_picture, "security": security_picture, "routes": routes_picture}
FORMATS = ("html", "svg", "mermaid", "dot", "json")


def pictures_of(topology: Topology) -> list[Picture]:
    return [view(topology) for view in VIEWS.values()]


def draw(inventory: Inventory, format: str, view: str = "topology") -> str:
    """The same inventory gives the same text. view: which picture, of a format that has room for only one."""
    topology = topology_of(inventory)
    match format:
        case "svg":
            return svg.document(VIEWS[view](topology), topology)
        case "mermaid":
            return mermaid.document(topology)
        case "dot":
            return dot.document(topology)
        case "json":
            return json.dumps(document.document(topology), indent=4, ensure_ascii=False) + "\n"
        case _:
            return page.document(pictures_of(topology), topology)
