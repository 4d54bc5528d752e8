"""Where in the program a resource was declared, as the state stores it: `project:///__main__.py#12`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from tap.program.pulumirpc import source_pb2


def source_position(position: source_pb2.SourcePosition, project_directory: str) -> str:
    """The position relative to the project, "" where it names no line of a local file."""
    if position.line <= 0 or position.column < 0:
        return ""
    path = _project_path(position.uri, project_directory)
    column = f",{position.column}" if position.column else ""
    return f"{path}#{position.line}{column}" if path else ""


def stack_trace(frames: Iterable[source_pb2.StackFrame], project_directory: str) -> tuple[str, ...]:
    """The positions of the frames that have one, the innermost first."""
    positions = (source_position(frame.pc, project_directory) for frame in frames if frame.HasField("pc"))
    return tuple(position for position in positions if position)


@lru_cache(maxsize=4096)  # every resource sends its dozen frames; the files are few
def _project_path(uri: str, project_directory: str) -> str:
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme != "file" or not path.startswith("/"):
        return ""
    return "project:///" + quote(os.path.relpath(path, project_directory))
