"""What still works when a zone is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tap.verify.facts import Facts
from tap.verify.facts.network import Subnet
from tap.verify.reach.zone_loss import ZoneLoss, losses


def zone_lines(facts: Facts) -> list[str]:
    """A line a zone; none where the network could not be seen."""
    return [_line(facts, loss) for loss in _losses(facts)]


def _losses(facts: Facts) -> list[ZoneLoss]:
    blind = any(each.area == "network" and not each.subject for each in facts.unseen)
    return [] if blind else losses(facts.network)


def _line(facts: Facts, loss: ZoneLoss) -> str:
    said = f"If {loss.zone} is lost: "
    if not loss.keeps and not loss.cut_off:
        return said + "no subnet is left that reaches the internet"
    kept = ", ".join(_names(facts, loss.keeps)) or "nobody"
    cut = ", ".join(_names(facts, (each.subnet for each in loss.cut_off)))
    return f"{said}the way to the internet is kept by {kept}" + (f", lost by {cut}" if cut else "")


def _names(facts: Facts, subnets: Iterable[Subnet]) -> list[str]:
    """`private us-east-1b`; the id of a subnet that the state does not have."""
    kinds = {id_: kind for kind in ("public", "private") for id_ in facts.scope.subnet_ids(kind)}
    named = ((subnet, kinds.get(subnet.id)) for subnet in subnets)
    return sorted(f"{kind} {subnet.zone}" if kind else f"{subnet.id} ({subnet.zone})" for subnet, kind in named)


def zone_documents(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "lost": loss.zone,
            "keeps": [subnet.id for subnet in loss.keeps],
            "cutOff": [{"subnet": each.subnet.id, "why": each.why} for each in loss.cut_off],
        }
        for loss in _losses(facts)
    ]
