"""A topology as a Mermaid flowchart, which GitHub draws in comments and in READMEs."""

from __future__ import annotations

from collections.abc import Iterator

from tap.graph.inventory import Change
from tap.graph.topology import Topology
from tap.graph.writers.diagram import Diagram, Group, Node, diagram_of

_CLASSES = {
    Change.CREATE: "stroke:#1a7f37,stroke-width:3px",
    Change.UPDATE: "stroke:#9a6700,stroke-width:3px",
    Change.REPLACE: "stroke:#7a43d6,stroke-width:3px,stroke-dasharray:8 3",
    Change.DELETE: "stroke:#cf222e,stroke-width:3px,stroke-dasharray:3 3",
}


def document(topology: Topology) -> str:
    diagram = diagram_of(topology)
    names = {key: f"n{number}" for number, key in enumerate(_keys(diagram))}
    lines = ["flowchart TB", *_nodes(diagram.nodes, names, 1)]
    for group in diagram.groups:
        lines += _group(group, names, 1)
    for edge in diagram.edges:
        label = f'|"{quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"  {names[edge.source]} -->{label} {names[edge.target]}")
    if topology.inventory.diff:
        lines += [f"  classDef {change} {looks}" for change, looks in _CLASSES.items()]
        lines += [f"  class {names[key]} {change}" for key, change in _changes(diagram)]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """As text inside of a Mermaid string: its entities are written with #."""
    safe = text.replace("#", "#35;").replace("&", "#38;").replace('"', "#quot;").replace("<", "#lt;")
    return " ".join(safe.replace(">", "#gt;").replace("`", "#96;").split())


def _nodes(nodes: tuple[Node, ...], names: dict[str, str], depth: int) -> Iterator[str]:
    for node in nodes:
        text = "<br>".join(quoted(line) for line in node.lines)
        yield f'{"  " * depth}{names[node.key]}["{text}"]'


def _group(group: Group, names: dict[str, str], depth: int) -> Iterator[str]:
    if not group.nodes and not group.groups:
        yield f'{"  " * depth}{names[group.key]}["{quoted(group.title)}"]'
        return
    yield f'{"  " * depth}subgraph {names[group.key]}["{quoted(group.title)}"]'
    yield from _nodes(group.nodes, names, depth + 1)
    for inner in group.groups:
        yield from _group(inner, names, depth + 1)
    yield f"{'  ' * depth}end"


def _keys(diagram: Diagram) -> Iterator[str]:
    yield from (node.key for node in diagram.nodes)
    for group in diagram.groups:
        yield from _keys_of(group)


def _keys_of(group: Group) -> Iterator[str]:
    yield group.key
    yield from (node.key for node in group.nodes)
    for inner in group.groups:
        yield from _keys_of(inner)


def _changes(diagram: Diagram) -> Iterator[tuple[str, Change]]:
    waiting: list[Group] = list(diagram.groups)
    while waiting:
        group = waiting.pop(0)
        waiting += group.groups
        pairs = [(group.key, group.change), *((node.key, node.change) for node in group.nodes)]
        yield from (pair for pair in pairs if pair[1] is not Change.SAME)
