"""One HTML file with all three pictures: it works offline, asks nobody for anything, and runs no code but its own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from tap.graph.inventory import Change, Thing
from tap.graph.picture import Box, Picture
from tap.graph.topology import Topology
from tap.graph.writers import palette, svg

LONGEST_VALUE = 1200
"""Characters of a property that are shown: no policy makes the file too large to send."""

_HINT = (
    "<p>Choose a box, with a click or with Tab, arrows and Enter, to see what it depends on, what depends on it, its "
    "properties and tags; Escape lets it go.</p>"
)
_HERE = Path(__file__).parent


def document(pictures: Sequence[Picture], topology: Topology) -> str:
    style, script = _style(), (_HERE / "page.js").read_text("utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    inventory = topology.inventory
    title = escape(f"{inventory.project} \N{MIDDLE DOT} {inventory.stack}")
    numbers = {key: number for number, key in enumerate(_order(topology))}
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n",
            _header(title, pictures, topology),
            "<main>\n<div>\n",
            *(_panel(picture, topology, numbers) for picture in pictures),
            '</div>\n<aside id="details" aria-label="Details" aria-live="polite"></aside>\n</main>\n',
            _everything(len(numbers)),
            _footer(topology),
            f'<script type="application/json" id="data">{_data(topology, numbers)}</script>\n',
            f"<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _style() -> str:
    light, dark = palette.variables(dark=False), palette.variables(dark=True)
    return (
        f":root{{{light}}}@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}color-scheme:dark}}:root[data-theme=light]{{color-scheme:light}}"
        f"{palette.figure_style()}{palette.tight((_HERE / 'page.css').read_text('utf-8'))}"
        f"@media print{{:root:root:root{{{light}}}}}"
    )


def _header(title: str, pictures: Sequence[Picture], topology: Topology) -> str:
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{picture.name}" aria-controls="view-{picture.name}" '
        f'aria-selected="{"false" if number else "true"}">{picture.name.capitalize()}</button>'
        for number, picture in enumerate(pictures)
    )
    words = svg.subtitle("", topology)
    notes = "".join(f"<li>{escape(note)}</li>" for note in topology.inventory.notes)
    return (
        f'<header>\n<h1>{title}</h1>\n<p class="sub">{escape(words)}</p>\n'
        + (f'<ul class="notes">{notes}</ul>\n' if notes else "")
        + f'<div class="bar"><div role="tablist" aria-label="Views">{tabs}</div>\n'
        '<div class="tools"><button type="button" id="smaller" aria-label="Smaller">\N{MINUS SIGN}</button>'
        '<button type="button" id="larger" aria-label="Larger">+</button>'
        '<button type="button" id="fit" aria-label="Fit the picture into the window">Fit</button>'
        '<button type="button" id="theme">Dark</button></div></div>\n</header>\n'
    )


def _panel(picture: Picture, topology: Topology, numbers: dict[str, int]) -> str:
    first = next((box.key for box in picture.boxes if box.key in numbers), "")

    def attributes(box: Box) -> str:
        if box.key not in numbers:
            return ""
        stop = "0" if box.key == first else "-1"
        about = escape(svg.about(box))
        return f' data-k="{numbers[box.key]}" role="button" tabindex="{stop}" aria-pressed="false" aria-label="{about}"'

    legend = "".join(f"<span>{sample}{escape(words)}</span>" for sample, words in svg.legend(picture, topology))
    sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in picture.sentences)
    return (
        f'<section role="tabpanel" id="view-{picture.name}" aria-labelledby="tab-{picture.name}">\n<figure>\n'
        f'<div class="lead"><h2>{escape(picture.title)}</h2>{_HINT}</div>\n'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(picture.title)}, a picture to scroll">'
        f'<svg viewBox="0 0 {picture.width} {picture.height}" width="{picture.width}" height="{picture.height}" '
        f'role="group" aria-label="{escape(picture.title)}">\n'
        + "".join(svg.body(picture, attributes, numbers))
        + f"</svg></div>\n<figcaption>{legend}</figcaption>\n"
        f'<details class="said"><summary>The same in words</summary><ul class="words">{sentences}</ul></details>\n'
        "</figure>\n</section>\n"
    )


def _everything(count: int) -> str:
    return (
        f'<section class="all"><details><summary>All {count} resources, providers and components too</summary>\n'
        '<label>Only those with <input id="filter" type="search" autocomplete="off"></label>\n'
        '<ul class="links" id="list"></ul></details></section>\n'
    )


def _footer(topology: Topology) -> str:
    inventory = topology.inventory
    source = "a preview" if inventory.diff else "the state"
    when = f" written {inventory.written}" if inventory.written and not inventory.diff else ""
    return f"<footer>Drawn by tap graph from {source} of the stack {escape(inventory.stack)}{escape(when)}.</footer>\n"


# -- data ------------------------------------------------------------------------------------------------------------


def _order(topology: Topology) -> Iterable[str]:
    things = topology.things.values()
    return [thing.key for thing in sorted(things, key=lambda one: (one.type.startswith("pulumi:"), one.name, one.key))]


def _data(topology: Topology, numbers: dict[str, int]) -> str:
    """JSON that can not end the element that it stands in."""
    things = [_described(topology.things[key], topology, numbers) for key in numbers]
    text = json.dumps({"things": things}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _described(thing: Thing, topology: Topology, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "name": thing.name,
        "kind": shown_type(thing.type),
        "region": thing.region,
        "urn": thing.key,
        "id": thing.id,
        "change": _change_words(thing),
        "remark": thing.remark,
        "needs": sorted(numbers[key] for key in thing.needs if key in numbers),
        "parts": sorted(numbers[key] for key in topology.parts.get(thing.key, ())),
        "properties": {name: _short(value) for name, value in thing.properties.items() if value not in ("", [], {})},
        "tags": dict(thing.tags),
    }


def _change_words(thing: Thing) -> str:
    if thing.change is Change.SAME:
        return ""
    words = f"{thing.change.symbol} would be {svg.WORDS[thing.change]}"
    return f"{words}, because of {', '.join(thing.changed)}" if thing.changed else words


def shown_type(type: str) -> str:
    """`aws:ec2/vpc:Vpc` as `aws:ec2:Vpc`."""
    package, _, rest = type.partition(":")
    module, _, name = rest.rpartition(":")
    return f"{package}:{module.partition('/')[0]}:{name}" if module else type


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(text) <= LONGEST_VALUE:
        return value
    return f"{text[:LONGEST_VALUE]}\N{HORIZONTAL ELLIPSIS} ({len(text) - LONGEST_VALUE} characters more)"
