"""What the rehearsal can not play."""

from __future__ import annotations


class NotRehearsedError(Exception):
    """Something in a workflow that the rehearsal does not know. It is named, and nothing is played."""
