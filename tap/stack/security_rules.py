"""Which traffic the four security groups let through, as data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ANYWHERE = "0.0.0.0/0"

GroupRole = Literal["web", "app", "db", "ssh"]

GROUPS: dict[GroupRole, str] = {
    "web": "Web tier: HTTP and HTTPS from anywhere",
    "app": "Application tier: from the web tier",
    "db": "Database tier: from the application tier",
    "ssh": "SSH from the allowed range",
}
"""Each group's description. Never change one: AWS can not, so the group would be replaced."""


@dataclass(frozen=True)
class Rule:
    """One rule. `key` says what it lets through and is part of its name; exactly one of `cidr` and `peer` is set.

    `port` is a TCP port; None means every protocol and port.
    """

    key: str
    group: GroupRole
    direction: Literal["in", "out"]
    port: int | None = None
    cidr: str | None = None
    peer: GroupRole | None = None


def rules(allowed_cidr: str) -> list[Rule]:
    """Every rule of the stack. The database group has none outward: what asks it gets its answers all the same."""
    inward = [
        Rule("web-in-80-anywhere-ipv4", "web", "in", 80, cidr=ANYWHERE),
        Rule("web-in-443-anywhere-ipv4", "web", "in", 443, cidr=ANYWHERE),
        Rule("app-in-8080-web", "app", "in", 8080, peer="web"),
        Rule("db-in-3306-app", "db", "in", 3306, peer="app"),
        Rule("db-in-5432-app", "db", "in", 5432, peer="app"),
        Rule("ssh-in-22-allowed", "ssh", "in", 22, cidr=allowed_cidr),
    ]
    talkers: tuple[GroupRole, ...] = ("web", "app", "ssh")
    return inward + [Rule(f"{group}-out-all-anywhere-ipv4", group, "out", cidr=ANYWHERE) for group in talkers]
