"""The one error that a stack's arguments can cause."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from tap.stack.validation import Problem


class InvalidArgsError(ValueError, pulumi.RunError):
    """Arguments that the stack refuses; `problems` is all of them.

    A ValueError for whoever makes TapStackArgs, and a RunError so that the Pulumi engine shows the message alone, not
    a traceback.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"the stack's configuration has {count}; nothing was changed:{lines}")
