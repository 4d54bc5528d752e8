"""What a step of the engine destroys for good, in words that stand out."""

from __future__ import annotations

from tap.engine.model import Op, Step
from tap.posture.data_loss import lost_by


def data_loss(step: Step) -> str:
    """What the step destroys; "" for nothing, as for what is retained on delete."""
    if step.old is None:
        return ""
    lost = lost_by(step.op.value, step.old.type, retained=step.old.retain_on_delete)
    verb = "DELETES DATA" if step.op is Op.DELETE else "REPLACING DELETES DATA"
    return f"{verb}: {lost}" if lost else ""
