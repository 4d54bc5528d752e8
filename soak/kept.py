"""What the parts of `make soak` came to, kept in a folder: hours of work outlive an interruption, and make one table.

Only what the very same commit came to is taken from there: another one's figures would tell of another program.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import machine
from soak.row import Row


@dataclass(frozen=True)
class Kept:
    """The folder, which is made here, and the commit that is tried out."""

    folder: Path
    commit: str

    def rows(self, part: str) -> list[Row] | None:
        """What the part came to, or None if it has not been through yet with this commit."""
        path = self._rows_file(part)
        return [Row(**row) for row in json.loads(path.read_text())] if path.exists() else None

    def keep(self, part: str, rows: list[Row]) -> None:
        self._rows_file(part).write_text(json.dumps([asdict(row) for row in rows]))

    def own_file(self, name: str) -> Path:
        """Where a part may keep what it needs to go on from where it was interrupted."""
        return self.folder / f"{self.commit}-{name}"

    def _rows_file(self, part: str) -> Path:
        return self.own_file(f"{part}.json")


def kept_in(folder: Path) -> Kept:
    folder.mkdir(parents=True, exist_ok=True)
    return Kept(folder, machine.commit())
