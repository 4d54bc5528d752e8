"""Resources outside the targets of a run: they stay as they were, whatever the program says of them now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tap.engine.graph import needs
from tap.engine.known import Known
from tap.engine.model import Op, Resource, Step


def untargeted_steps(known: Known, urn: str, old: Resource) -> list[Step]:
    """The old resource as it was. What it hangs on, and is not registered yet, is taken over before it.

    Without that the state would hold it before what it hangs on.
    """
    if urn in known.early:
        return [Step(Op.SAME, urn, old, known.remember(old))]
    steps = list(_taken_over_early(known, old))
    same = known.remember(replace(old, urn=urn, aliases=(old.urn,) if old.urn != urn else ()))
    return [*steps, Step(Op.SAME, urn, old, same)]


def _taken_over_early(known: Known, resource: Resource) -> Iterator[Step]:
    for urn in sorted(needs(resource)):
        old = known.olds.get(urn)
        if old is None or known.is_registered(urn) or urn in known.early:
            continue
        known.early.add(urn)
        known.kept.add(urn)
        yield from _taken_over_early(known, old)
        same = replace(old)
        # Should the program register it after all, it goes on from here.
        known.olds[urn] = same
        yield Step(Op.SAME, urn, old, known.remember(same))
