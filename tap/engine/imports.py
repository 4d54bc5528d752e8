"""The `import` option: a resource that is there already becomes managed."""

from __future__ import annotations

from dataclasses import replace

from tap.engine.known import Known, Registration
from tap.engine.model import Op, Resource, Step


def must_import(registration: Registration) -> bool:
    """Whether the program names an id that the state does not have for it yet."""
    goal, old = registration.goal, registration.old
    if not goal.custom or not goal.id:
        return False
    return old is None or old.external or (old.import_id or old.id) != goal.id


def import_steps(known: Known, registration: Registration, fresh: Resource) -> list[Step]:
    """The import alone; what is to be changed in what was found shows only afterwards."""
    urn, old, id = registration.urn, registration.old, registration.goal.id
    new = known.remember(replace(fresh, id=id, import_id=id, inputs={}))
    if old is None or registration.recreating:
        return [Step(Op.IMPORT, urn, old, new)]
    known.replaced.add(urn)
    return [
        Step(Op.IMPORT_REPLACEMENT, urn, old, new, replacing=True, pending_delete=True),
        Step(Op.REPLACE, urn, old, new, pending_delete=True),
    ]
