"""What the decisions of a run have established so far: the step generator's memory, shared by its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tap.engine.events import Diagnostic
from tap.engine.model import Goal, Resource
from tap.engine.targets import Targets
from tap.engine.values import Properties


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """What does not change during a run. `seed` gives 32 random bytes for generated names."""

    project: str
    stack: str
    dry_run: bool
    seed: Callable[[], bytes]
    targets: Targets = field(default_factory=lambda: Targets(()))
    replaces: Targets = field(default_factory=lambda: Targets(()))


@dataclass(frozen=True, slots=True, eq=False)
class Remedy:
    """What policies made of a registration's inputs: as they were checked, and as they are to be."""

    before: Properties
    after: Properties

    def applied_to(self, inputs: Properties) -> Properties:
        """The same change to other inputs of the same resource: those that were checked anew for a replacement."""
        kept = {key: value for key, value in inputs.items() if key in self.after or key not in self.before}
        changed = {key: value for key, value in self.after.items() if self.before.get(key) != value}
        return {**kept, **changed}


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """One registration on its way through the generator."""

    goal: Goal
    urn: str
    old: Resource | None
    aliased_from: str
    recreating: bool
    """Whether it was deleted earlier in this run, because something that it hangs on is made anew."""
    targeted: bool
    remedy: Remedy | None = None


class Known:
    """Grows while the registrations come in; what is in `base` and `olds` is the state before the run."""

    def __init__(self, settings: GeneratorSettings, base: Sequence[Resource]) -> None:
        self.settings = settings
        self.base = list(base)
        self.olds = {resource.urn: resource for resource in base if not resource.delete}
        self.registered: dict[str, Goal] = {}
        self.news: dict[str, Resource] = {}
        self.renames: dict[str, str] = {}
        """Old URNs that were claimed by an alias, and what they are called now."""
        self.old_names: dict[str, str] = {}
        """The same the other way round."""
        self.kept: set[str] = set()
        """URNs that this run has seen to: the delete phase leaves them alone."""
        self.replaced: set[str] = set()
        self.skipped: set[str] = set()
        """URNs that were not created, because they are not targeted."""
        self.early: set[str] = set()
        """URNs of untargeted resources that were taken over before the program registered them."""
        self.notes: list[Diagnostic] = []
        """What is to be said, but stops nothing. The deployment takes it out."""

    def remember(self, new: Resource) -> Resource:
        self.news[new.urn] = new
        return new

    def is_registered(self, old_urn: str) -> bool:
        """Whether the program has registered this old resource, under its own or another name."""
        return self.renames.get(old_urn, old_urn) in self.registered

    def note(self, severity: str, message: str, urn: str) -> None:
        self.notes.append(Diagnostic(severity, message, urn))

    def take_notes(self) -> list[Diagnostic]:
        notes, self.notes = self.notes, []
        return notes
