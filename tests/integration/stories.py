"""What is told once for all tests that read it, though pytest-xdist deals them out to several processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest
from filelock import FileLock

_SECONDS_MAX = 500

_Story = TypeVar("_Story")


def told_once(folders: pytest.TempPathFactory, name: str, tell: Callable[[], _Story]) -> _Story:
    """What `tell` returns; whoever comes first runs it, the others wait for it and read what it wrote."""
    own = folders.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = shared / f"{name}.pickle"
    with FileLock(f"{path}.lock", timeout=_SECONDS_MAX):
        if not path.exists():
            path.write_bytes(pickle.dumps(tell()))
        story: _Story = pickle.loads(path.read_bytes())  # noqa: S301  - written a moment ago, by these tests
    return story
