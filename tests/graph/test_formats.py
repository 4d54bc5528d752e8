"""What is written: complete, the same every time, escaped, small, asking nobody, and without secrets."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tap.graph.build import topology_of
from tap.graph.draw import FORMATS, VIEWS, draw
from tap.graph.inventory import Change
from tap.graph.writers import svg
from tap.graph.writers.palette import COLORS
from tests.graph.grammar import dot_problems, mermaid_problems
from tests.graph.states import RECORDED, in_zones, recorded, with_things

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&]]>`#\n"
HTML_BYTES_MAX = 300_000


class Page(HTMLParser):
    """The elements of a page with their attributes, the texts of its scripts and styles, and all its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside in self.raw:
            self.raw[self._inside][-1] += data
        else:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def things(self):
        return json.loads(self.raw["script"][0])["things"]


def everything(inventory):
    return {format: draw(inventory, format) for format in FORMATS} | {
        view: draw(inventory, "svg", view) for view in VIEWS
    }


@pytest.mark.parametrize("name", ["two", "six"])
def test_the_same_stack_gives_the_same_bytes_in_whatever_order_its_resources_come(name):
    inventory = recorded(name)
    shuffled = list(inventory.things)
    random.Random(1).shuffle(shuffled)  # noqa: S311  - any other order will do
    first, second = everything(inventory), everything(replace(inventory, things=tuple(shuffled)))

    assert [format for format in first if first[format] != second[format]] == []


