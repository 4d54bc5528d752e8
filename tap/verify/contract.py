"""Who may talk to whom in this stack, as its specification says.

Written again here on purpose, and not taken from `tap.stack`: what the program means is what is in question.
"""

from __future__ import annotations

WEB_PORTS = (80, 443)
APP_PORTS = (8080,)
DB_PORTS = (3306, 5432)
SSH_PORT = 22

TIER_FLOWS = (("web", "app", APP_PORTS), ("app", "db", DB_PORTS))
"""(from, to, TCP ports). The internet reaches web on WEB_PORTS."""

SUBNETS_OF = {"web": "public", "app": "private", "db": "private", "ssh": "public"}
"""Where the machines of each tier belong."""
