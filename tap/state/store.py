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
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tap.errors import StateError
from tap.state.backend import (
    UpdateInfo,
    digest_of,
    read_checkpoint,
    sweep_drafts,
    write_backup,
    write_checkpoint,
    write_history,
)
from tap.state.checkpoint import Checkpoint, encode_checkpoint
from tap.state.crypter import Crypter
from tap.state.files import remove, set_aside
from tap.state.names import require_names
from tap.state.paths import StackPaths
from tap.state.recovery import Loaded, load
from tap.state.secrets_providers import StackSecrets, blind

if TYPE_CHECKING:
    from tap.state.lock_files import LockFile
    from tap.state.session import Session


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

    def prepare_secrets(self) -> None:
        """What the first secret of a stack without a state waits for, done ahead. On whichever thread.

        Raises what that first secret would raise.
        """
        self._secrets.prepare()

    @contextlib.contextmanager
    def open(self, kind: str) -> Iterator[Session]:
        """Hold the stack to change it. kind: update, refresh, destroy or what else the journal is to say.

        Raises StateLockedError if another holds it, StateError for a state that can not be read or believed. Leaving
        without `finish` keeps what was recorded: the next reader goes on from there.
        """
        # Imported here: `status` and `outputs` only read, and have little time.
        from tap.state.lock import locked
        from tap.state.session import Session

        with locked(self.paths):
            sweep_drafts(self.paths)
            loaded = self._folded()
            crypter = self._secrets.writer(loaded.checkpoint.secrets_providers)
            session = Session(self.paths, crypter, kind, loaded)
            try:
                yield session
            finally:
                session.leave()

    def export(self, *, show_secrets: bool = False) -> str:
        """The text of `state export`. Takes no lock and writes nothing; needs a passphrase only for secrets in clear,
        and for those in the journal of a run that was killed. Raises StateError.
        """
        from tap.state.deployment_file import export, export_as_written, open_crypter

        content = read_checkpoint(self.paths)
        if not show_secrets and content is not None and not self.paths.journal.exists():
            return export_as_written(content)
        checkpoint = self.load()
        return export(
            checkpoint, open_crypter() if show_secrets else self._secrets.writer(checkpoint.secrets_providers)
        )

    def parse_export(self, content: bytes) -> Checkpoint:
        """The state that a file of `state export` holds. Raises StateError."""
        from tap.state.deployment_file import parse

        return parse(content, self.paths.stack, self._secrets.reader)

    def overwrite(self, checkpoint: Checkpoint, info: UpdateInfo) -> None:
        """Put this in the place of whatever state there is, even of one that can not be read; with history and backup.

        Raises StateLockedError, StateError for a disk that refuses.
        """
        from tap.state.lock import locked

        with locked(self.paths):
            sweep_drafts(self.paths)
            before = self._believed()
            run = str(uuid.uuid4())
            final = replace(
                checkpoint, manifest=None, run=run, aws_instance=before.aws_instance, aws_endpoint=before.aws_endpoint
            )
            crypter = self._secrets.writer(checkpoint.secrets_providers)
            content = encode_checkpoint(final, self.paths.qualified_name, crypter)
            write_checkpoint(self.paths, content)
            write_history(self.paths, content, info)
            write_backup(self.paths, content)

    def cancel(self) -> tuple[LockFile, ...]:
        """Remove the locks that dead processes left; which they were. Raises StateLockedError for others, StateError.

        First, what a run that was killed has in its journal is written into the checkpoint: once the lock is gone, the
        Pulumi CLI may come, takes the checkpoint for all there is, and would make again what was made.
        """
        from tap.state.lock import dead_locks

        with dead_locks(self.paths) as found:
            self._folded()
        return found

    def _believed(self) -> Checkpoint:
        """The state as it is, its journal folded in. One that can not be read counts as none, its journal set aside."""
        try:
            return self._folded().checkpoint
        except StateError:
            set_aside(self.paths.journal)
            try:
                return load(self.paths, blind).checkpoint
            except StateError:
                return Checkpoint()

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
