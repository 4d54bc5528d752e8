"""What a stack costs: its state, or what a preview would make of it, priced."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tap.cli.views.cost import Costs
from tap.cost.estimate import estimate
from tap.cost.prices import load_prices
from tap.cost.switches import switches
from tap.cost.usage import load_usage
from tap.engine.events import Diagnostic, Event, StepEnded
from tap.engine.model import Op, Resource
from tap.engine.urn import name_of
from tap.errors import TapError
from tap.project.project import Project
from tap.project.stack_config import require_stack
from tap.state.checkpoint import Checkpoint
from tap.state.store import StateStore

if TYPE_CHECKING:
    from tap.operations import Options

NO_STATE = "the stack has no resources yet: `tap cost --diff` prices what `tap up` would make"
UNENDED = "a run has not ended, or was killed: this is what it had made so far"
_DELETING = frozenset({Op.DELETE, Op.DELETE_REPLACED, Op.DISCARD_REPLACED, Op.READ_DISCARD})


def cost_of(project: Project, stack: str, price_file: Path | None, usage_file: Path | None) -> Costs:
    """From the state. Raises StackNotFoundError, StateError, UsageError."""
    today = datetime.now(UTC).date()
    prices, usage = load_prices(price_file, today), load_usage(usage_file)
    store = _store(project, stack)
    unended = (UNENDED,) if store.paths.journal.exists() else ()
    checkpoint = store.load(secrets=False)
    resources = checkpoint.resources
    found = estimate(resources, prices, usage)
    others = tuple(switches(resources, prices, usage))
    return Costs(stack, found, others, usage, today, (*unended, *_notes(checkpoint)))


def cost_of_preview(project: Project, options: Options, price_file: Path | None, usage_file: Path | None) -> Costs:
    """Of what `up` would make, beside what the state has now. Raises TapError, also where the preview fails."""
    from tap import operations

    today = datetime.now(UTC).date()
    prices, usage = load_prices(price_file, today), load_usage(usage_file)
    checkpoint = _store(project, options.stack).load(secrets=False)
    planned = Planned(checkpoint)
    outcome = operations.preview(project.root, options, planned)
    if not outcome.succeeded:
        raise TapError(
            f"the preview failed: {planned.error or 'it was cancelled'}", hint="`tap preview` shows all of it"
        )
    then = estimate(planned.resources, prices, usage)
    others = tuple(switches(planned.resources, prices, usage))
    now = estimate(checkpoint.resources, prices, usage)
    return Costs(options.stack, then, others, usage, today, _pending(checkpoint), before=now)


class Planned:
    """Listens to a preview: the resources that there would be after the run."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.error = ""
        self._resources = {resource.urn: resource for resource in checkpoint.resources if not resource.delete}

    @property
    def resources(self) -> list[Resource]:
        return list(self._resources.values())

    def report(self, event: Event) -> None:
        if isinstance(event, Diagnostic) and event.severity == "error":
            self.error = self.error or event.message
        elif isinstance(event, StepEnded):
            step = event.step
            if step.new is not None and step.op not in _DELETING:
                self._resources[step.urn] = step.new
            elif step.op is Op.DELETE:
                self._resources.pop(step.urn, None)


def _store(project: Project, stack: str) -> StateStore:
    store = StateStore(project.root, project.name, stack)
    require_stack(project, stack, store)
    return store


def _notes(checkpoint: Checkpoint) -> tuple[str, ...]:
    return (*(() if checkpoint.resources else (NO_STATE,)), *_pending(checkpoint), *_leftovers(checkpoint))


def _pending(checkpoint: Checkpoint) -> tuple[str, ...]:
    if not checkpoint.pending:
        return ()
    begun = ", ".join(f"{name_of(each.resource.urn)} ({each.type})" for each in checkpoint.pending)
    return (f"the state is half-finished, and what came of these is not known and not counted: {begun}",)


def _leftovers(checkpoint: Checkpoint) -> tuple[str, ...]:
    left = [name_of(resource.urn) for resource in checkpoint.resources if resource.delete]
    return (f"replaced, not deleted yet, and counted: {', '.join(left)}",) if left else ()
