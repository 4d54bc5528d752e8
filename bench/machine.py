"""Of what and where figures were taken, for the title of a table."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime


def title() -> str:
    """Date, commit, cores, Python."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )


def commit() -> str:
    """With a mark where something was changed since; "unknown" outside of a repository."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"
