"""Where a run of `tap` can be killed: at every write of the journal, every touch of its files and every call of AWS.

A point is known by its kind, what is touched or called, and the how-manieth time that is in the run: with 16 steps at
once the calls of two runs come in different orders, but each run has, say, a third CreateSubnet.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_TOUCHES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir"}


class Kind(StrEnum):
    JOURNAL_WRITE = "journal: before the write"
    JOURNAL_WRITTEN = "journal: written, before the fsync"
    JOURNAL_SYNCED = "journal: after the fsync"
    FILE = "other files of the state: before each touch"
    CALL = "AWS: before the call"
    ANSWER = "AWS: applied, before the answer"


@dataclass(frozen=True, order=True)
class Point:
    kind: Kind
    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind} {self.name} #{self.number}".replace("  ", " ")


def install(root: Path, *, kill_at: Point | None = None, note: Callable[[Point], None] | None = None) -> None:
    """In a process that is to be killed, before it begins: SIGKILL it at that point, tell of each that it reaches.

    root: the project whose state's files count. Nothing of this can be undone; the process is thrown away.
    """
    reached: Counter[tuple[Kind, str]] = Counter()
    turn = threading.Lock()

    def reach(kind: Kind, name: str = "") -> None:
        with turn:
            reached[kind, name] += 1
            point = Point(kind, name, reached[kind, name])
            if point == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if note is not None:
                note(point)

    _watch_the_journal(reach)
    _watch_the_files(str(root / ".tap"), reach)
    _watch_aws(reach)


def note_in(path: Path) -> Callable[[Point], None]:
    """Writes points to a file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return lambda point: void(os.write(handle, json.dumps([point.kind, point.name, point.number]).encode() + b"\n"))


def void(_: object) -> None:
    """For what is done for its effect."""


def noted_in(path: Path) -> list[Point]:
    return [Point(Kind(kind), name, number) for kind, name, number in map(json.loads, path.read_text().splitlines())]


def _watch_the_journal(reach: Callable[..., None]) -> None:
    from tap.state import journal

    write, sync = journal.write_fully, journal._sync

    def write_fully(handle: int, content: bytes) -> None:
        reach(Kind.JOURNAL_WRITE)
        write(handle, content)
        reach(Kind.JOURNAL_WRITTEN)

    def synced(handle: int) -> None:
        sync(handle)
        reach(Kind.JOURNAL_SYNCED)

    journal.write_fully, journal._sync = write_fully, synced


def _watch_the_files(folder: str, reach: Callable[..., None]) -> None:
    def hook(event: str, arguments: Any) -> None:
        if event not in _TOUCHES or not str(arguments[0]).startswith(folder):
            return
        reading = event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if not reading:
            reach(Kind.FILE, event)

    sys.addaudithook(hook)


def _watch_aws(reach: Callable[..., None]) -> None:
    from botocore.httpsession import URLLib3Session

    from tests.faults.wire import called

    send = URLLib3Session.send

    def watched(self: URLLib3Session, request: Any) -> Any:
        parts = urlsplit(request.url)
        headers = {name: _text(value) for name, value in request.headers.items()}
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        name = called(request.method, f"{parts.path}?{parts.query}", headers, body).name
        reach(Kind.CALL, name)
        answer = send(self, request)
        reach(Kind.ANSWER, name)
        return answer

    URLLib3Session.send = watched


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
