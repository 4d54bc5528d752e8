"""What a project and a stack may be called: their names become folders and files."""

from __future__ import annotations

import re

from tap.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def name_problem(kind: str, name: str) -> str:
    """What is wrong with the name, or "". kind: "project" or "stack"."""
    if _NAME.fullmatch(name) and name not in {".", ".."}:
        return ""
    return (
        f"{name!r} is no valid {kind} name: it may hold 1 to 100 letters and digits, hyphens, underscores and periods"
    )


def require_names(project: str, stack: str) -> None:
    """Raises UsageError with all that is wrong with the two names."""
    problems = [problem for problem in (name_problem("project", project), name_problem("stack", stack)) if problem]
    if problems:
        raise UsageError("\n".join(problems))
