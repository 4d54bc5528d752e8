"""Assets get the hash of their content, as Pulumi stores it: by it a changed file is seen."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from tap.engine.model import Goal
from tap.engine.registration import RefusedError
from tap.engine.values import Archive, Asset, Value, transform

_FILES: Final = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
"""What Pulumi takes for an archive that is a file already (`archive.go`, detectArchiveFormat)."""


def with_hashed_assets(goal: Goal, root_directory: str) -> Goal:
    """The goal, each asset in its inputs with its hash. Paths are relative to the program's folder.

    Raises RefusedError, naming the resource, for a file that can not be read, and for what this engine can not hash as
    Pulumi does: folders, and archives of several assets.
    """
    subject = f"{goal.type} resource '{goal.name}'"

    def leaf(value: Value) -> Value:
        if not isinstance(value, (Asset, Archive)):
            return value
        try:
            return _hashed(value, Path(root_directory))
        except OSError as error:
            raise RefusedError(f"{subject}: failed to open asset file '{value.path}': {error.strerror}") from None
        except _UnsupportedError as error:
            raise RefusedError(f"{subject}: the embedded engine does not support {error}") from None

    return replace(goal, inputs={key: transform(value, leaf) for key, value in goal.inputs.items()})


class _UnsupportedError(Exception):
    """What there is no hash for."""


def _hashed(value: Asset | Archive, root: Path) -> Asset | Archive:
    if value.hash:
        return value
    if isinstance(value, Asset) and value.text is not None:
        return replace(value, hash=hashlib.sha256(value.text.encode()).hexdigest())
    if value.path is not None:
        path = root / value.path
        if isinstance(value, Archive) and (path.is_dir() or not path.name.endswith(_FILES)):
            raise _UnsupportedError(f"archives of folders ('{value.path}'): pack it into a .zip or .tar.gz")
        return replace(value, hash=hashlib.sha256(path.read_bytes()).hexdigest())
    what = f"assets at an address ('{value.uri}')" if value.uri is not None else "archives of several assets"
    raise _UnsupportedError(f"{what}: give it as a file")
