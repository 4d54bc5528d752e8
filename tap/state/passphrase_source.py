"""Where the passphrase comes from: Pulumi's environment variables, else a file of our own in `.tap`."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tap.errors import StateError
from tap.state.files import disk_errors, make_folder, read_bytes, write_atomically
from tap.state.passphrase import PassphraseError

VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE"
FILE_VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"


def find_passphrase(environ: Mapping[str, str], own_file: Path, *, may_create: bool) -> str:
    """The passphrase; an empty one is legal, as in Pulumi.

    own_file: asked where the environment says nothing; created with a random passphrase if `may_create`, which is for
    a stack that has no secret yet. Raises PassphraseError if there is none, StateError for a file that can not be read.
    """
    if VARIABLE in environ:
        return environ[VARIABLE]
    if environ.get(FILE_VARIABLE):
        return _read(Path(environ[FILE_VARIABLE]).expanduser())
    if own_file.exists():
        return _read(own_file)
    if may_create:
        return _create(own_file)
    raise PassphraseError(f"passphrase must be set with {VARIABLE} or {FILE_VARIABLE} environment variables")


def _read(path: Path) -> str:
    content = read_bytes(path)
    if content is None:
        raise PassphraseError(f"unable to read {FILE_VARIABLE}: open {path}: no such file or directory")
    try:
        return content.decode().strip()
    except UnicodeDecodeError:
        raise StateError(f"{path}: a passphrase is text, this file is not UTF-8") from None


def _create(path: Path) -> str:
    """Two first runs at once (of two stacks) agree on one passphrase: the second to link the file reads the first's."""
    passphrase = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    draft = path.with_name(f".passphrase.{os.urandom(8).hex()}")
    write_atomically(draft, passphrase.encode() + b"\n", mode=0o600)
    with disk_errors(f"failed to write {path}"):
        make_folder(path.parent)
        try:
            os.link(draft, path)
        except FileExistsError:
            return _read(path)
        finally:
            draft.unlink(missing_ok=True)
    return passphrase
