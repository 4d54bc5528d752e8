"""Harm that is done to the files of a state, to its disk and to its AWS, and how it is undone."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from soak.fault_cases import Case, Harm
from soak.world import World
from tests.faults.proxy import Fault, Rule

_CAP_DAC_OVERRIDE = 1
_PR_CAPBSET_DROP = 24


def going_away(harm: Harm, world: World) -> list[Rule]:
    """The embedded AWS answers nobody any more when the third subnet is on its way; afterwards it is back."""
    if harm is not Harm.AWS_AWAY:
        return []
    return [Rule("ec2 CreateSubnet", Fault.CLOSE, first=3, times=1, before=lambda _: world.aws.pause())]


@contextmanager
def harmed(case: Case, world: World, dice: random.Random) -> Iterator[Callable[[], None] | None]:
    """Do the harm; gives what the process of the run has to do to itself. The harm is undone at the end."""
    paths = world.store.paths
    match case.harm:
        case Harm.FILES_LIMITED:
            yield partial(_limit_files, case.kilobytes * 1024)
        case Harm.DISK_FULL:
            with _small_disk(world.root / ".tap", case.kilobytes) as limits:
                yield limits
        case Harm.STATE_TRUNCATED:
            with _changed(paths.checkpoint, lambda content: content[: dice.randrange(1, len(content))]):
                yield None
        case Harm.STATE_FLIPPED:
            with _changed(paths.checkpoint, partial(_flipped, dice)):
                yield None
        case Harm.JOURNAL_FLIPPED:
            with _changed(paths.journal, partial(_flipped, dice)):
                yield None
        case Harm.JOURNAL_TORN:
            content = paths.journal.read_bytes()
            last = content.rindex(b"\n", 0, -1) + 1
            paths.journal.write_bytes(content[: dice.randrange(last, len(content) - 1)])
            yield None
        case Harm.READ_ONLY:
            with _read_only(world.root):
                yield _without_override
        case Harm.AWS_AWAY:
            yield None
            world.aws.serve(world.port)
        case _:
            yield None


@contextmanager
def _changed(path: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    content = path.read_bytes()
    path.write_bytes(change(content))
    try:
        yield
    finally:
        path.write_bytes(content)


def _flipped(dice: random.Random, content: bytes) -> bytes:
    place, bit = dice.randrange(len(content)), 1 << dice.randrange(8)
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


@contextmanager
def _small_disk(folder: Path, kilobytes: int) -> Iterator[Callable[[], None] | None]:
    """The folder, which is not there yet, is a disk of its own that holds no more than this; afterwards a folder again.

    Only root may make one. For others no file may grow beyond that size, which is nearly the same.
    """
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield partial(_limit_files, kilobytes * 1024)
        return
    kept = folder.with_name("kept")
    try:
        yield None
        shutil.copytree(folder, kept, symlinks=True)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()
    kept.rename(folder)


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextmanager
def _read_only(root: Path) -> Iterator[None]:
    folders = [root, *(path for path in root.rglob("*") if path.is_dir() and not path.is_symlink())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        yield
    finally:
        for folder in folders:
            folder.chmod(0o755)


def _without_override() -> None:
    """Root may write anywhere, unless it gives up that right."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError("the right to write anywhere can not be given up")
