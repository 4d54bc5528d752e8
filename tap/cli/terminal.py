"""Which kind of terminal this is: decided purely from the streams, the environment and the options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Color = Literal["auto", "always", "never"]


def wants_color(color: Color, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """--color first, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE (no-color.org, force-color.org), then the stream."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def is_interactive(non_interactive: bool, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether somebody sits there who can answer a prompt and whose screen may be redrawn."""
    return is_terminal and not non_interactive and not in_ci(environment) and environment.get("TERM") != "dumb"


def in_ci(environment: Mapping[str, str]) -> bool:
    """CI services set CI; `CI=false` is how people say that it is none."""
    return environment.get("CI", "").lower() not in ("", "0", "false")
