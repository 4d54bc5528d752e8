"""The state of one stack: read it, or hold it and change it. Losing nothing is decided here.

What a run does goes to the journal first, change by change. At its end the checkpoint is written, then the journal
removed, then history and backup written. Killed anywhere, the next reader finds the state as of the last confirmed
change: the checkpoint and the journal that continues it, or a checkpoint that names the journal's run and therefore
holds its result already.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tap.state.backend import digest_of, sweep_drafts, write_backup, write_checkpoint
from tap.state.checkpoint import Checkpoint, encode_checkpoint
from tap.state.crypter import Crypter
from tap.state.files import remove
from tap.state.names import require_names
from tap.state.paths import StackPaths
from tap.state.recovery import Loaded, load
from tap.state.secrets_providers import StackSecrets, blind

if TYPE_CHECKING:
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

    @contextlib.contextmanager
    def open(self, kind: str) -> Iterator[Session]:
        """Hold the stack to change it. kind: update, refresh, destroy or what else the journal is to say.

        Raises StateLockedError if another holds it, StateError for a state that can not be read or believed. Leaving
        without `finish` keeps what was appended: the next reader goes on from there.
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
