"""Play a rollback on an embedded AWS of its own, away from the stack: what it proves, and what not, is in the README."""

from __future__ import annotations

from tap.delivery.delivery import Delivery
from tap.delivery.release import Release
from tap.errors import TapError
from tap.project.project import Project


def rehearse(delivery: Delivery, project: Project) -> Release:
    """What would be gone back to."""
    raise TapError("not there yet")
