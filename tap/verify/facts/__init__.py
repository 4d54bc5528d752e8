"""Everything that the rules see, frozen: what the state claims, what the cloud has, and what could not be seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.alarms import AlarmFacts
from tap.verify.facts.flow_logs import FlowLog
from tap.verify.facts.keys import KeyFacts
from tap.verify.facts.logs import LogFacts
from tap.verify.facts.network import NetworkFacts
from tap.verify.facts.roles import RoleFacts
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.storage import StorageFacts
from tap.verify.facts.tags import Tagged
from tap.verify.facts.unseen import Unseen

__all__ = ["Claim", "Facts", "FlowLog", "NetworkFacts", "Scope", "Tagged", "Unseen"]


@dataclass(frozen=True, slots=True)
class Facts:
    """A field for each area (`tap/verify/areas`), by its name. One that was not seen is empty, and `unseen` says so."""

    scope: Scope
    network: NetworkFacts = field(default_factory=NetworkFacts)
    flow_logs: tuple[FlowLog, ...] = ()
    storage: StorageFacts = field(default_factory=StorageFacts)
    keys: KeyFacts = field(default_factory=KeyFacts)
    logs: LogFacts = field(default_factory=LogFacts)
    alarms: AlarmFacts = field(default_factory=AlarmFacts)
    roles: RoleFacts = field(default_factory=RoleFacts)
    tags: tuple[Tagged, ...] = ()
    unseen: tuple[Unseen, ...] = ()
