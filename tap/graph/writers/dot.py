"""A topology in Graphviz' language; groups are clusters, and an edge to one ends at its frame."""

from __future__ import annotations

from collections.abc import Iterator

from tap.graph.inventory import Change
from tap.graph.topology import Topology
from tap.graph.writers.diagram import Group, Node, diagram_of

_COLORS = {Change.CREATE: "#1a7f37", Change.UPDATE: "#9a6700", Change.REPLACE: "#7a43d6", Change.DELETE: "#cf222e"}


def document(topology: Topology) -> str:
    diagram = diagram_of(topology)
    inside: dict[str, str] = {}
    for group in diagram.groups:
        _first_nodes(group, inside)
    lines = [
        f"digraph {_quoted(diagram.title)} {{",
        "  graph [compound=true, rankdir=TB, fontname=Helvetica, labeljust=l, style=rounded, color=gray60]",
        "  node [shape=box, style=rounded, fontname=Helvetica, fontsize=11]",
        "  edge [fontname=Helvetica, fontsize=9]",
        *(_node(node, 1) for node in diagram.nodes),
    ]
    for group in diagram.groups:
        lines += _group(group, 1)
    for edge in diagram.edges:
        ends = [inside.get(key, key) for key in (edge.source, edge.target)]
        looks = [f"label={_quoted(edge.label)}"] if edge.label else []
        for side, key in (("ltail", edge.source), ("lhead", edge.target)):
            looks += [f"{side}={_quoted(_cluster(key))}"] if key in inside else []
        lines.append(f"  {_quoted(ends[0])} -> {_quoted(ends[1])} [{', '.join(looks)}]")
    return "\n".join([*lines, "}", ""])


def _first_nodes(group: Group, found: dict[str, str]) -> str:
    """A node of each group, for the edges that mean the group."""
    inner = [_first_nodes(one, found) for one in group.groups]
    found[group.key] = group.nodes[0].key if group.nodes else next(iter(inner), f"{group.key} empty")
    return found[group.key]


def _cluster(key: str) -> str:
    return f"cluster {key}"


def _node(node: Node, depth: int) -> str:
    color = f", color={_quoted(_COLORS[node.change])}, penwidth=3" if node.change in _COLORS else ""
    return f"{'  ' * depth}{_quoted(node.key)} [label={_quoted(*node.lines)}{color}]"


def _group(group: Group, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}subgraph {_quoted(_cluster(group.key))} {{"
    yield f"{indent}  label={_quoted(group.title)}"
    if group.change in _COLORS:
        yield f"{indent}  color={_quoted(_COLORS[group.change])}; penwidth=3"
    if not group.nodes and not group.groups:
        yield f"{indent}  {_quoted(f'{group.key} empty')} [label={_quoted(group.title)}]"
    yield from (_node(node, depth + 1) for node in group.nodes)
    for inner in group.groups:
        yield from _group(inner, depth + 1)
    yield f"{indent}}}"


def _quoted(*lines: str) -> str:
    """A string of Graphviz': only a quote and a backslash mean something in it."""
    safe = (" ".join(line.replace("\\", "\\\\").replace('"', '\\"').split()) for line in lines)
    return '"' + "\\n".join(safe) + '"'
