"""The path of one connection, hop by hop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tap.verify.reach.explanation import Explanation
from tap.verify.reach.path import Hop, Party


def path_lines(explanation: Explanation, *, color: bool) -> list[str]:
    flow = explanation.path.flow
    width = max(len(hop.at) for hop in explanation.path.hops)
    lines = [f"{flow.source} -> {flow.target}, {flow.protocol} {flow.port}"]
    lines += [_hop_line(hop, width, color) for hop in explanation.path.hops]
    return [*lines, *_outcome(explanation)]


def _hop_line(hop: Hop, width: int, color: bool) -> str:
    mark = "pass" if hop.passes else "STOP"
    shown = click.style(mark, fg="green" if hop.passes else "red", bold=not hop.passes) if color else mark
    return f"  {shown}  {hop.at:<{width}}  {hop.says}"


def _outcome(explanation: Explanation) -> Iterator[str]:
    flow, stop = explanation.path.flow, explanation.path.stop
    said = f"{explanation.source} {{}} {explanation.target} on {flow.protocol} {flow.port}"
    if stop is None:
        all_ways = explanation.open_ways == explanation.ways
        yield said.format("reaches") + ("" if all_ways else f", on {explanation.open_ways} of {explanation.ways} ways")
    else:
        yield said.format("does not reach") + f": {stop.at} stops it; this way gets furthest of {explanation.ways}"
    if stop is None and explanation.path.trouble:
        yield f"It is not enough to work with: {explanation.path.trouble}"
    if _is_placement(flow.source) or _is_placement(flow.target):
        yield "(The stack has no machines: this is what one would meet, with a public address where it may have one.)"


def _is_placement(party: Party) -> bool:
    """Not something that is there, but what could be put there."""
    return party.subnet is not None and party.groups is not None and not party.label.startswith("eni-")


def path_document(explanation: Explanation) -> dict[str, Any]:
    flow = explanation.path.flow
    return {
        "from": explanation.source,
        "to": explanation.target,
        "protocol": flow.protocol,
        "port": flow.port,
        "reached": explanation.path.reached,
        "trouble": explanation.path.trouble,
        "ways": explanation.ways,
        "openWays": explanation.open_ways,
        "path": {
            "from": str(flow.source),
            "to": str(flow.target),
            "hops": [{"at": hop.at, "passes": hop.passes, "says": hop.says} for hop in explanation.path.hops],
        },
    }
