"""Git repositories of tests, made without whoever runs them: no config, no hooks, no signature of theirs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_OWN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    """What git prints; AssertionError if it fails."""
    ended = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **_OWN}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"git {' '.join(arguments)}: {ended.stderr}"
    return ended.stdout.strip()


def commit_all(folder: Path, message: str) -> str:
    """The commit of everything in the folder."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def repository_in(folder: Path, **files: str) -> Path:
    """A repository with one commit of these files; a file's name has `_` for its dot."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / ".gitignore").write_text(".tap/\n__pycache__/\n")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    commit_all(folder, "the first one")
    return folder
