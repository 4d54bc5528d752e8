"""A run's hold on the state: record its changes one by one, then write its end."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Final

from tap.engine.snapshot import Change, Rebased
from tap.state.backend import UpdateInfo, write_backup, write_checkpoint, write_history
from tap.state.checkpoint import Checkpoint, encode_checkpoint
from tap.state.crypter import CachingCrypter
from tap.state.files import remove
from tap.state.integrity import verify_integrity
from tap.state.journal import JournalWriter
from tap.state.journal_format import EmbeddedAws, Header
from tap.state.paths import StackPaths
from tap.state.recovery import Loaded

_OWN_BUG: Final = "this is a bug of tap; nothing recorded is lost: the checkpoint is as it was, the journal beside it"


class Session:
    """A stack that is held. Made by `StateStore.open`. `base` is what it held at the beginning."""

    def __init__(self, paths: StackPaths, crypter: CachingCrypter, kind: str, loaded: Loaded) -> None:
        self.base = loaded.checkpoint
        self._run = str(uuid.uuid4())
        self._paths = paths
        self._crypter = crypter
        self._recorded = False
        header = Header(paths.qualified_name, kind, self._run, loaded.digest)
        self._writer = JournalWriter(paths.journal, header, crypter)

    def append(self, changes: Sequence[Change]) -> Future[None]:
        """Record changes. The future is done once they are on the disk; it carries a StateError if they are not.

        From any thread, as the two below.
        """
        self._recorded = True
        return self._writer.append(changes)

    def bind_aws(self, instance: str, endpoint: str) -> Future[None]:
        """Record in which embedded AWS this run makes its resources. Before any resource in it is recorded."""
        return self._writer.append((), EmbeddedAws(instance, endpoint))

    def start_afresh(self) -> Future[None]:
        """Record that what `base` holds is gone, with the embedded AWS that it was in: the run begins with nothing."""
        self._recorded = True
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

    def leave(self) -> None:
        """Close it, finished or not. A run that was refused before it recorded anything leaves no journal behind: it
        was not interrupted, and nothing goes on from there.
        """
        self.close()
        if not self._recorded:
            remove(self._paths.journal)
