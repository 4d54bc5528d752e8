"""Everything that the rules see, frozen: what the state claims, what the cloud has, and what could not be seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.flow_logs import FlowLog
from tap.verify.facts.network import NetworkFacts
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.unseen import Unseen

__all__ = ["Claim", "Facts", "FlowLog", "NetworkFacts", "Scope", "Unseen"]


@dataclass(frozen=True, slots=True)
class Facts:
    """A field for each area (`tap/verify/areas`), by its name. One that was not seen is empty, and `unseen` says so."""

    scope: Scope
    network: NetworkFacts = field(default_factory=NetworkFacts)
    flow_logs: tuple[FlowLog, ...] = ()
    unseen: tuple[Unseen, ...] = ()
