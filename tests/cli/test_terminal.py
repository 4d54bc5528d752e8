"""What kind of terminal it is."""

from __future__ import annotations

import pytest

from tap.cli.terminal import is_interactive, wants_color


@pytest.mark.parametrize(
    ("color", "environment", "is_terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color_obeys_the_option_then_the_environment_then_the_stream(color, environment, is_terminal, expected):
    assert wants_color(color, environment, is_terminal=is_terminal) is expected


@pytest.mark.parametrize(
    ("non_interactive", "environment", "is_terminal", "expected"),
    [
        (False, {}, True, True),
        (True, {}, True, False),
        (False, {}, False, False),
        (False, {"CI": "true"}, True, False),
        (False, {"CI": "false"}, True, True),
        (False, {"TERM": "dumb"}, True, False),
        (False, {"NO_COLOR": "1"}, True, True),
    ],
)
def test_a_screen_is_redrawn_only_where_somebody_sits(non_interactive, environment, is_terminal, expected):
    assert is_interactive(non_interactive, environment, is_terminal=is_terminal) is expected
