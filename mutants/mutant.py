"""A bug to plant: one exact change of one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class MisfitError(Exception):
    """The code to change is not there exactly once: the catalogue is out of date."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A named bug. `after` takes the place of `before` in `file`.

    harm: what a user would lose. breaks: the promise that it breaks, of ARCHITECTURE.md's invariants or the README.
    tests: the least that has to catch it, as pytest takes it, the likeliest first.
    """

    name: str
    file: str
    before: str
    after: str
    harm: str
    breaks: str
    tests: tuple[str, ...]

    def plant(self, project: Path) -> None:
        """Change the file of this copy of the project. Raises MisfitError."""
        path = project / self.file
        text = path.read_text() if path.is_file() else ""
        found = text.count(self.before)
        if found != 1:
            raise MisfitError(f"{self.file} has the code to change {found} times, not once")
        path.write_text(text.replace(self.before, self.after))
