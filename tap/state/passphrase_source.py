"""Where the passphrase comes from: Pulumi's environment variables, else a file of our own in `.tap`."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tap.errors import StateError
from tap.state.files import disk_errors, make_folder, read_bytes, sync_folder
from tap.state.passphrase import PassphraseError

VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE"
FILE_VARIABLE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"


def is_given(environ: Mapping[str, str]) -> bool:
    """Whether the environment says what the passphrase is, so that it is not the project's own."""
    return VARIABLE in environ or bool(environ.get(FILE_VARIABLE))


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
    """Two first runs at once (of two stacks) agree on one passphrase: the second to link the file reads the first's.

    On the disk for good before it is used: what is encrypted with a lost passphrase is lost too.
    """
    passphrase = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    draft = path.with_name(f".passphrase.{os.urandom(8).hex()}.draft")
    with disk_errors(f"failed to write {path}"):
        make_folder(path.parent)
        try:
            with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(passphrase.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except (FileExistsError, FileNotFoundError):  # the second: who was first has swept our draft away as well
            return _read(path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(path.parent)
    return passphrase
