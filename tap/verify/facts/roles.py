"""What was found of IAM roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """attached: a managed policy; else one of the role's own."""

    name: str
    policy: Policy
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """trust: who may assume it. policies: what it may do then. boundary: the ARN of its permissions boundary, or ""."""

    name: str
    arn: str
    trust: Policy = field(default_factory=Policy)
    policies: Seen[tuple[RolePolicy, ...]] = field(default_factory=lambda: Seen(()))
    boundary: str = ""


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """roles: those of the state that are there. gone: the names of those that are not."""

    roles: tuple[Role, ...] = ()
    gone: tuple[str, ...] = ()

    def by_arn(self, arn: str) -> Role | None:
        return next((role for role in self.roles if role.arn == arn), None)
