"""What the program prints, line by line."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable
from typing import Final

_CHUNK: Final = 64 * 1024
_LONGEST_LINE: Final = 1024 * 1024
"""Characters; a line without an end must not fill the memory."""


async def forward_lines(stream: asyncio.StreamReader, tell: Callable[[str], None]) -> None:
    """Tells every line until the stream ends; what is not UTF-8 is replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""
    while chunk := await stream.read(_CHUNK):
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        if len(rest) > _LONGEST_LINE:
            lines, rest = [*lines, rest], ""
        for line in lines:
            tell(line.removesuffix("\r"))
    if rest := rest + decoder.decode(b"", final=True):
        tell(rest)
