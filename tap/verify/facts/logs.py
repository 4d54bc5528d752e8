"""What was found of CloudWatch log groups."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.keys import Key
from tap.verify.facts.seen import Seen


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group. arn: without the `:*` at its end. retention_days: None for ever. key_arn: "" for AWS's own key.

    key: the key of key_arn; None where there is no key, or none any more.
    """

    name: str
    arn: str
    region: str = "us-east-1"
    retention_days: int | None = None
    key_arn: str = ""
    key: Seen[Key | None] = field(default_factory=Seen)


@dataclass(frozen=True, slots=True)
class LogFacts:
    """groups: those of the state that are there. gone: the names of those that are not."""

    groups: tuple[LogGroup, ...] = ()
    gone: tuple[str, ...] = ()
