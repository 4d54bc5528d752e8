"""The one place that writes a run's text to a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text


def console(stream: TextIO, *, color: bool, live: bool = False, width: int | None = None) -> Console:
    """A console that obeys our own decisions about colour and terminals instead of making them again."""
    return Console(
        file=stream,
        force_terminal=color or live,
        color_system="standard" if color else None,
        no_color=not color,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


class Printer:
    """Writes lines as they are, unwrapped.

    A reader that went away (`tap up | head`) silences it: output must never stop a deployment half-way.
    """

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        self._stream = stream
        self._console = console(stream, color=color) if color else None
        self._gone = False

    def lines(self, lines: Iterable[Text]) -> None:
        if self._gone:
            return
        try:
            for line in lines:
                if self._console is None:
                    self._stream.write(line.plain + "\n")
                else:
                    self._console.print(line, soft_wrap=True)
            self._stream.flush()
        except OSError:
            self._gone = True
