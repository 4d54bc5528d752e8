"""What surrounds the program's process: its environment variables and its Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_REMOVED_PREFIXES: Final = ("AWS_", "BOTO_")
_REMOVED: Final = frozenset({"TRACEPARENT"})  # with it set, the SDK sends traces to wherever the user sends theirs

_NO_AWS: Final = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def embedded_environment(user: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without anything by which the program could find an AWS account on its own."""
    kept = {
        name: value for name, value in user.items() if not name.startswith(_REMOVED_PREFIXES) and name not in _REMOVED
    }
    return {**kept, **_NO_AWS}


def program_python(root_directory: Path, virtualenv: str = "") -> str:
    """The Python of the virtual environment that Pulumi.yaml names, if it is there; else the one that runs tap."""
    python = root_directory / virtualenv / "bin" / "python"
    return str(python) if virtualenv and python.is_file() else sys.executable
