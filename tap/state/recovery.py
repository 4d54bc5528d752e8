"""Reading the state: the checkpoint, and on top of it what a run that was killed left in its journal."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tap.engine.snapshot import Snapshot
from tap.errors import StateError
from tap.state.backend import copies, digest_of, read_checkpoint, restoring
from tap.state.change_codec import decode_change
from tap.state.checkpoint import Checkpoint, decode_checkpoint
from tap.state.crypter import CachingCrypter
from tap.state.files import read_bytes
from tap.state.integrity import verify_integrity
from tap.state.journal_format import EmbeddedAws, JournalDamagedError, Records, parse_journal
from tap.state.passphrase import PassphraseError
from tap.state.paths import StackPaths

CrypterOf = Callable[[Mapping[str, Any] | None], CachingCrypter]

_ATTEMPTS: Final = 10
"""A reader without the lock tries this often to see both files of one moment."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A state that was read. digest: of the checkpoint's file. replayed: whether the journal added anything."""

    checkpoint: Checkpoint
    digest: str
    replayed: bool


def load(paths: StackPaths, crypter_of: CrypterOf) -> Loaded:
    """The state as of the last confirmed change, its integrity verified. Raises StateError saying what to do."""
    content, journal = _read_both(paths)
    base = _decode(paths, content, crypter_of)
    digest = digest_of(content)
    records = _records(paths, journal)
    if records is None or not records.entries or records.header.run == base.run:
        # The last: a run that was killed after it had written its checkpoint.
        _verify(paths, base)
        return Loaded(base, digest, replayed=False)
    _verify_binding(paths, records, digest)
    _verify(paths, base)
    checkpoint = _replay(paths, base, records, crypter_of)
    verify_integrity(checkpoint, hint=_setting_aside(paths))
    return Loaded(checkpoint, digest, replayed=True)


def _read_both(paths: StackPaths) -> tuple[bytes | None, bytes | None]:
    """Checkpoint and journal of one moment, though a run may be ending just now."""
    content = read_checkpoint(paths)
    for _ in range(_ATTEMPTS):
        journal = read_bytes(paths.journal)
        again = read_checkpoint(paths)
        if again == content:
            return content, journal
        content = again
    raise StateError(f"{paths.checkpoint} changes faster than it can be read", hint="run the command again")


def _decode(paths: StackPaths, content: bytes | None, crypter_of: CrypterOf) -> Checkpoint:
    if content is None:
        return Checkpoint()
    try:
        return decode_checkpoint(content, crypter_of)
    except PassphraseError:
        raise
    except StateError as error:
        error.hint = "; or ".join(filter(None, (error.hint, _mending(paths, crypter_of))))
        error.args = (f"{error} ({paths.checkpoint})",)
        raise


def _mending(paths: StackPaths, crypter_of: CrypterOf) -> str:
    """The command that puts the newest copy back that can be believed, "" if there is none."""
    for copy in copies(paths):
        try:
            content = copy.read_bytes()
            verify_integrity(decode_checkpoint(content, crypter_of))
        except (OSError, StateError):
            continue
        return f"put the newest good copy back: {restoring(paths, copy)}"
    return ""


def _verify(paths: StackPaths, checkpoint: Checkpoint) -> None:
    verify_integrity(
        checkpoint, hint=f"mend {paths.checkpoint}, `pulumi state repair` does it, or put an older copy back"
    )


def _records(paths: StackPaths, journal: bytes | None) -> Records | None:
    if not journal:
        return None
    try:
        records = parse_journal(journal)
    except JournalDamagedError as error:
        raise StateError(f"the journal {paths.journal} is damaged: {error}", hint=_setting_aside(paths)) from None
    if records is not None and records.header.stack != paths.qualified_name:
        raise StateError(
            f"the journal {paths.journal} is of the stack {records.header.stack}", hint=_setting_aside(paths)
        )
    return records


def _verify_binding(paths: StackPaths, records: Records, digest: str) -> None:
    if records.header.base == digest:
        return
    for copy in copies(paths):
        if digest_of(read_bytes(copy)) == records.header.base:
            hint = f"put that checkpoint back: {restoring(paths, copy)}; or, to keep the other, {_setting_aside(paths)}"
            break
    else:
        hint = _setting_aside(paths)
    raise StateError(
        f"{paths.checkpoint} was changed after a run that did not end, whose journal {paths.journal} continues another",
        hint=hint,
    )


def _replay(paths: StackPaths, base: Checkpoint, records: Records, crypter_of: CrypterOf) -> Checkpoint:
    snapshot = Snapshot(base.resources, base.pending)
    providers = base.secrets_providers
    crypter = crypter_of(providers)
    aws = EmbeddedAws(base.aws_instance, base.aws_endpoint)
    try:
        for entry in records.entries:
            if entry.secrets_providers is not None:
                providers = entry.secrets_providers
                crypter = crypter_of(providers)
            aws = entry.embedded_aws or aws
            for encoded in entry.changes:
                snapshot.apply(decode_change(encoded, crypter, f"{paths.journal}, entry {entry.number}"))
    except IndexError:
        raise StateError(
            f"the journal {paths.journal} changes a resource that is not there", hint=_setting_aside(paths)
        ) from None
    # A run that was killed before its first change has not yet found out what became of what was pending before it.
    is_untouched = not any(entry.changes for entry in records.entries)
    return replace(
        base,
        resources=snapshot.resources,
        pending=base.pending if is_untouched else snapshot.pending,
        manifest=None,
        secrets_providers=providers,
        run=records.header.run,
        aws_instance=aws.instance,
        aws_endpoint=aws.endpoint,
    )


def _setting_aside(paths: StackPaths) -> str:
    """What gives up the journal, and what that costs."""
    journal = shlex.quote(str(paths.journal))
    return (
        f"set the journal aside: mv {journal} {journal}.aside; the state is then as before that run, "
        "and what the run made is in that file only"
    )
