"""The Pulumi program: its process, and the services through which it talks to the engine."""

from __future__ import annotations

import os

# gRPC's library writes notes of its own to stderr, over whatever view is there. It reads this when it is first loaded.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
