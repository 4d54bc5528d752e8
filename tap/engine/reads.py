"""Resources that the program only reads: they are in the state, but not ours to change."""

from __future__ import annotations

from tap.engine.known import Known
from tap.engine.model import Op, ReadGoal, Resource, Step


def read_steps(known: Known, goal: ReadGoal, urn: str) -> list[Step]:
    """The steps of a read. What was managed under another id until now is deleted at the end of the run."""
    old = known.olds.get(urn)
    known.kept.add(urn)
    new = known.remember(_resource(goal, urn))
    if old is not None and not old.external and old.id != goal.id:
        known.replaced.add(urn)
        return [
            Step(Op.READ_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
            Step(Op.REPLACE, urn, old, new, pending_delete=True),
        ]
    return [Step(Op.READ, urn, old, new)]


def _resource(goal: ReadGoal, urn: str) -> Resource:
    return Resource(
        urn=urn,
        custom=True,
        type=goal.type,
        id=goal.id,
        inputs=goal.inputs,
        parent=goal.parent,
        external=True,
        dependencies=goal.dependencies,
        provider=goal.provider,
        additional_secret_outputs=goal.additional_secret_outputs,
        source_position=goal.source_position,
        stack_trace=goal.stack_trace,
    )