def test_the_same_stack_gives_the_same_bytes_in_every_process():
    program = (
        "import hashlib; from tap.graph.draw import FORMATS, draw; from tests.graph.states import recorded;"
        "print(hashlib.sha256(''.join(draw(recorded('two'), one) for one in FORMATS).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1


def test_a_page_of_six_zones_is_small_enough_to_send():
    assert len(draw(recorded("six"), "html").encode()) < HTML_BYTES_MAX
    assert len(draw(in_zones("abcdefgh"), "html").encode()) < HTML_BYTES_MAX


@pytest.mark.parametrize("name", RECORDED)
def test_nothing_that_is_drawn_points_to_another_place(name):
    for format, text in everything(recorded(name)).items():
        assert set(re.findall(r"\w+://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}, format
    page = Page(draw(recorded(name), "html"))
    loading = {"src", "href", "xlink:href", "srcset", "action", "formaction", "data", "poster", "background", "style"}

    assert [attributes for _, attributes in page.elements if loading & attributes.keys()] == []
    assert "url(" not in "".join(page.raw["style"])
    assert "@import" not in "".join(page.raw["style"])


def test_the_page_allows_its_own_script_and_style_and_nothing_else():
    page = Page(draw(recorded("two"), "html"))
    (policy,) = [meta["content"] for meta in page.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def hashed(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert allowed == {
        "default-src": "'none'",
        "style-src": hashed(page.raw["style"][0]),
        "script-src": hashed(page.raw["script"][1]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert [script.get("type") for script in page.of("script")] == ["application/json", None]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def nasty_stack():
    things = [
        replace(
            thing,
            name=thing.name + NASTY,
            tags={**thing.tags, NASTY: NASTY},
            properties={**thing.properties, "description": NASTY},
            remark=NASTY,
        )
        for thing in recorded("two").things
    ]
    return replace(with_things(recorded("two"), things), stack=f"x{NASTY}", notes=(NASTY,))


def test_no_name_tag_or_property_breaks_out_of_a_page():
    page, plain = Page(draw(nasty_stack(), "html")), Page(draw(recorded("two"), "html"))

    assert [tag for tag, _ in page.elements if tag in ("script", "img", "iframe")] == ["script", "script"]
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in plain.elements}
    assert all(thing["tags"][NASTY] == NASTY for thing in page.things)
    assert {name.removesuffix(NASTY) for name in (thing["name"] for thing in page.things)} == {
        thing.name for thing in recorded("two").things
    }


@pytest.mark.parametrize("view", VIEWS)
def test_no_name_breaks_out_of_an_svg(view):
    root = ET.fromstring(draw(nasty_stack(), "svg", view))  # noqa: S314  - our own text

    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path")
    }


def test_no_name_breaks_out_of_the_text_formats():
    nasty = nasty_stack()

    assert mermaid_problems(draw(nasty, "mermaid")) == []
    assert dot_problems(draw(nasty, "dot")) == []
    assert json.loads(draw(nasty, "json"))["resources"][0]["tags"][NASTY] == NASTY


def test_a_file_has_nothing_in_it_that_differs_from_run_to_run():
    ids = {thing.id for thing in recorded("six").things if thing.id} - {"tap-high-cpu-local"}
    for view in VIEWS:
        text = draw(recorded("six"), "svg", view)

        assert "123456789012" not in text
        assert [id for id in ids if id in text and not id.startswith(("/tap/", "alias/"))] == []


def test_an_svg_reads_in_light_and_dark_and_names_itself():
    text = draw(recorded("two"), "svg")
    root = ET.fromstring(text)  # noqa: S314  - our own text

    assert "prefers-color-scheme:dark" in text
    assert "var(" not in text
    assert root.attrib["role"] == "img"
    assert root.find(f"{SVG}title").text == "tap · local: What is built"
    assert "over 2 zones" in root.find(f"{SVG}desc").text


def test_the_page_says_in_words_what_its_pictures_show():
    text = Page(draw(recorded("three"), "html")).text

    for sentence in (
        "vpc 10.0.0.0/16 in us-east-1, over 3 zones.",
        "Zone us-east-1b: public subnet 10.0.2.0/24 and private subnet 10.0.11.0/24.",
        "app-bucket is replicated to backup-bucket.",
        "Key logs-key encrypts application-logs and infrastructure-logs.",
        "web-sg in from the internet: TCP 443.",
        "db-sg in from app-sg: TCP 5432.",
        "private-subnet-us-east-1c (10.0.12.0/24): 0.0.0.0/0 to nat-us-east-1a and S3 to s3-endpoint.",
    ):
        assert sentence in text


def test_a_page_tells_what_each_thing_depends_on_and_is_made_of():
    things = {thing["name"]: thing for thing in Page(draw(recorded("two"), "html")).things}
    names = list(things)
    nat = things["tap-nat-us-east-1a-local"]

    assert [names[number] for number in nat["parts"]] == ["tap-nat-eip-us-east-1a-local"]
    assert {names[number] for number in nat["needs"]} >= {"tap-public-subnet-us-east-1a-local", "tap-igw-local"}
    assert nat["properties"]["subnetId"].startswith("subnet-")
    assert nat["tags"]["environment"] == "production"


def test_a_preview_is_marked_by_symbols_and_not_only_by_colours():
    changes = {
        "tap-web-sg-local": Change.CREATE,
        "tap-db-sg-local": Change.REPLACE,
        "tap-app-sg-local": Change.DELETE,
        "tap-ssh-in-22-allowed-local": Change.UPDATE,
    }
    things = [replace(thing, change=changes.get(thing.name, Change.SAME)) for thing in recorded("two").things]
    inventory = replace(with_things(recorded("two"), things), diff=True)
    root = ET.fromstring(draw(inventory, "svg", "security"))  # noqa: S314  - our own text
    marks = {
        group.find(f"{SVG}title").text: group.find(f"{SVG}text[@class='s']").text
        for group in root.iter(f"{SVG}g")
        if group.find(f"{SVG}text[@class='s']") is not None
    }

    assert marks == {
        "made: security group web-sg": "+",
        "replaced: security group db-sg": "+-",
        "deleted: security group app-sg": "-",
        "changed: security group ssh-sg": "~",
    }
    assert {"+  made", "~  changed", "+-  replaced", "-  deleted"} <= {element.text for element in root.iter()}
    assert '["+ web-sg<br>' in draw(inventory, "mermaid")
    assert 'label="+- db-sg' in draw(inventory, "dot")


@pytest.mark.parametrize("name", RECORDED)
def test_mermaid_and_dot_are_well_formed_and_have_what_there_is(name):
    mermaid, dot = draw(recorded(name), "mermaid"), draw(recorded(name), "dot")

    assert mermaid_problems(mermaid) == []
    assert dot_problems(dot) == []
    topology = topology_of(recorded(name))
    for subnet in topology.vpcs[0].subnets:
        assert f'["{subnet.tier} {subnet.cidr}"]' in mermaid
        assert f'label="{subnet.tier} {subnet.cidr}"' in dot
    for edge in ("TCP 3306", "TCP 22"):
        assert mermaid.count(f'|"{edge}"|') == dot.count(f'label="{edge}"') == 1


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_has_enough_contrast_and_lines_too(dark):
    colors = {name: pair[dark] for name, pair in COLORS.items()}
    grounds = [name for name in colors if name in ("paper", "soft") or name.endswith("-fill")]
    strokes = ("grey", "green", "blue", "violet", "teal", "amber", "pink", "red")

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(colors[one]), luminance(colors[other])))
        return (high + 0.05) / (low + 0.05)

    assert [(text, on) for text in ("ink", "dim") for on in grounds if contrast(text, on) < 4.5] == []
    assert [(line, on) for line in strokes for on in ("paper", "soft") if contrast(line, on) < 3] == []
    assert contrast("red", "paper") >= 4.5  # labels in it


def test_text_that_is_too_long_is_shortened_with_an_ellipsis_and_whole_in_the_details():
    long = "tap-" + "a-very-long-name-" * 8 + "end-local"
    things = [
        replace(thing, name=long) if thing.name == "tap-web-sg-local" else thing for thing in recorded("two").things
    ]
    inventory = with_things(recorded("two"), things)
    picture = VIEWS["security"](topology_of(inventory))
    (box,) = [box for box in picture.boxes if box.title.startswith("a-very-long")]

    assert box.title.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert "a-very-long-name-" * 8 in svg.about(box)
    assert long in {thing["name"] for thing in Page(draw(inventory, "html")).things}
