"""What is wrong with a text in Mermaid or DOT, as far as we write any of either."""

from __future__ import annotations

import re


def mermaid_problems(text: str) -> list[str]:
    """What a line of a flowchart is, as far as we write any: https://mermaid.js.org/syntax/flowchart.html, in short."""
    string = r'"[^"`]*"'
    known, used, depth, problems = set(), set(), 0, []
    first, *lines = text.splitlines()
    for line in lines:
        if found := re.fullmatch(rf"\s+(subgraph )?(n\d+)\[{string}\]", line):
            depth += bool(found[1])
            known.add(found[2])
        elif line.strip() == "end":
            depth -= 1
        elif found := re.fullmatch(rf"  (n\d+) -->(?:\|{string}\|)? (n\d+)", line):
            used |= {found[1], found[2]}
        elif not re.fullmatch(r"  (classDef \w+ [\w:#,\- ]+|class n\d+ \w+)", line):
            problems.append(line)
    problems += [f"{name} is used and not there" for name in used - known]
    return problems + (["a subgraph is left open"] if depth else []) + ([] if first == "flowchart TB" else [first])


def dot_problems(text: str) -> list[str]:
    """What is left when all of DOT's tokens that we write are taken away, and braces that do not match."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "S", text)
    left = re.sub(r"\bdigraph S|subgraph S|->|[\[\]{}=,;]|\b[\w.]+\b|\s", "", bare)
    braces = bare.count("{") - bare.count("}")
    return (
        ([left] if left else []) + (["braces"] if braces else []) + ([] if text.startswith("digraph ") else ["start"])
    )
