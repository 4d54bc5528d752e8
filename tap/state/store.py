"""The state of one stack: read it, or hold it and change it. Losing nothing is decided here.

What a run does goes to the journal first, change by change. At its end the checkpoint is written, then the journal
removed, then history and backup written. Killed anywhere, the next reader finds the state as of the last confirmed
change: the checkpoint and the journal that continues it, or a checkpoint that names the journal's run and therefore
holds its result already.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tap.engine.snapshot import Change
from tap.state.backend import (
    UpdateInfo,
    digest_of,
    sweep_drafts,
    write_backup,
    write_checkpoint,
    write_history,
)
from tap.state.checkpoint import Checkpoint, encode_checkpoint
from tap.state.crypter import CachingCrypter
from tap.state.files import remove
from tap.state.integrity import verify_integrity
from tap.state.journal import JournalWriter
from tap.state.journal_format import Header
from tap.state.lock import locked
from tap.state.names import require_names
from tap.state.paths import StackPaths
from tap.state.recovery import Loaded, load
from tap.state.secrets_providers import StackSecrets, blind

_OWN_BUG = "this is a bug of tap; nothing recorded is lost: the checkpoint is as it was, the journal beside it"


class StateStore:
    """The state of a stack of the project in the folder `root`. Raises UsageError for names that can not be.

    config_salt: `encryptionsalt` of Pulumi.<stack>.yaml, "" if it has none. environ: where a passphrase is looked up.
    """

    def __init__(
        self, root: Path, project: str, stack: str, *, config_salt: str = "", environ: Mapping[str, str] | None = None
    ) -> None:
        require_names(project, stack)
        self.paths = StackPaths(root, project, stack)
        self._secrets = StackSecrets(self.paths, os.environ if environ is None else environ, config_salt)

    @property
    def exists(self) -> bool:
        """Whether there is any state of this stack."""
        return self.paths.checkpoint.exists() or self.paths.journal.exists()

    def load(self, *, secrets: bool = True) -> Checkpoint:
        """The state as of the last confirmed change. Takes no lock and writes nothing.

        secrets=False reads each secret as `[secret]` and needs no passphrase. Raises StateError.
        """
        return load(self.paths, self._secrets.reader if secrets else blind).checkpoint

    @contextlib.contextmanager
    def open(self, kind: str) -> Iterator[Session]:
        """Hold the stack to change it. kind: update, refresh, destroy or what else the history is to say.

        Raises StateLockedError if another holds it, StateError for a state that can not be read or believed. Leaving
        without `finish` keeps what was appended: the next reader goes on from there.
        """
        with locked(self.paths):
            sweep_drafts(self.paths)
            session = Session(self.paths, self._secrets, kind, self._folded())
            try:
                yield session
            finally:
                session.close()

    def _folded(self) -> Loaded:
        """The state, with what an earlier run left in its journal written into the checkpoint."""
        loaded = load(self.paths, self._secrets.reader)
        if loaded.replayed:
            crypter = self._secrets.writer(loaded.checkpoint.secrets_providers)
            content = encode_checkpoint(loaded.checkpoint, self.paths.qualified_name, crypter)
            write_checkpoint(self.paths, content)
            remove(self.paths.journal)
            write_backup(self.paths, content)
            return Loaded(loaded.checkpoint, digest_of(content), replayed=False)
        remove(self.paths.journal)
        return loaded


class Session:
    """A stack that is held. Made by `StateStore.open`."""

    def __init__(self, paths: StackPaths, secrets: StackSecrets, kind: str, loaded: Loaded) -> None:
        self.base = loaded.checkpoint
        self.run = str(uuid.uuid4())
        self._paths = paths
        self._kind = kind
        self._started = datetime.now(UTC)
        self._crypter: CachingCrypter = secrets.writer(self.base.secrets_providers)
        self._header = Header(
            paths.qualified_name, self.run, loaded.digest, self.base.aws_instance, self.base.aws_endpoint
        )
        self._writer: JournalWriter | None = None
        self._finished = False

    def bind_aws(self, instance: str, endpoint: str) -> None:
        """Say which embedded AWS this run makes its resources in. Before the first append."""
        if self._writer is not None:
            raise AssertionError("the embedded AWS was named after the first change")
        self._header = replace(self._header, aws_instance=instance, aws_endpoint=endpoint)

    def append(self, changes: Sequence[Change]) -> Future[None]:
        """Record changes. The future is done once they are on the disk; it carries a StateError if they are not."""
        if self._writer is None:
            self._writer = JournalWriter(self._paths.journal, self._header, self._crypter)
        return self._writer.append(changes)

    def finish(
        self,
        checkpoint: Checkpoint,
        *,
        result: str,
        changes: Mapping[str, int],
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the state of the end of the run, with history and backup. At most once, and the last thing.

        checkpoint: `base` with the resources and pending operations of the end. result: succeeded or failed. config:
        as in Pulumi.<stack>.yaml. Raises StateError if it can not be written or breaks a rule: then the journal keeps
        what was done.
        """
        if self._finished:
            raise AssertionError("a session that was finished twice")
        self._finished = True
        final = replace(
            checkpoint,
            manifest=None,
            run=self.run,
            aws_instance=self._header.aws_instance,
            aws_endpoint=self._header.aws_endpoint,
        )
        verify_integrity(final, hint=_OWN_BUG)
        self.close()
        content = encode_checkpoint(final, self._paths.qualified_name, self._crypter)
        write_checkpoint(self._paths, content)
        remove(self._paths.journal)
        ended = datetime.now(UTC)
        write_history(self._paths, content, UpdateInfo(self._kind, result, changes, self._started, ended, config or {}))
        write_backup(self._paths, content)

    def close(self) -> None:
        """Wait until what was appended is on the disk. Raises StateError if the disk does not answer."""
        if self._writer is not None:
            self._writer.close()
