"""Bugs in pictures: what they tell that they must not, leave out, or hide."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_SECRETS: Final = "invariant 8: secrets are masked in every view"
_OFFLINE: Final = "a page works offline, and runs no code but its own"
_TRUE: Final = "a picture shows what is there"
_CLEAR: Final = "nothing in a picture is over anything else"
_FORMATS: Final = "tests/graph/test_formats.py"
_PICTURES: Final = "tests/graph/test_pictures.py"

GRAPH: Final[tuple[Mutant, ...]] = (
    Mutant(
        "graph-shows-secrets-of-a-preview",
        "tap/cli/graph_source.py",
        "            shown = _without_machinery(plain(value))\n",
        "            shown = _without_machinery(plain(getattr(value, 'value', value)))\n",
        "a secret stands in a file that is sent around",
        _SECRETS,
        ("tests/cli/test_graph.py::test_no_secret_of_a_preview_is_drawn",),
    ),
    Mutant(
        "graph-data-ends-its-own-element",
        "tap/graph/writers/page.py",
        '    for character in "<>&\\u2028\\u2029":\n',
        '    for character in "":\n',
        "a tag runs as a script in the browser of whoever opens the page",
        _OFFLINE,
        (f"{_FORMATS}::test_no_name_tag_or_property_breaks_out_of_a_page",),
    ),
    Mutant(
        "graph-label-unescaped",
        "tap/graph/writers/svg.py",
        '<text class="{row.style}" x="{rect.x + 12}" y="{at}">{escape(row.text)}</text>',
        '<text class="{row.style}" x="{rect.x + 12}" y="{at}">{row.text}</text>',
        "a description breaks the picture",
        _OFFLINE,
        (f"{_FORMATS}::test_no_name_breaks_out_of_an_svg",),
    ),
    Mutant(
        "graph-policy-lets-all-in",
        "tap/graph/writers/page.py",
        "default-src 'none'; ",
        "default-src *; ",
        "a page may ask others for something",
        _OFFLINE,
        (f"{_FORMATS}::test_the_page_allows_its_own_script_and_style_and_nothing_else",),
    ),
    Mutant(
        "graph-forgets-the-others",
        "tap/graph/build.py",
        "    return replace(unplaced, others=_others(unplaced))\n",
        "    return unplaced\n",
        "a resource that no picture has a place for is in none",
        _TRUE,
        (f"{_PICTURES}::test_what_is_not_known_is_listed_among_the_others",),
    ),
    Mutant(
        "graph-part-changes-unseen",
        "tap/graph/topology.py",
        "        return Change.UPDATE if thing.change is Change.SAME and changed_part else thing.change\n",
        "        return thing.change\n",
        "a new rule of a security group is not marked in the picture of a preview",
        _TRUE,
        (f"{_FORMATS}::test_a_preview_is_marked_by_symbols_and_not_only_by_colours",),
    ),
    Mutant(
        "graph-takes-the-order-as-it-comes",
        "tap/graph/references.py",
        "sorted(self.things.values(), key=lambda thing: (thing.name, thing.key))",
        "self.things.values()",
        "the same stack gives another picture each time, and every comparison of two is noise",
        "the same things give the same bytes",
        (f"{_FORMATS}::test_the_same_stack_gives_the_same_bytes_in_whatever_order_its_resources_come",),
    ),
    Mutant(
        "graph-lines-enter-anywhere",
        "tap/graph/views/levels.py",
        "    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]\n",
        "    return list(wanted)\n",
        "boxes lie on each other",
        _CLEAR,
        (f"{_PICTURES}::test_any_rules_make_a_clear_picture_rings_and_all",),
    ),
)
