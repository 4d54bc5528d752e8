"""The journal's lines: how they are written, and what a damaged file tells.

`<stack>.jsonl`, one line for each write: `<CRC-32 in 8 hex digits> <JSON>`. The first is the header, which binds the
journal to the exact checkpoint that it continues; each further one carries the changes of one write (a group commit)
and their number. A line is begun only after the one before it is known to be on the disk. Therefore:

- A last line without its end was being written when the writer died: it was never confirmed, and is dropped. So is
  one with a run of NUL bytes, which is how blocks read that a power cut kept from the disk.
- Any other line that does not fit its checksum was whole once: confirmed changes may have been damaged. That is an
  error, never a guess; so is a gap in the numbers.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tap.errors import StateError
from tap.state.json_text import from_json, to_json_text

FORMAT: Final = 1
_UNWRITTEN: Final = b"\0\0"


class JournalDamagedError(StateError):
    """A journal does not fit its checksums; str() says at which line."""


@dataclass(frozen=True, slots=True)
class Header:
    """run, kind: of the run that writes it. base: `digest_of` the checkpoint that the run goes on from."""

    stack: str
    kind: str
    run: str
    base: str

    def to_json(self) -> dict[str, Any]:
        return {
            "journal": FORMAT,
            "stack": self.stack,
            "kind": self.kind,
            "run": self.run,
            "base": self.base,
        }


@dataclass(frozen=True, slots=True)
class EmbeddedAws:
    """Which embedded AWS; both "" for none that is known."""

    instance: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one write recorded. The other two hold from here on, where they are told anew.

    secrets_providers: of the crypter. embedded_aws: the AWS in which the run makes its resources.
    """

    number: int
    changes: tuple[Any, ...]
    secrets_providers: Mapping[str, Any] | None = None
    embedded_aws: EmbeddedAws | None = None

    def to_json(self) -> dict[str, Any]:
        encoded: dict[str, Any] = {"number": self.number}
        if self.secrets_providers:
            encoded["secrets_providers"] = self.secrets_providers
        if self.embedded_aws is not None:
            encoded["embeddedAws"] = {"instance": self.embedded_aws.instance, "endpoint": self.embedded_aws.endpoint}
        return {**encoded, "changes": list(self.changes)}


@dataclass(frozen=True, slots=True)
class Records:
    """A journal that was read: its header and the entries that were confirmed."""

    header: Header
    entries: tuple[Entry, ...]


def format_line(content: dict[str, Any]) -> bytes:
    payload = to_json_text(content).encode()
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def parse_journal(content: bytes) -> Records | None:
    """What was confirmed; None if the writer died before its first line was whole. Raises JournalDamagedError."""
    *lines, rest = content.split(b"\n")
    documents = [_parse_line(line) for line in lines]
    if rest:
        documents.append(_parse_unended(rest))
        lines.append(rest)
    if documents and documents[-1] is None and _was_torn(lines[-1], unended=bool(rest)):
        documents.pop()
    if None in documents:
        raise JournalDamagedError(f"line {documents.index(None) + 1} is damaged")
    if not documents:
        return None
    return Records(_header(documents[0]), tuple(_entry(n, document) for n, document in enumerate(documents[1:], 1)))


def _parse_line(line: bytes) -> Any:
    """The line's content, None if it does not fit its checksum."""
    checksum, space, payload = line[:8], line[8:9], line[9:]
    if space != b" " or b"%08x" % zlib.crc32(payload) != checksum:
        return None
    return from_json(payload)


def _parse_unended(rest: bytes) -> Any:
    """A last line without its end may lack only that, or have it damaged."""
    return _parse_line(rest) or _parse_line(rest[:-1])


def _was_torn(line: bytes, *, unended: bool) -> bool:
    return unended or _UNWRITTEN in line


def _header(document: Any) -> Header:
    if document.get("journal") != FORMAT:
        raise JournalDamagedError(f"it is of the format {document.get('journal')!r}, which this version does not know")
    return Header(document["stack"], document["kind"], document["run"], document["base"])


def _entry(number: int, document: Any) -> Entry:
    if document.get("number") != number:
        raise JournalDamagedError(f"entry {number} is missing")
    aws = document.get("embeddedAws")
    return Entry(
        number,
        tuple(document["changes"]),
        document.get("secrets_providers"),
        EmbeddedAws(aws["instance"], aws["endpoint"]) if aws else None,
    )
