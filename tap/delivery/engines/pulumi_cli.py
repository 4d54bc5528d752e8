"""The Pulumi CLI, driven through `pulumi.automation`."""

from __future__ import annotations

from tap.delivery.engine import Engine, Narrator
from tap.errors import TapError
from tap.project.project import Project


def open_pulumi_engine(project: Project, stack: str, narrator: Narrator) -> Engine:
    raise TapError("not there yet")
