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
from pathlib import Path

from tap.engine.snapshot import Change, Rebased
from tap.state.backend import (
    UpdateInfo,
    digest_of,
    sweep_drafts,
    write_backup,
    write_checkpoint,
    write_history,
)
from tap.state.checkpoint import Checkpoint, encode_checkpoint
from tap.state.crypter import CachingCrypter, Crypter
from tap.state.files import remove
from tap.state.integrity import verify_integrity
from tap.state.journal import JournalWriter
from tap.state.journal_format import EmbeddedAws, Header
from tap.state.lock import locked
from tap.state.names import require_names
from tap.state.paths import StackPaths
from tap.state.recovery import Loaded, load
from tap.state.secrets_providers import StackSecrets, blind

_OWN_BUG = "this is a bug of tap; nothing recorded is lost: the checkpoint is as it was, the journal beside it"


class StateStore:
    """The state of a stack of the project in the folder `root`. Raises UsageError for names that can not be.

    environ: where a passphrase is looked up; this process's own by default.
    """

    def __init__(self, root: Path, project: str, stack: str, *, environ: Mapping[str, str] | None = None) -> None:
        require_names(project, stack)
        self.paths = StackPaths(root, project, stack)
        self._secrets = StackSecrets(self.paths, os.environ if environ is None else environ)

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
        """Hold the stack to change it. kind: update, refresh, destroy or what else the journal is to say.

        Raises StateLockedError if another holds it, StateError for a state that can not be read or believed. Leaving
        without `finish` keeps what was appended: the next reader goes on from there.
        """
        with locked(self.paths):
            sweep_drafts(self.paths)
            loaded = self._folded()
            crypter = self._secrets.writer(loaded.checkpoint.secrets_providers)
            session = Session(self.paths, crypter, kind, loaded)
            try:
                yield session
            finally:
                session.close()

    def config_crypter(self, salt: str) -> Crypter:
        """For the secrets of Pulumi.<stack>.yaml. salt: its `encryptionsalt`, "" if it has none.

        From now on what is written here uses this salt too, as with the Pulumi CLI.
        """
        return self._secrets.use_config_salt(salt)

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
    """A stack that is held. Made by `StateStore.open`. `base` is what it held at the beginning."""

    def __init__(self, paths: StackPaths, crypter: CachingCrypter, kind: str, loaded: Loaded) -> None:
        self.base = loaded.checkpoint
        self._run = str(uuid.uuid4())
        self._paths = paths
        self._crypter = crypter
        header = Header(paths.qualified_name, kind, self._run, loaded.digest)
        self._writer = JournalWriter(paths.journal, header, crypter)

    def append(self, changes: Sequence[Change]) -> Future[None]:
        """Record changes. The future is done once they are on the disk; it carries a StateError if they are not.

        From any thread, as the two below.
        """
        return self._writer.append(changes)

    def bind_aws(self, instance: str, endpoint: str) -> Future[None]:
        """Record in which embedded AWS this run makes its resources. Before any resource in it is recorded."""
        return self._writer.append((), EmbeddedAws(instance, endpoint))

    def start_afresh(self) -> Future[None]:
        """Record that what `base` holds is gone, with the embedded AWS that it was in: the run begins with nothing."""
        return self._writer.append((Rebased((), ()),), EmbeddedAws("", ""))

    def finish(self, checkpoint: Checkpoint, info: UpdateInfo) -> None:
        """Write the state of the end of the run, with history and backup. Once, and the last thing.

        checkpoint: `base.with_contents` of the end. Raises StateError if it can not be written or breaks a rule: then
        the journal keeps what was done.
        """
        final = replace(checkpoint, manifest=None, run=self._run)
        verify_integrity(final, hint=_OWN_BUG)
        self.close()
        content = encode_checkpoint(final, self._paths.qualified_name, self._crypter)
        write_checkpoint(self._paths, content)
        remove(self._paths.journal)
        write_history(self._paths, content, info)
        write_backup(self._paths, content)

    def close(self) -> None:
        """Wait until what was appended is on the disk. Raises StateError if the disk does not answer."""
        self._writer.close()
