"""Text under a line that it belongs to."""

from __future__ import annotations

import textwrap

_WIDTH = 110


def indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 12, break_on_hyphens=False)
