"""Where the files of a stack are: Pulumi's layout under `.tap/.pulumi`, our own files beside it under `.tap`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ORGANIZATION = "organization"
"""The constant organization of Pulumi's `file://` backend."""


@dataclass(frozen=True, slots=True)
class StackPaths:
    """The files of one stack of the project in the folder `root`."""

    root: Path
    project: str
    stack: str

    @property
    def qualified_name(self) -> str:
        return f"{ORGANIZATION}/{self.project}/{self.stack}"

    @property
    def own(self) -> Path:
        return self.root / ".tap"

    @property
    def pulumi(self) -> Path:
        return self.own / ".pulumi"

    @property
    def meta(self) -> Path:
        return self.pulumi / "meta.yaml"

    @property
    def checkpoint(self) -> Path:
        return self.pulumi / "stacks" / self.project / f"{self.stack}.json"

    @property
    def compressed(self) -> tuple[Path, ...]:
        """What the Pulumi CLI writes instead of the checkpoint if it is told to compress."""
        return tuple(self.checkpoint.with_name(f"{self.stack}.json.{kind}") for kind in ("gz", "zst"))

    @property
    def previous_checkpoint(self) -> Path:
        return self.checkpoint.with_name(f"{self.stack}.json.bak")

    @property
    def history(self) -> Path:
        return self.pulumi / "history" / self.project / self.stack

    @property
    def backups(self) -> Path:
        return self.pulumi / "backups" / self.project / self.stack

    @property
    def pulumi_locks(self) -> Path:
        return self.pulumi / "locks" / ORGANIZATION / self.project / self.stack

    @property
    def kernel_lock(self) -> Path:
        return self.own / "locks" / self.project / f"{self.stack}.lock"

    @property
    def lock_draft(self) -> Path:
        return self.own / "locks" / self.project / f"{self.stack}.draft"

    @property
    def meta_draft(self) -> Path:
        """The stack's own: `meta` is for all stacks, and another one's run may be about to write it too."""
        return self.own / "locks" / self.project / f"{self.stack}.meta.draft"

    @property
    def journal(self) -> Path:
        return self.own / "journal" / self.project / f"{self.stack}.jsonl"

    @property
    def passphrase(self) -> Path:
        return self.own / "passphrase"

    @property
    def derived_keys(self) -> Path:
        return self.own / "derived-keys.json"


def stack_names(root: Path, project: str) -> tuple[str, ...]:
    """The stacks of the project that have a checkpoint or the journal of a first run, sorted."""
    sample = StackPaths(root, project, "any")
    names = {path.name.removesuffix(".json") for path in sample.checkpoint.parent.glob("*.json")}
    return tuple(sorted(names | {path.name.removesuffix(".jsonl") for path in sample.journal.parent.glob("*.jsonl")}))
