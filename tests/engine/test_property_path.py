"""Paths of `ignoreChanges` and `replaceOnChanges`, read as Pulumi's `ParsePropertyPath` reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tap.engine.property_path import contains, parse, reset
from tap.engine.values import Secret


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("root", ("root",)),
        ("root.nested", ("root", "nested")),
        ('root["nested"]', ("root", "nested")),
        ("root.double.nest", ("root", "double", "nest")),
        ('root["double"].nest', ("root", "double", "nest")),
        ("root.array[0]", ("root", "array", 0)),
        ("root.array[100]", ("root", "array", 100)),
        ("root.array[0].nested", ("root", "array", 0, "nested")),
        ("root.array[0][1].nested", ("root", "array", 0, 1, "nested")),
        ("root.nested.array[0].double[1]", ("root", "nested", "array", 0, "double", 1)),
        ('root["key with \\"escaped\\" quotes"]', ("root", 'key with "escaped" quotes')),
        ('root["key with a ."]', ("root", "key with a .")),
        ('["root key with a ."][100]', ("root key with a .", 100)),
        ("root.array[*].field", ("root", "array", "*", "field")),
        ('root.array["*"].field', ("root", "array", "*", "field")),
        ("*", ("*",)),
    ],
)
def test_a_path_is_read_as_pulumi_reads_it(text: str, path: tuple[str | int, ...]) -> None:
    assert parse(text) == path


@pytest.mark.parametrize("text", ["", "root[", "root[a]", 'root["open', "root]", "a..b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="property path"):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a", "a", True),
        ("a", "a.b", True),
        ("a.b", "a", False),
        ("a[*].c", "a[3].c.d", True),
        ("a[0]", "a[1]", False),
        ("*", "anything[0]", True),
    ],
)
def test_a_pattern_holds_what_lies_under_it(pattern: str, path: str, expected: bool) -> None:
    assert contains(parse(pattern), parse(path)) is expected


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a", {"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}),
        ("a", {}, {"a": 2}, {}),
        ("a", {"a": 1}, {}, {"a": 1}),
        ("a.b", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1, "c": 2}}),
        ("a.b", {"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ("l[0]", {"l": [1, 2]}, {"l": [3, 4]}, {"l": [1, 4]}),
        ("l[*].x", {"l": [{"x": 1}, {"x": 2}]}, {"l": [{"x": 3}, {"x": 4}]}, {"l": [{"x": 1}, {"x": 2}]}),
        ("*", {"a": 1}, {"a": 2, "b": 3}, {"a": 1}),
        ("a", {"a": Secret(1)}, {"a": 2}, {"a": Secret(1)}),
        ("a.b", {"a": {"b": 1}}, {"a": Secret({"b": 2})}, {"a": Secret({"b": 1})}),
        ("x.y", {}, {"a": 1}, {"a": 1}),
    ],
)
def test_what_is_ignored_is_as_it_was(path: str, old: dict[str, Any], new: dict[str, Any], expected: Any) -> None:
    before = repr(new)

    result, fits = reset(parse(path), old, new)

    assert result == expected
    assert fits
    assert repr(new) == before


@pytest.mark.parametrize(("old", "new"), [({"l": [1]}, {"l": [1, 2]}), ({"l": [1, 2]}, {"l": [1]})])
def test_an_element_that_came_or_went_can_not_be_ignored(old: dict[str, Any], new: dict[str, Any]) -> None:
    result, fits = reset(parse("l[1]"), old, new)

    assert result == new
    assert not fits
