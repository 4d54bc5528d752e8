"""The gate: nothing that holds data is deleted or replaced unless it was named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tap.delivery.engine import PlannedStep
from tap.errors import PolicyError, UsageError
from tap.posture.data_loss import lost_by


class IdleAllowanceError(UsageError):
    """--allow-data-loss names something at which nothing would be lost."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A resource that the plan deletes or replaces, and what goes with it."""

    urn: str
    op: str
    lost: str


def losses(steps: Iterable[PlannedStep]) -> tuple[Loss, ...]:
    """What the plan destroys for good, each resource once, in the plan's order."""
    found: dict[str, Loss] = {}
    for step in steps:
        if lost := lost_by(step.op, step.type, retained=step.retained):
            verb = "delete" if step.op == "delete" else "replace"
            found.setdefault(step.urn, Loss(step.urn, verb, lost))
    return tuple(found.values())


def pass_gate(steps: Iterable[PlannedStep], allowed: Sequence[str]) -> tuple[Loss, ...]:
    """The losses that were agreed to. Raises PolicyError for others, IdleAllowanceError for idle names."""
    found = losses(steps)
    losing = {loss.urn for loss in found}
    if idle := [urn for urn in allowed if urn not in losing]:
        raise IdleAllowanceError(
            "--allow-data-loss names what loses nothing by this plan:\n" + "\n".join(f"  {urn}" for urn in idle),
            hint="leave it out" + (f"; what would be lost: {', '.join(sorted(losing))}" if losing else ""),
        )
    if refused := [loss for loss in found if loss.urn not in allowed]:
        lines = [f"  {loss.op} {loss.urn}: {loss.lost}" for loss in refused]
        raise PolicyError(
            "refused, since data would be lost; nothing was changed:\n" + "\n".join(lines),
            hint=" ".join(f"--allow-data-loss '{loss.urn}'" for loss in refused) + ", if that is meant",
        )
    return found
