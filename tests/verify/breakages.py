"""Ways to break the built stack by boto3, each of which one rule must find. A file for each area of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.conftest import Account


@dataclass(frozen=True)
class BuiltStack:
    """The stack's AWS, and its ids by logical name without `tap-` and `-local`."""

    aws: Account
    ids: dict[str, str]
    outputs: dict[str, Any]

    @property
    def ec2(self) -> Any:
        return self.aws.client("ec2")


@dataclass(frozen=True)
class Breakage:
    """broken: breaks it, and returns the subject of the finding of `rule` that must come of it. All are made at once,
    one after the other, so that none may undo or hide another.
    """

    rule: str
    name: str
    broken: Callable[[BuiltStack], str]
