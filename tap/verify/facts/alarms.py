"""What was found of alarms, and of the topics that they speak through."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.keys import Key
from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm. actions: the ARNs of what it does when it goes off. missing_data: "" where AWS tells of none."""

    name: str
    arn: str
    actions: tuple[str, ...] = ()
    enabled: bool = True
    missing_data: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. key_name: as the topic has it, an id, an ARN or an alias; "" for none. key: None if that is none.

    listeners: how many subscriptions are confirmed; asked: how many are not yet.
    """

    arn: str
    policy: Policy = field(default_factory=Policy)
    key_name: str = ""
    key: Seen[Key | None] = field(default_factory=Seen)
    listeners: int = 0
    asked: int = 0


def is_topic(action: str) -> bool:
    """Whether an alarm's action, an ARN, is a topic."""
    return action.split(":")[2:3] == ["sns"]


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """topics: those of the state, and those that an alarm names; None for one that is not there. gone: not there."""

    alarms: tuple[Alarm, ...] = ()
    topics: tuple[tuple[str, Seen[Topic | None]], ...] = ()
    gone: tuple[str, ...] = ()

    def topic(self, arn: str) -> Seen[Topic | None]:
        return dict(self.topics).get(arn, Seen(None))
