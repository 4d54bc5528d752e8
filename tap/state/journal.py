"""Appending to the journal: any number of threads hand in changes, one thread writes what has come in, in one go."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tap.engine.snapshot import Change
from tap.errors import StateError
from tap.state.change_codec import encode_change
from tap.state.crypter import CachingCrypter
from tap.state.files import disk_error, make_folder, sync_folder
from tap.state.journal_format import EmbeddedAws, Entry, Header, format_line

_sync = getattr(os, "fdatasync", os.fsync)

_CLOSING_SECONDS: Final = 60.0
"""How long an end of a run waits for what is still to be written."""


@dataclass(frozen=True, slots=True)
class _Handed:
    """What one append handed in, and the future that waits for it."""

    changes: Sequence[Change]
    embedded_aws: EmbeddedAws | None
    written: Future[None]


class JournalWriter:
    """The journal of one run. The file comes into being with the first append."""

    def __init__(self, path: Path, header: Header, crypter: CachingCrypter) -> None:
        self._path = path
        self._header = header
        self._crypter = crypter
        self._told: Mapping[str, Any] | None = None
        self._waiting: list[_Handed] = []
        self._wake = threading.Condition()
        self._closed = False
        self._failure: StateError | None = None
        self._handle = -1
        self._written = 0
        self._thread: threading.Thread | None = None

    def append(self, changes: Sequence[Change], embedded_aws: EmbeddedAws | None = None) -> Future[None]:
        """Hand in changes. The future is done once they are on the disk; it carries a StateError if they are not.

        embedded_aws: the AWS in which the run makes its resources from here on. After one failure
        every later append fails with the same error: a gap would make the rest worthless.
        """
        written: Future[None] = Future()
        with self._wake:
            if self._closed:
                written.set_exception(StateError(f"the run of {self._path} has ended: nothing more is recorded"))
                return written
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)
                self._thread.start()
            self._waiting.append(_Handed(tuple(changes), embedded_aws, written))
            self._wake.notify()
        return written

    def close(self) -> None:
        """Write what is still waiting, and end. The file stays. Raises StateError if the disk does not answer."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(_CLOSING_SECONDS)
            if self._thread.is_alive():
                raise StateError(f"failed to write {self._path}: the disk did not answer for {_CLOSING_SECONDS:.0f} s")

    def _write_all(self) -> None:
        try:
            while batch := self._next_batch():
                self._commit(batch)
        finally:
            if self._handle >= 0:
                os.close(self._handle)

    def _next_batch(self) -> list[_Handed]:
        with self._wake:
            while not self._waiting and not self._closed:
                self._wake.wait()
            batch, self._waiting = self._waiting, []
            return batch

    def _commit(self, batch: list[_Handed]) -> None:
        if self._failure is None:
            try:
                self._write(batch)
            except OSError as error:
                self._failure = disk_error(f"failed to write {self._path}", error)
            except StateError as error:  # a passphrase that is missing or does not fit
                self._failure = error
            except Exception as error:  # whoever waits must be told, whatever it is
                self._failure = StateError(f"failed to write {self._path}: {type(error).__name__}: {error}")
        for handed in batch:
            if not handed.written.set_running_or_notify_cancel():
                continue
            if self._failure is None:
                handed.written.set_result(None)
            else:
                handed.written.set_exception(self._failure)

    def _write(self, batch: list[_Handed]) -> None:
        encoded = tuple(encode_change(change, self._crypter) for handed in batch for change in handed.changes)
        provider = self._crypter.provider
        entry = Entry(
            self._written + 1,
            encoded,
            provider if provider != self._told else None,
            next((handed.embedded_aws for handed in reversed(batch) if handed.embedded_aws is not None), None),
        )
        line = format_line(entry.to_json())
        if self._handle < 0:
            self._create()
            line = format_line(self._header.to_json()) + line
        write_fully(self._handle, line)
        _sync(self._handle)
        self._written += 1
        self._told = provider

    def _create(self) -> None:
        make_folder(self._path.parent)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        sync_folder(self._path.parent)


def write_fully(handle: int, content: bytes) -> None:
    """Raises OSError."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(handle, remaining) :]
